from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from backcloth.cutout.weights import (
    ISNET,
    KNOWN,
    U2NET,
    U2NETP,
    WeightsInvalid,
    WeightsUnavailable,
    check,
    verified,
)


def test_the_packaged_weights_are_the_right_ones(tmp_path: Path) -> None:
    """u2netp comes with the package, verified, wherever the models directory is."""
    path = verified(U2NETP, tmp_path / "missing")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == U2NETP.sha256


def test_the_packaged_weights_bring_their_licence() -> None:
    """The licence and the name of the source lie beside the vendored file."""
    text = (U2NETP.path(Path()).parent / "LICENSE-u2net.txt").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert U2NETP.source in text
    assert U2NETP.sha256 in text


def test_every_entry_is_complete() -> None:
    """Each set of weights has licence, caveat, source, size, cost and a whole checksum, and its own name."""
    assert len({weights.name for weights in KNOWN}) == len(KNOWN)
    for weights in KNOWN:
        assert len(bytes.fromhex(weights.sha256)) == 32
        assert weights.licence
        assert weights.caveat
        assert weights.cpu_s > 0
        assert weights.source.startswith("https://")
        assert weights.size > 1_000_000


def test_missing_weights_say_so(tmp_path: Path) -> None:
    """Weights that are not there are unavailable, with the file's name."""
    with pytest.raises(WeightsUnavailable, match=r"u2net\.onnx is not in"):
        verified(U2NET, tmp_path)


def test_a_wrong_size_is_found_without_reading(tmp_path: Path) -> None:
    """A file that was cut short is invalid."""
    (tmp_path / U2NET.file).write_bytes(b"short")
    with pytest.raises(WeightsInvalid, match="5 bytes instead of"):
        verified(U2NET, tmp_path)


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    """A file of the right size with another content is invalid."""
    weights = dataclasses.replace(U2NET, size=4, sha256=hashlib.sha256(b"good").hexdigest())
    path = tmp_path / "file.onnx"
    path.write_bytes(b"good")
    check(weights, path)
    path.write_bytes(b"goof")
    with pytest.raises(WeightsInvalid, match="fails its checksum"):
        check(weights, path)


def test_only_undisputed_weights_are_carried_or_come_unasked() -> None:
    """What is not under a licence that allows commercial use is marked, and never in our own package."""
    for weights in KNOWN:
        assert weights.disputed == (weights.licence != "Apache-2.0")
        assert not (weights.disputed and not weights.carrier)


def test_missing_disputed_weights_name_the_decision(tmp_path: Path) -> None:
    """The command that brings them is told whole."""
    with pytest.raises(WeightsUnavailable, match="models pull isnet --accept-license"):
        verified(ISNET, tmp_path)
