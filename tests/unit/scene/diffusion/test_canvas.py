"""The picture that a model is given to paint around."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.diffusion.canvas import GREY, Frame, canvas_of, frame

AREA = 1024 * 1024
SIZES = [(1023, 1025), (1024, 1024), (4000, 300), (300, 4000), (64, 64), (1, 4096), (1000, 667), (1, 1)]


def fitted(size: tuple[int, int], multiple: int = 16) -> Frame:
    """The frame of a plate at the sizes of a real preset."""
    return frame(size, multiple=multiple, area=AREA, least_area=512 * 512)


def subject(width: int, height: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """A red block in the middle of a green photo, and its matte."""
    picture = np.full((height, width, 3), (0, 200, 0), np.uint8)
    matte = np.zeros((height, width), np.float32)
    block = np.s_[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    picture[block], matte[block] = (200, 0, 0), 1
    return picture, matte


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("multiple", [8, 16, 32, 64])
def test_a_canvas_is_one_that_pipelines_take_as_it_is(size: tuple[int, int], multiple: int) -> None:
    """Both sides are multiples, the area is within the limit, and the plate's shape is kept."""
    at = fitted(size, multiple)
    assert at.plate == size
    assert all(side % multiple == 0 for side in at.canvas)
    assert at.canvas[0] * at.canvas[1] <= max(AREA, multiple * multiple)
    assert all(0 <= room - side < multiple for room, side in zip(at.canvas, at.work, strict=True))
    scale = at.work[0] / size[0]
    assert abs(at.work[1] - size[1] * scale) <= 0.5 + 0.5 * size[1] / size[0]


def test_a_plate_that_fits_is_painted_pixel_for_pixel() -> None:
    """Only a plate that is too large or too small is resampled."""
    assert fitted((1000, 667)).work == (1000, 667)
    assert fitted((1000, 667)).canvas == (1008, 672)


def test_a_stamp_is_painted_larger() -> None:
    """Models make nothing of 64 × 64 pixels, so they get more and the result is shrunk."""
    at = fitted((64, 64))
    assert at.work == (512, 512)
    assert at.crop(np.zeros((512, 512, 3), np.uint8)).shape == (64, 64, 3)


def test_cropping_gives_back_what_lies_under_the_plate() -> None:
    """What was painted on the padding is cut off, and nothing else changes."""
    at = fitted((1000, 667))
    painted = np.random.default_rng(1).integers(0, 256, (672, 1008, 3), dtype=np.uint8)
    assert np.array_equal(at.crop(painted), painted[:667, :1000])


def test_buckets_are_the_only_canvases_there_are() -> None:
    """The bucket that wastes least is taken, and the plate lies in it at its own shape."""
    at = frame((1000, 500), multiple=16, area=AREA, least_area=1, buckets=((1024, 1024), (1408, 704)))
    assert at.canvas == (1408, 704)
    assert at.work == (1408, 704)
    assert frame((700, 700), multiple=16, area=AREA, least_area=1, buckets=((1408, 704),)).work == (704, 704)


@pytest.mark.parametrize(
    ("fill", "colour"), [("grey", (GREY,) * 3), ("white", (255,) * 3), ("mean", (200, 0, 0))]
)
def test_nothing_of_the_old_background_is_on_the_canvas(fill: str, colour: tuple[int, ...]) -> None:
    """Around the subject and on the padding there is the fill alone: the photo would shine through."""
    picture, matte = subject(600, 500)
    canvas = canvas_of(picture, matte, fitted((600, 500)), fill=fill, token=16, seed=1)  # type: ignore[arg-type]  # parametrised
    shown = canvas.picture.reshape(-1, 3)
    assert {tuple(each) for each in np.unique(shown, axis=0)} == {colour, (200, 0, 0)}
    assert canvas.picture.shape == (512, 608, 3)
    assert np.array_equal(canvas.picture[125:375, 150:450], picture[125:375, 150:450])


def test_noise_depends_on_the_seed_alone() -> None:
    """The fill `noise` is the same for the same seed."""
    picture, matte = subject(600, 500)
    first, again, other = (
        canvas_of(picture, matte, fitted((600, 500)), fill="noise", token=16, seed=seed).picture
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_mask_shrinks_by_a_token_and_is_soft() -> None:
    """The subject's rim is painted anew a token wide; its middle is kept and all else is painted."""
    picture, matte = subject(600, 500)
    paint = canvas_of(picture, matte, fitted((600, 500)), fill="grey", token=16, seed=1).paint
    row = paint[250]
    assert row[150 + 28 : 450 - 28].max() == 0
    assert row[:150].min() == 255
    assert row[450:].min() == 255
    assert row[152] == 255
    assert {0, 255} < set(row.tolist())
    assert paint[500:].min() == 255


def test_a_thin_subject_is_not_shrunk_away() -> None:
    """Of a subject thinner than two tokens something is kept all the same."""
    picture = np.full((512, 512, 3), 90, np.uint8)
    matte = np.zeros((512, 512), np.float32)
    matte[100:400, 250:262] = 1
    paint = canvas_of(picture, matte, fitted((512, 512)), fill="grey", token=16, seed=1).paint
    assert paint[250, 256] < 128


def test_a_subject_at_the_edge_of_the_frame_is_kept_up_to_it() -> None:
    """The frame's own edge is no outline: a subject that it cuts off is not regenerated there."""
    picture = np.full((512, 512, 3), 90, np.uint8)
    matte = np.zeros((512, 512), np.float32)
    matte[300:, 100:400] = 1
    paint = canvas_of(picture, matte, fitted((512, 512)), fill="grey", token=16, seed=1).paint
    assert paint[511, 250] == 0
