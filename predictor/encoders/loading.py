"""Encoders by name, on the best device; settings name the files of weights that are not part of the project."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

import timm
import torch
from django.conf import settings
from torch import nn

from predictor.encoders.clip_weights import VIT_B16_FILE
from predictor.encoders.encoder import Encoder, Preparation, frozen_encoder
from predictor.encoders.networks import (
    ARCHITECTURES,
    TIMM_PREFIX,
    MissingWeights,
    UnknownEncoder,
    efficientnet_lite0,
    from_timm,
    is_network_of,
    starter_vit,
    vit_b16,
)
from predictor.encoders.tuned import PREFIX as TUNED_PREFIX
from predictor.encoders.tuned import TunedEncoderDamaged, load_weights, read_tuned

REGISTRY: dict[str, Callable[[], tuple[nn.Module, Preparation]]] = {
    "starter_vit": starter_vit,
    "efficientnet_lite0": efficientnet_lite0,
    "vit_b16": lambda: vit_b16(settings.VIT_B16_WEIGHTS, settings.ENCODERS_DIR / VIT_B16_FILE),
}


_warm: OrderedDict[str, Encoder] = OrderedDict()  # the least recently used first
_lock = Lock()


def load_encoder(name: str) -> Encoder:
    """The encoder of this name (REGISTRY, ``timm:NAME`` or ``tuned:NAME``), on the best device.

    Encoders stay in memory up to ``ENCODER_MEMORY_MB`` together; the least recently used one leaves first. Raises
    UnknownEncoder, or MissingWeights when its weights cannot be found.
    """
    with _lock:
        encoder = _warm.get(name)
    encoder = encoder or _load(name)  # takes seconds, in which others may ask for those that are loaded
    with _lock:
        _warm[name] = encoder
        _warm.move_to_end(name)
        while len(_warm) > 1 and sum(each.megabytes for each in _warm.values()) > settings.ENCODER_MEMORY_MB:
            _warm.popitem(last=False)
    return encoder


def forget_encoders() -> None:
    """Let go of all encoders in memory."""
    with _lock:
        _warm.clear()


def _load(name: str) -> Encoder:
    if name in REGISTRY:
        return frozen_encoder(name, *REGISTRY[name]())
    if name.startswith(TIMM_PREFIX):
        return frozen_encoder(name, *from_timm(name.removeprefix(TIMM_PREFIX)))
    if name.startswith(TUNED_PREFIX):
        return _tuned(name)
    raise UnknownEncoder(
        f"No encoder is named {name!r}: use {', '.join(REGISTRY)}, {TIMM_PREFIX}NAME or {TUNED_PREFIX}NAME."
    )


def _tuned(name: str) -> Encoder:
    folder = settings.ENCODERS_DIR / name.removeprefix(TUNED_PREFIX)
    try:
        tuned = read_tuned(folder)
    except TunedEncoderDamaged as error:
        raise MissingWeights(str(error)) from error
    build = ARCHITECTURES.get(tuned.base)
    network = build() if build else timm.create_model(tuned.base.removeprefix(TIMM_PREFIX), num_classes=0)
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in tuned.preparation.items()
    }
    encoder = frozen_encoder(name, network, Preparation(**fields), frozenset(tuned.learnt))
    if not is_network_of(encoder, tuned.identity):
        raise MissingWeights(
            f"{name} was made from another network than {tuned.base} is now: fine-tune again, then train again."
        )
    network.load_state_dict({key: torch.from_numpy(array) for key, array in load_weights(folder).items()})
    return encoder
