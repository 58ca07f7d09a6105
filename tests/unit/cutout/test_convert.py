from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from backcloth.cutout.convert import single_precision
from harness.networks import half_precision


def outputs_of(network: bytes, names: list[str]) -> list[np.ndarray]:
    """The named outputs for one random picture."""
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(1).random((1, 3, 32, 32), np.float32)
    return [np.asarray(value) for value in session.run(names, {"input": picture})]


def test_the_converted_network_computes_the_same() -> None:
    """To half-precision rounding, and in numbers that are not rounded to it any more."""
    network = half_precision()
    (before,) = outputs_of(network, ["output"])
    (after,) = outputs_of(single_precision(network, "output"), ["output"])
    assert after.dtype == np.float32
    assert np.abs(after - before).max() < 2e-3
    assert (after.astype(np.float16).astype(np.float32) != after).any()


def test_what_the_output_does_not_need_goes() -> None:
    """One output, no cast, and no half-precision number are left."""
    graph = onnx.load_model_from_string(single_precision(half_precision(), "output")).graph
    assert [value.name for value in graph.output] == ["output"]
    assert [node.op_type for node in graph.node] == ["Conv", "Sigmoid"]
    assert [(tensor.name, tensor.data_type) for tensor in graph.initializer] == [
        ("weights", TensorProto.FLOAT)
    ]


def test_same_network_same_bytes() -> None:
    """The result can be pinned by its checksum."""
    assert single_precision(half_precision(), "output") == single_precision(half_precision(), "output")


def test_an_unknown_output_is_refused() -> None:
    """A name that is no output is told."""
    with pytest.raises(ValueError, match="no output named map"):
        single_precision(half_precision(), "map")


def test_a_half_precision_constant_is_refused() -> None:
    """A constant inside the graph would stay half-precision, which the layers around it no longer are."""
    model = onnx.load_model_from_string(half_precision())
    value = numpy_helper.from_array(np.array(1, np.float16), "one")
    model.graph.node.append(helper.make_node("Constant", [], ["one"], name="one", value=value))
    with pytest.raises(ValueError, match="constant one"):
        single_precision(model.SerializeToString(), "output")
