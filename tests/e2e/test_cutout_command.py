"""`backcloth cutout` as an operator uses it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from harness import command
from harness.pictures import encoded, subject_picture


def cutout(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    return command.backcloth("cutout", *map(str, arguments), BACKCLOTH_CUTOUT_PRESET="floor")


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    """The picture in a file, with its own channels."""
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    """A photo in a file."""
    path = tmp_path / "in.png"
    path.write_bytes(encoded(subject_picture()))
    return path


def test_it_writes_the_subject_at_the_photos_size(tmp_path: Path, photo_file: Path) -> None:
    """RGBA with the photo's own pixels where it is opaque and zeros where it is empty, and the facts."""
    out = tmp_path / "out.png"
    done = cutout(photo_file, "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    result, photo = pixels(out), pixels(photo_file)
    assert result.shape == (240, 320, 4)
    opaque, empty = result[..., 3] == 255, result[..., 3] == 0
    assert opaque.mean() > 0.1
    assert empty.mean() > 0.5
    assert np.array_equal(result[opaque][:, :3], photo[opaque])
    assert not result[empty].any()
    report = json.loads(done.stdout)
    assert report["subject_pixels_changed"] == 0
    assert report["size"] == [320, 240]
    assert report["matte"]["opaque"] == pytest.approx(opaque.mean())
    assert 0 < report["matte"]["edge_uncertainty"] < 1


def test_one_megapixel(tmp_path: Path, photo_file: Path) -> None:
    """On demand the cut-out has the size that a replaced background would have."""
    out = tmp_path / "out.png"
    done = cutout(photo_file, "-o", out, "--one-megapixel")
    assert done.returncode == 0, done.stderr
    assert pixels(out).shape == (887, 1182, 4)
    assert "edge uncertainty" in done.stdout


def test_a_cut_out_comes_back_unless_forced(tmp_path: Path) -> None:
    """A picture that is cut out already is kept as it is; forced, it is looked at again."""
    given = tmp_path / "given.png"
    image = subject_picture().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 40, 240))
    image.save(given)
    kept, forced = tmp_path / "kept.png", tmp_path / "forced.png"
    assert cutout(given, "-o", kept).returncode == 0
    assert np.array_equal(pixels(kept), np.asarray(image))
    assert cutout(given, "-o", forced, "--force-background-detection").returncode == 0
    assert (pixels(forced)[..., 3] == 0).mean() > 0.5


@pytest.mark.parametrize("name", ["out.jpg", "missing/out.png", "in.png"])
def test_the_output_is_checked_before_the_work(tmp_path: Path, photo_file: Path, name: str) -> None:
    """What `replace` refuses to write to, this command refuses too."""
    done = cutout(photo_file, "-o", tmp_path / name)
    assert done.returncode == 2
    assert name in done.stderr


def test_no_subject_is_a_sentence(tmp_path: Path) -> None:
    """A blank picture ends the command with a sentence and writes nothing."""
    blank, out = tmp_path / "blank.png", tmp_path / "out.png"
    Image.new("RGB", (200, 200), "white").save(blank)
    done = cutout(blank, "-o", out)
    assert done.returncode == 1
    assert "no subject" in done.stderr
    assert not out.exists()
