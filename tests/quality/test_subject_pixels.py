"""The subject's own pixels come back, on real photos, through the whole pipeline."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backcloth.cutout.subject import extract
from backcloth.domain.background import Background, Prompt, References, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.imaging.decode import decode
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import replace_background
from backcloth.service import open_engines
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
    photo = decode(path.read_bytes(), parameter="image", max_pixels=50_000_000)
    matte = extract(photo, engines.segmenter, force=False).matte
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
