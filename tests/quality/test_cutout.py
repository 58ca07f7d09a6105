"""The cut-out on real photos with mattes, read from the folder that EVAL_CUTOUT_DIR names.

The folder holds groups `GROUP/im/NAME.*` and `GROUP/gt/NAME.png`. Such sets may be used but not passed on,
so the project has none of its own and these tests skip where the variable is not set.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.cutout.presets import SaliencySegmenter, open_segmenter
from backcloth.cutout.subject import extract
from backcloth.errors import NoSubject
from backcloth.imaging.blend import composite
from backcloth.imaging.decode import Photo, decode

FOLDER = os.environ.get("EVAL_CUTOUT_DIR", "")
PHOTOS = sorted(Path(FOLDER).glob("*/im/*")) if FOLDER else []

pytestmark = pytest.mark.skipif(not PHOTOS, reason="EVAL_CUTOUT_DIR names no folder of photos with mattes")


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> SaliencySegmenter:
    """The packaged preset."""
    segmenter = open_segmenter("floor", tmp_path_factory.mktemp("models"))
    assert isinstance(segmenter, SaliencySegmenter)
    return segmenter


def photo_of(path: Path) -> Photo:
    """The photo of a path."""
    return decode(path.read_bytes(), parameter="image", max_pixels=50_000_000)


def truth_of(path: Path, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """The photo's true matte, 0..1, at the photo's size."""
    true = decode(
        (path.parents[1] / "gt" / f"{path.stem}.png").read_bytes(), parameter="", max_pixels=50_000_000
    )
    alpha = true.picture[..., 0] if true.alpha is None else true.alpha
    return np.asarray(Image.fromarray(alpha).resize((shape[1], shape[0]), Image.Resampling.BOX)) / 255


@pytest.mark.parametrize("path", PHOTOS[::8], ids=lambda path: path.stem)
def test_the_subjects_pixels_are_kept(floor: SaliencySegmenter, path: Path) -> None:
    """On a real photo, opaque pixels equal the photo and empty ones the new background, all of them."""
    photo = photo_of(path)
    cut = extract(photo, floor, force=False)
    plate = np.full_like(photo.picture, (12, 200, 99))
    result = composite(cut.picture, cut.foreground, cut.matte, plate)
    assert np.array_equal(result[cut.matte == 255], photo.picture[cut.matte == 255])
    assert (result[cut.matte == 0] == (12, 200, 99)).all()
    assert cut.measure()["opaque"] > 0.005


def test_mattes_are_as_good_as_measured(floor: SaliencySegmenter) -> None:
    """Over all photos, overlap and error stay near what was measured when this was written."""
    overlaps, errors, refused = [], [], 0
    for path in PHOTOS:
        photo = photo_of(path)
        truth = truth_of(path, photo.picture.shape)
        try:
            matte = extract(photo, floor, force=False).matte / 255
        except NoSubject:
            refused += 1
            matte = np.zeros_like(truth)
        found, true = matte > 0.5, truth > 0.5
        overlaps.append((found & true).sum() / max(1, (found | true).sum()))
        errors.append(np.abs(matte - truth).mean())
    assert refused <= 0.03 * len(PHOTOS)
    assert np.mean(overlaps) > 0.86
    assert np.mean(errors) < 0.04
