"""The weights and operations in an .onnx file, read without the package onnx, which a site does not need otherwise.

The file is a protocol buffer (https://protobuf.dev/programming-guides/encoding/) with the message ModelProto; the
numbers of the fields are from the ONNX specification (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). Only
float32 and int8 tensors are read, which lie in the file itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Numbers of fields: ModelProto, GraphProto, NodeProto, TensorProto
MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER = 1, 5
NODE_INPUT, NODE_NAME, NODE_OP_TYPE = 1, 3, 4
TENSOR_DIMS, TENSOR_TYPE, TENSOR_FLOATS, TENSOR_INT32S, TENSOR_NAME, TENSOR_RAW = 1, 2, 4, 5, 8, 9
TYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 3: np.dtype("i1")}  # of TensorProto.DataType
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5  # wire types


@dataclass(frozen=True)
class Node:
    """An operation: its name, its type such as MatMulInteger, the names of its inputs."""

    name: str
    op_type: str
    inputs: tuple[str, ...]


def read_onnx(data: bytes) -> tuple[list[Node], dict[str, NDArray[Any]]]:
    """The operations of a file's graph in their order, and its tensors by name."""
    graph = _message(_message(memoryview(data))[MODEL_GRAPH][0])
    return [_node(node) for node in graph[GRAPH_NODE]], dict(map(_tensor, graph[GRAPH_INITIALIZER]))


def _node(data: memoryview) -> Node:
    fields = _message(data)
    name, op_type = (b"".join(fields[number]).decode() for number in (NODE_NAME, NODE_OP_TYPE))  # may be left out
    return Node(name, op_type, tuple(str(name, "utf-8") for name in fields[NODE_INPUT]))


def _tensor(data: memoryview) -> tuple[str, NDArray[Any]]:
    fields = _message(data)
    dtype = TYPES[fields[TENSOR_TYPE][0]]
    if fields[TENSOR_INT32S]:  # int8, each as a varint of its 64-bit two's complement
        values = np.array(list(_integers(fields[TENSOR_INT32S])), np.uint64).astype(dtype)
    else:
        values = np.frombuffer(b"".join(fields[TENSOR_RAW] or fields[TENSOR_FLOATS]), dtype)
    return str(fields[TENSOR_NAME][0], "utf-8"), values.reshape(tuple(_integers(fields[TENSOR_DIMS])))


def _message(data: memoryview) -> defaultdict[int, list[Any]]:
    """The values of a message by the number of their field: whole numbers, else bytes."""
    fields = defaultdict[int, list[Any]](list)
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire_type = key >> 3, key & 7
        if wire_type == VARINT:
            value, position = _varint(data, position)
            fields[number].append(value)
            continue
        if wire_type == LENGTH:
            size, position = _varint(data, position)
        else:
            size = {FIXED64: 8, FIXED32: 4}[wire_type]
        fields[number].append(data[position : position + size])
        position += size
    return fields


def _integers(values: Iterable[int | memoryview]) -> Iterator[int]:
    """The numbers of a repeated field, of which each value is a number or several, packed."""
    for value in values:
        if isinstance(value, int):
            yield value
            continue
        position = 0
        while position < len(value):
            number, position = _varint(value, position)
            yield number


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """The number at a position, seven bits a byte with the lowest first, and the position after it."""
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
        shift += 7
