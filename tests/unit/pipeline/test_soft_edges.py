"""What resampling and compositing do to the edge: no rim of what lay under alpha 0, none along the frame."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.pipeline.run import replace_background
from harness.fakes import engines_around

Pixels = npt.NDArray[np.uint8]
SUBJECT = (150, 90, 60)


def disc(side: int, radius: float, centre: tuple[float, float]) -> Pixels:
    """Coverage of an anti-aliased disc."""
    down, across = np.mgrid[0:side, 0:side]
    distance = np.hypot(down - centre[0], across - centre[1])
    return np.asarray(np.rint(np.clip(radius - distance, 0, 1) * 255), np.uint8)


def replaced(picture: Pixels, background: Colour, *, original: bool) -> npt.NDArray[np.int16]:
    """The picture, cut out by its alpha or by a matte that is its right half, on a new background."""

    def right_half(height: int, width: int) -> npt.NDArray[np.float32]:
        matte = np.zeros((height, width), np.float32)
        matte[:, width // 2 :] = 1
        return matte

    engines = engines_around(right_half)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    engines.store.put("image", file.getvalue())
    request = ReplaceBackground(Stored("image"), Solid(background), seed=1, original_quality=original)
    with Image.open(io.BytesIO(replace_background("test", request, engines).png)) as image:
        return np.asarray(image).astype(np.int16)


@pytest.mark.parametrize("side", [160, 2000])
@pytest.mark.parametrize("hidden", [(255, 255, 255), (0, 0, 0), (0, 255, 0)], ids=["white", "black", "green"])
@pytest.mark.parametrize("background", [Colour(200, 200, 200), Colour(20, 40, 90)], ids=["light", "dark"])
def test_what_lies_under_alpha_0_never_shows(
    side: int, hidden: tuple[int, int, int], background: Colour
) -> None:
    """Enlarged or shrunk, every pixel lies between the subject's colour and the new background's."""
    alpha = disc(side, side * 0.4, (side / 2, side / 2))
    colours = np.where(alpha[..., None] > 0, np.array(SUBJECT, np.uint8), np.array(hidden, np.uint8))
    result = replaced(np.dstack([colours, alpha]), background, original=False)
    ends = np.array([SUBJECT, background.rgb])
    assert (result >= ends.min(axis=0) - 2).all()
    assert (result <= ends.max(axis=0) + 2).all()
    assert (result == SUBJECT).all(axis=2).mean() > 0.4


@pytest.mark.parametrize("side", [160, 2000])
@pytest.mark.parametrize("original", [True, False])
def test_an_alpha_cut_by_the_frame_has_no_edge_there(side: int, original: bool) -> None:
    """A subject that leaves the picture is full up to the frame, at its own size and scaled."""
    alpha = disc(side, side * 0.8, (side, side))
    picture = np.dstack([np.broadcast_to(np.array(SUBJECT, np.uint8), (side, side, 3)), alpha])
    result = replaced(picture, Colour(0, 255, 0), original=original)
    for row, inside in ((result[-1], result[-4]), (result[:, -1], result[:, -4])):
        full = (inside == SUBJECT).all(axis=1)
        assert full.mean() > 0.7
        assert (row[full] == SUBJECT).all()


def test_a_matte_cut_by_the_frame_has_no_edge_there() -> None:
    """A photo whose subject fills its right half keeps the outermost pixels of that half."""
    picture = np.random.Generator(np.random.PCG64(4)).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    result = replaced(picture, Colour(0, 255, 0), original=True)
    assert np.array_equal(result[:, 40:], picture[:, 40:])
    assert (result[:, :40] == (0, 255, 0)).all()
