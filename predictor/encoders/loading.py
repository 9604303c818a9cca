"""Encoders by name, ready on the best device; the settings say where weights lie that do not ship."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import timm
import torch
from django.conf import settings
from torch import nn

from predictor.encoders.encoder import Encoder, Preparation, frozen
from predictor.encoders.networks import (
    ARCHITECTURES,
    TIMM_PREFIX,
    MissingWeights,
    UnknownEncoder,
    efficientnet_lite0,
    from_timm,
    starter_vit,
    vit_b16,
)
from predictor.encoders.tuned import PREFIX as TUNED_PREFIX
from predictor.encoders.tuned import TunedDamaged, describe_tuned, load_weights

REGISTRY: dict[str, Callable[[], tuple[nn.Module, Preparation]]] = {
    "starter_vit": starter_vit,
    "efficientnet_lite0": efficientnet_lite0,
    "vit_b16": lambda: vit_b16(settings.VIT_B16_WEIGHTS),
}


@lru_cache(maxsize=2)
def load_encoder(name: str) -> Encoder:
    """The encoder of this name (REGISTRY, ``timm:NAME`` or ``tuned:NAME``), ready on the best device.

    Raises UnknownEncoder, or MissingWeights when its weights are not to be had.
    """
    if name in REGISTRY:
        return frozen(name, *REGISTRY[name]())
    if name.startswith(TIMM_PREFIX):
        return frozen(name, *from_timm(name.removeprefix(TIMM_PREFIX)))
    if name.startswith(TUNED_PREFIX):
        return _tuned(name)
    raise UnknownEncoder(
        f"No encoder is named {name!r}: use {', '.join(REGISTRY)}, {TIMM_PREFIX}NAME or {TUNED_PREFIX}NAME."
    )


def _tuned(name: str) -> Encoder:
    folder = settings.ENCODERS_DIR / name.removeprefix(TUNED_PREFIX)
    try:
        about = describe_tuned(folder)
    except TunedDamaged as error:
        raise MissingWeights(str(error)) from error
    build = ARCHITECTURES.get(about.base)
    network = build() if build else timm.create_model(about.base.removeprefix(TIMM_PREFIX), num_classes=0)
    network.load_state_dict({key: torch.from_numpy(array) for key, array in load_weights(folder).items()})
    how: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in about.preparation.items()
    }
    return frozen(name, network, Preparation(**how), frozenset(about.learnt))
