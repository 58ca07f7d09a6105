from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx

from backcloth.cutout.half_pixel import plain_half_pixel
from backcloth.cutout.network import OnnxNetwork
from backcloth.cutout.weights import U2NETP, verified


def attributes(network: onnx.ModelProto) -> list[tuple[str, str, object]]:
    """(node, attribute, value) of every node, in order."""
    return [
        (node.name, attribute.name, onnx.helper.get_attribute_value(attribute))
        for node in network.graph.node
        for attribute in node.attribute
        if attribute.type != onnx.AttributeProto.TENSOR
    ]


def test_only_the_way_of_resizing_is_renamed(models: Path) -> None:
    """The file stays a valid one, and every other attribute and every weight in it is what it was."""
    network = verified(U2NETP, models).read_bytes()
    before = onnx.load_model_from_string(network)
    after = onnx.load_model_from_string(plain_half_pixel(network))
    onnx.checker.check_model(after)
    pairs = list(zip(attributes(before), attributes(after), strict=True))
    changed = [(was[2], now[2]) for was, now in pairs if was != now]
    assert changed == [(b"pytorch_half_pixel", b"half_pixel")] * 38
    assert after.graph.initializer == before.graph.initializer


def test_the_map_stays_the_same(models: Path, ball: SimpleNamespace) -> None:
    """Both ways of resizing give one map, to the rounding of single precision."""
    path = verified(U2NETP, models)
    thumbnail = U2NETP.spec.thumbnail(ball.picture)
    before, after = (
        OnnxNetwork(path, U2NETP.spec, threads=2, plain=plain).map(thumbnail) for plain in (False, True)
    )
    assert after.max() > 0.9
    assert np.abs(after - before).max() < 1e-5
