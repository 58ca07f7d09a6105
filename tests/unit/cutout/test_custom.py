from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backcloth.cutout.custom import open_custom, read_custom
from backcloth.cutout.presets import MattingSegmenter, SaliencySegmenter, open_segmenter
from backcloth.cutout.weights import WeightsError, WeightsInvalid, WeightsUnavailable
from harness.networks import redness


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """A description, and the network that it describes."""
    network = redness(tmp_path / "red.onnx")
    path = tmp_path / "model.toml"
    path.write_text(
        f"""
name = "red"
licence = "CC0-1.0"
file = "red.onnx"
sha256 = "{hashlib.sha256(network.read_bytes()).hexdigest()}"
size = [64, 64]
mean = [0, 0, 0]
std = [1, 1.0, 1]
matting = true
output = "map"
""",
        encoding="utf-8",
    )
    return path


def changed(path: Path, line: str, instead: str) -> Path:
    """The description with another line."""
    text = path.read_text(encoding="utf-8")
    found = next(whole for whole in text.splitlines() if whole.startswith(line))
    path.write_text(text.replace(found, instead), encoding="utf-8")
    return path


def test_a_matting_network_by_its_description(toml: Path, ball: SimpleNamespace, tmp_path: Path) -> None:
    """A real ONNX file is fed and read as the TOML file says, and its matte kept."""
    segmenter = open_segmenter("custom", tmp_path, model=toml)
    assert isinstance(segmenter, MattingSegmenter)
    assert segmenter.name == "custom"
    assert segmenter.note == "custom: red"
    matte = segmenter.matte(ball.picture)
    assert matte.shape == ball.matte.shape
    assert matte[240, 320] > 0.9
    assert 0 < matte[10, 10] < 0.1


def test_a_saliency_network_by_its_description(toml: Path, ball: SimpleNamespace, tmp_path: Path) -> None:
    """Without `matting` the map is cleaned and its edge refined: what is almost wall is wall."""
    segmenter = open_segmenter("custom", tmp_path, model=changed(toml, "matting", "matting = false"))
    assert isinstance(segmenter, SaliencySegmenter)
    matte = segmenter.matte(ball.picture)
    assert matte[240, 320] > 0.99
    assert matte[10, 10] == 0
    assert np.abs(matte - ball.matte).mean() < 0.01


def test_the_fingerprint_is_of_network_and_description(toml: Path, tmp_path: Path) -> None:
    """Another description of the same file could give another matte."""
    before = open_segmenter("custom", tmp_path, model=toml).fingerprint
    after = open_segmenter("custom", tmp_path, model=changed(toml, "mean", "mean = [0, 0.1, 0]")).fingerprint
    assert before != after
    assert hashlib.sha256((tmp_path / "red.onnx").read_bytes()).hexdigest()[:12] in before


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ("name", "", "name: Field required"),
        ("licence", "", "licence: Field required"),
        ("licence", "licence = ''", "licence: "),
        ("file", "", "file: Field required"),
        ("sha256", "", "sha256: Field required"),
        ("sha256", "sha256 = 'abc'", "sha256: "),
        ("size", "size = 64", "size: "),
        ("size", "size = [64, 64, 64]", "size: "),
        ("size", "size = [64, 0]", "size.1: "),
        ("mean", "mean = [0.5, 0.5]", "mean"),
        ("mean", "mean = [0.5, 0.5, nan]", "mean.2: "),
        ("std", "std = [1, 0, 1]", "std.1: "),
        ("matting", "", "matting: Field required"),
        ("output", "output = -1", "output"),
        ("output", "scale = '128'", "scale: "),
        ("output", "activation = 'tanh'", "activation: "),
        ("output", "providers = []", "providers: "),
        ("output", "inputs = 3", "inputs: Extra inputs are not permitted"),
        ("output", "output = ", "is no TOML"),
    ],
)
def test_a_wrong_field_is_named(toml: Path, line: str, instead: str, says: str) -> None:
    """Each field that is missing, unknown or out of range ends the start with its name."""
    with pytest.raises(WeightsInvalid, match=r"model\.toml") as refused:
        read_custom(changed(toml, line, instead))
    assert says in str(refused.value)


def test_missing_files_are_named(toml: Path, tmp_path: Path) -> None:
    """No setting, no TOML file, or no network: each has its sentence."""
    with pytest.raises(WeightsUnavailable, match="BACKCLOTH_CUTOUT_MODEL"):
        read_custom(None)
    with pytest.raises(WeightsUnavailable, match=r"none\.toml cannot be read"):
        read_custom(tmp_path / "none.toml")
    with pytest.raises(WeightsUnavailable, match=r"there is no .*other\.onnx"):
        read_custom(changed(toml, "file", "file = 'other.onnx'"))


def test_a_changed_network_is_refused(toml: Path, tmp_path: Path) -> None:
    """The checksum in the description is that of the file."""
    redness(tmp_path / "red.onnx", side=None)
    with pytest.raises(WeightsInvalid, match="fails its checksum"):
        read_custom(toml)


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ("size", "size = [96, 64]", "takes pictures of shape"),
        ("output", "output = 'mask'", "it has raw, map"),
        ("output", "providers = ['CUDAExecutionProvider']", "CUDAExecutionProvider"),
    ],
)
def test_a_description_that_does_not_fit_the_network(toml: Path, line: str, instead: str, says: str) -> None:
    """What a valid description gets wrong about the network is found when it is loaded."""
    with pytest.raises(WeightsError, match=says):
        open_custom(read_custom(changed(toml, line, instead)), threads=1)


def test_a_network_whose_output_is_no_map(toml: Path, tmp_path: Path) -> None:
    """A network that answers with something else is found at the start, not at the first photo."""
    network = redness(tmp_path / "red.onnx", channels=2)
    digest = hashlib.sha256(network.read_bytes()).hexdigest()
    custom = read_custom(changed(toml, "sha256", f'sha256 = "{digest}"'))
    with pytest.raises(WeightsInvalid, match=r"red does not run: .* instead of \(1, 1, 64, 64\)"):
        open_custom(custom, threads=1)
