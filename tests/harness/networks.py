"""Small ONNX networks, built when they are needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET = [helper.make_opsetid("", 15)]


def half_precision(side: int = 32) -> bytes:
    """Two outputs of a half-precision convolution, each behind a cast, as exporters write them."""
    weights = np.linspace(-1, 1, 27, dtype=np.float16).reshape(1, 3, 3, 3)
    picture, *maps = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, side, side])
        for name, channels in (("input", 3), ("output", 1), ("side", 1))
    )
    nodes = [
        helper.make_node("Cast", ["input"], ["narrow"], to=TensorProto.FLOAT16),
        helper.make_node("Conv", ["narrow", "weights"], ["edges"], pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["edges"], ["likely"]),
        helper.make_node("Cast", ["likely"], ["output"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["likely", "half"], ["halved"]),
        helper.make_node("Cast", ["halved"], ["side"], to=TensorProto.FLOAT),
    ]
    initializers = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array(0.5, np.float16), "half"),
    ]
    graph = helper.make_graph(nodes, "half", [picture], maps, initializers)
    return bytes(helper.make_model(graph, opset_imports=_OPSET, ir_version=8).SerializeToString())


def redness(
    path: Path, *, side: int | None = 64, precision: int = TensorProto.FLOAT, channels: int = 1
) -> Path:
    """Writes a network that finds what is redder than green: as a map in `map`, as raw numbers in `raw`.

    Args:
        path: Where to write it.
        side: Of its input; None takes any.
        precision: Of its input and outputs.
        channels: How many such maps it answers in one output.
    """
    kernel = np.array([[40, -40, 0]] * channels, helper.tensor_dtype_to_np_dtype(precision))
    threshold = np.array([-4] * channels, kernel.dtype)
    size = [side or "high", side or "wide"]
    picture = helper.make_tensor_value_info("picture", precision, [1, 3, *size])
    maps = [helper.make_tensor_value_info(name, precision, [1, channels, *size]) for name in ("raw", "map")]
    nodes = [
        helper.make_node("Conv", ["picture", "kernel", "threshold"], ["raw"]),
        helper.make_node("Sigmoid", ["raw"], ["map"]),
    ]
    weights = [
        numpy_helper.from_array(kernel.reshape(channels, 3, 1, 1), "kernel"),
        numpy_helper.from_array(threshold, "threshold"),
    ]
    graph = helper.make_graph(nodes, "redness", [picture], maps, weights)
    onnx.save(helper.make_model(graph, opset_imports=_OPSET, ir_version=8), path)
    return path
