from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from backcloth.cutout.network import OnnxNetwork
from backcloth.cutout.spec import NetworkSpec, Pixels
from backcloth.cutout.weights import WeightsInvalid, WeightsUnavailable
from harness.networks import half_precision, redness

SPEC = NetworkSpec((64, 64), mean=(0, 0, 0), std=(1, 1, 1), output="map")


def red_square() -> Pixels:
    """A red square on green."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[..., 1] = 255
    picture[16:48, 16:48] = (255, 0, 0)
    return picture


@pytest.mark.parametrize("precision", [TensorProto.FLOAT, TensorProto.FLOAT16])
@pytest.mark.parametrize("side", [64, None])
def test_a_network_maps_its_subject(tmp_path: Path, precision: int, side: int | None) -> None:
    """A file of single or half precision, of one input size or any, is run and read."""
    path = redness(tmp_path / "network.onnx", side=side, precision=precision)
    found = OnnxNetwork(path, SPEC, threads=1).map(red_square())
    assert found.dtype == np.float32
    assert found[32, 32] > 0.99
    assert found[4, 4] < 0.01
    assert np.greater(found, 0.5).sum() == 32 * 32


def test_an_output_is_found_by_number_or_name(tmp_path: Path) -> None:
    """The first output holds raw numbers, which the spec activates: the same map as the second."""
    path = redness(tmp_path / "network.onnx")
    raw = NetworkSpec((64, 64), mean=(0, 0, 0), std=(1, 1, 1), output=0, activation="sigmoid")
    by_number = OnnxNetwork(path, raw, threads=1).map(red_square())
    assert np.allclose(by_number, OnnxNetwork(path, SPEC, threads=1).map(red_square()), atol=1e-6)


@pytest.mark.parametrize("output", ["mask", 2])
def test_a_missing_output_is_refused(tmp_path: Path, output: str | int) -> None:
    """The outputs that there are are told."""
    path = redness(tmp_path / "network.onnx")
    with pytest.raises(WeightsInvalid, match="it has raw, map"):
        OnnxNetwork(path, NetworkSpec((64, 64), output=output), threads=1)


def test_another_input_size_is_refused(tmp_path: Path) -> None:
    """A network with one size is not fed another."""
    path = redness(tmp_path / "network.onnx", side=32)
    with pytest.raises(WeightsInvalid, match=r"shape \[1, 3, 32, 32\]"):
        OnnxNetwork(path, SPEC, threads=1)


def test_another_input_type_is_refused(tmp_path: Path) -> None:
    """Only networks that take floats can be fed."""
    picture, answer = (
        helper.make_tensor_value_info(name, TensorProto.UINT8, [1, 3, 64, 64]) for name in ("in", "out")
    )
    nodes = [helper.make_node("Identity", ["in"], ["out"])]
    path = tmp_path / "network.onnx"
    onnx.save(helper.make_model(helper.make_graph(nodes, "bytes", [picture], [answer]), ir_version=8), path)
    with pytest.raises(WeightsInvalid, match=r"takes in of tensor\(uint8\)"):
        OnnxNetwork(path, SPEC, threads=1)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    """The file is named."""
    path = tmp_path / "network.onnx"
    path.write_bytes(half_precision()[:100])
    with pytest.raises(WeightsInvalid, match=r"network\.onnx cannot be loaded"):
        OnnxNetwork(path, SPEC, threads=1)


def test_a_provider_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """A provider that this runtime lacks stops the start, though another could run."""
    path = redness(tmp_path / "network.onnx")
    with pytest.raises(WeightsUnavailable, match="NoSuchExecutionProvider"):
        OnnxNetwork(path, SPEC, threads=1, providers=("NoSuchExecutionProvider", "CPUExecutionProvider"))
