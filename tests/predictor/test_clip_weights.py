"""CLIP's weights come out of the package's .onnx file as they are in it."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from predictor.encoders.onnx_file import Node, read_onnx


def test_an_onnx_file_is_read_as_the_package_onnx_does() -> None:
    rng = np.random.default_rng(8)
    floats, bytes_ = rng.normal(size=(3, 200)).astype(np.float32), rng.integers(-128, 128, (200, 2)).astype(np.int8)
    tensors = [
        numpy_helper.from_array(floats, "raw floats"),
        helper.make_tensor("floats", TensorProto.FLOAT, floats.shape, floats.ravel()),
        numpy_helper.from_array(bytes_, "raw bytes"),
        helper.make_tensor("bytes", TensorProto.INT8, bytes_.shape, bytes_.ravel()),
        helper.make_tensor("one", TensorProto.INT8, (), [-5]),
    ]
    nodes = [
        helper.make_node("MatMulInteger", ["floats", "bytes"], ["c"], name="/é/MatMul"),
        helper.make_node("Add", ["c"], ["d"]),
    ]
    graph = helper.make_graph(nodes, "g", [], [], tensors)

    read_nodes, read = read_onnx(helper.make_model(graph).SerializeToString())
    assert read_nodes == [Node("/é/MatMul", "MatMulInteger", ("floats", "bytes")), Node("", "Add", ("c",))]
    assert read.keys() == {tensor.name for tensor in tensors}
    for tensor in tensors:
        expected = onnx.numpy_helper.to_array(tensor)
        assert read[tensor.name].dtype == expected.dtype
        assert np.array_equal(read[tensor.name], expected)
