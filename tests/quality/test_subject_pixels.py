"""The subject's own pixels come back, on real photos, through the whole pipeline."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.cutout.subject import CutOut
from backcloth.domain.background import Background, Prompt, References, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.engines import open_engines
from backcloth.imaging.blend import composite
from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.geometry import canvas_size, resize_picture
from backcloth.pipeline.cutout import cut_out
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import replace_background
from backcloth.settings import CutoutSettings, Settings
from backcloth.storage.store import open_store

DEMO = Path(__file__).parents[2] / "demo"
PHOTOS = sorted((DEMO / "photos").glob("*.jpg"))
REFERENCE = DEMO / "references" / "autumn-meadow.jpg"
GREEN = Colour(12, 200, 99)


@pytest.fixture(scope="module")
def engines() -> Engines:
    """The embedded engines on the packaged weights."""
    return open_engines(Settings(cutout=CutoutSettings(preset="floor")), open_store("memory://"))


def photo_of(path: Path) -> Photo:
    """The photo in a file."""
    return decode(path.read_bytes(), parameter="image", max_pixels=50_000_000)


def check(engines: Engines, path: Path, background: Background) -> None:
    """Replaces the background at the original size, and compares with the photo and its matte."""
    engines.store.put("image", path.read_bytes())
    engines.store.put("reference", REFERENCE.read_bytes())
    references = (Stored("reference"),) if isinstance(background, References) else ()
    request = ReplaceBackground(
        Stored("image"), background, seed=5, references=references, original_quality=True
    )
    outcome = replace_background("test", request, engines)
    with Image.open(io.BytesIO(outcome.png)) as image:
        result = np.asarray(image.convert("RGB"))
    photo = photo_of(path)
    matte = cut_out(photo, engines, force=False).matte
    assert result.shape == photo.picture.shape
    assert (matte == 255).mean() > 0.02
    assert np.array_equal(result[matte == 255], photo.picture[matte == 255])
    assert outcome.record["subject_pixels_changed"] == 0
    if isinstance(background, Solid):
        assert (result[matte == 0] == background.colour.rgb).all()
    else:
        assert not np.array_equal(result[matte == 0], photo.picture[matte == 0])


@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.stem)
def test_opaque_pixels_are_the_photos_and_empty_ones_the_colour(engines: Engines, path: Path) -> None:
    """Every pixel, on every photo of the demo."""
    check(engines, path, Solid(GREEN))


@pytest.mark.parametrize(
    "background", [Prompt("a sandy beach at sunset"), References(1)], ids=["prompt", "ref"]
)
def test_opaque_pixels_are_the_photos_on_any_background(engines: Engines, background: Background) -> None:
    """Shadows and blur belong to the plate; none of it reaches the subject."""
    check(engines, DEMO / "photos" / "sheep.jpg", background)


def on_green(cut: CutOut) -> npt.NDArray[np.uint8]:
    """The subject on a flat green."""
    return composite(cut.picture, cut.foreground, cut.matte, np.full_like(cut.picture, GREEN.rgb))


@pytest.mark.parametrize("enlarged", [1, 3])
@pytest.mark.parametrize("name", ["sheep", "spindle-chair", "espresso"])
def test_the_edge_is_the_same_at_every_size(engines: Engines, name: str, enlarged: int) -> None:
    """Replacing at one megapixel, and replacing at the original size and then scaling, look alike.

    In the band of 12 pixels on either side of the outline, the demo's photos at their own sizes differed by
    0.4 to 1.6 of 255 in the mean and by at most 17 at the 99th percentile when this was written.
    """
    photo = photo_of(DEMO / "photos" / f"{name}.jpg")
    height, width = photo.picture.shape[:2]
    photo = Photo(resize_picture(photo.picture, (width * enlarged, height * enlarged)))
    canvas = canvas_size(width, height, original=False)
    small = cut_out(Photo(resize_picture(photo.picture, canvas)), engines, force=False)
    scaled = resize_picture(on_green(cut_out(photo, engines, force=False)), canvas)
    apart = np.abs(on_green(small).astype(int) - scaled).max(axis=2)
    body = np.greater(small.matte, 127).view(np.uint8)
    band = cv2.morphologyEx(body, cv2.MORPH_GRADIENT, np.ones((25, 25), np.uint8)) > 0
    assert apart[band].mean() < 4
    assert np.percentile(apart[band], 99) < 48
    assert apart.mean() < 0.5


def test_a_subject_cut_by_the_frame_has_no_edge_there(engines: Engines) -> None:
    """Where a portrait leaves the picture, the matte is full up to the last row."""
    matte = cut_out(photo_of(DEMO / "photos" / "astronaut.jpg"), engines, force=False).matte
    inside = matte[-4] == 255
    assert inside.mean() > 0.5
    assert (matte[-1][inside] == 255).mean() > 0.98
