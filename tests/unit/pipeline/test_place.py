"""Where a cut-out goes on the canvas, how large it becomes, and which of its pixels stay as they are."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from backcloth.cutout.subject import CutOut
from backcloth.domain.background import Prompt, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.placement import KEPT, PADDING_MAX, Placement, Position
from backcloth.domain.request import Checks, ReplaceBackground, Stored
from backcloth.pipeline.place import Placed, place
from backcloth.pipeline.run import replace_background
from harness.fakes import engines_around, noise

Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom exclusive."""

CANVAS = (200, 300)
"""Height and width."""

SUBJECT = (150, 90, 60)


def cut(box: Box, canvas: tuple[int, int] = CANVAS, *, source: str = "drawn", seed: int = 1) -> CutOut:
    """A cut-out of noise, opaque in the box and soft on its rim where that is inside the canvas."""
    left, top, right, bottom = box
    matte = np.zeros(canvas, np.uint8)
    matte[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = 90
    matte[top:bottom, left:right] = 255
    return CutOut(noise(seed, *canvas), matte, noise(seed + 1, *canvas), source)


def box_of(cutout: CutOut) -> Box:
    """Where the matte is at least half of what it is at most."""
    body = cutout.matte > int(cutout.matte.max()) // 2
    columns, rows = np.flatnonzero(body.any(axis=0)), np.flatnonzero(body.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def near(cutout: CutOut, where: Box) -> bool:
    """Whether the box is there, to a pixel at each side."""
    return bool(np.abs(np.subtract(box_of(cutout), where)).max() <= 1)


def same(one: CutOut, other: CutOut) -> bool:
    """Whether two cut-outs are equal in every pixel."""
    pairs = ((one.picture, other.picture), (one.matte, other.matte), (one.foreground, other.foreground))
    return all(np.array_equal(a, b) for a, b in pairs)


@st.composite
def canvases_with_boxes(draw: st.DrawFn) -> tuple[tuple[int, int], Box]:
    """A canvas of any shape and a box somewhere in it, perhaps at its edges."""
    height, width = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return (height, width), (left, top, right, bottom)


MOVES = st.sampled_from([Position.GROUND, Position.CENTER])
PADDINGS = st.floats(0, PADDING_MAX)


@settings(max_examples=300, deadline=None)
@given(canvases_with_boxes(), MOVES, st.integers(0, 2**32 - 2))
def test_a_subject_that_only_moves_keeps_every_pixel(
    drawn: tuple[tuple[int, int], Box], position: Position, seed: int
) -> None:
    """On any canvas: what stays in it is the photo's, moved by whole pixels, and the rest is empty."""
    canvas, box = drawn
    before = cut(box, canvas, seed=seed)
    placed = place(before, Placement(position))
    dx, dy = placed.moved
    after, height, width = placed.cutout, *canvas
    assert placed.scale == 1
    rows, columns = np.mgrid[0:height, 0:width]
    inside = (rows + dy >= 0) & (rows + dy < height) & (columns + dx >= 0) & (columns + dx < width)
    to = (rows[inside] + dy, columns[inside] + dx)
    assert np.array_equal(after.picture[to], before.picture[inside])
    assert np.array_equal(after.foreground[to], before.foreground[inside])
    assert np.array_equal(after.matte[to], before.matte[inside])
    assert np.count_nonzero(after.matte) == np.count_nonzero(before.matte[inside])
    assert np.count_nonzero(after.matte == 255) == np.count_nonzero(before.matte == 255)


@settings(max_examples=300, deadline=None)
@given(canvases_with_boxes(), MOVES, PADDINGS)
def test_a_padded_subject_lies_within_its_padding(
    drawn: tuple[tuple[int, int], Box], position: Position, padding: float
) -> None:
    """On any canvas: no size is lost, no free side is nearer to the frame than asked, the rest is empty."""
    (height, width), (left, top, right, bottom) = drawn
    assume(left > 0 and top > 0 and right < width and bottom < height)
    assume(min(right - left, bottom - top) > 2)
    placed = place(cut(drawn[1], drawn[0]), Placement(position, padding))
    after = placed.cutout
    margin = padding * min(width, height)
    assert after.picture.shape == (height, width, 3)
    assert placed.scale <= 2
    x0, y0, x1, y1 = box_of(after)
    for room in (x0, y0, width - x1, height - y1):
        assert room >= margin - 2
    assert abs((x1 - x0) - placed.scale * (right - left)) <= 3
    assert abs((y1 - y0) - placed.scale * (bottom - top)) <= 3
    assert abs(x0 - (width - x1)) <= 3
    if position is Position.CENTER:
        assert abs(y0 - (height - y1)) <= 3


def test_keeping_changes_nothing() -> None:
    """The very same arrays come back, and no fact is added; a padding that does nothing is told."""
    before = cut((50, 40, 120, 110))
    assert place(before, KEPT).cutout is before
    assert place(before, KEPT).facts == {}
    idle = place(before, Placement(padding=0.1))
    assert idle.cutout is before
    assert "padding" in idle.notices[0]


def test_center_puts_the_box_in_the_middle() -> None:
    """As large as it was."""
    assert box_of(place(cut((10, 20, 70, 120)), Placement(Position.CENTER)).cutout) == (120, 50, 180, 150)


def test_ground_leaves_its_share_below_or_half_of_what_there_is() -> None:
    """A small subject stands low, and a tall one is in the middle."""
    low = place(cut((10, 20, 70, 70)), Placement(Position.GROUND)).cutout
    assert box_of(low) == (120, 126, 180, 176)
    tall = place(cut((10, 5, 70, 175)), Placement(Position.GROUND)).cutout
    assert box_of(tall) == (120, 15, 180, 185)


def test_padding_scales_the_subject_to_what_it_leaves() -> None:
    """A tenth of the shorter side all around what fits, and below what stands."""
    wide = (20, 80, 150, 120)
    center = place(cut(wide), Placement(Position.CENTER, 0.1))
    assert near(center.cutout, (20, 60, 280, 140))
    assert center.scale == 2
    ground = place(cut((20, 20, 60, 180)), Placement(Position.GROUND, 0.25))
    assert near(ground.cutout, (138, 50, 163, 150))
    assert ground.facts["placement"]["scale"] == 0.625


def test_a_small_subject_is_enlarged_twice_at_most() -> None:
    """And the caller is told that more room is left."""
    placed = place(cut((20, 20, 40, 40)), Placement(Position.GROUND, 0.0))
    assert near(placed.cutout, (130, 160, 170, 200))
    assert "twice" in placed.notices[0]


def test_a_subject_that_fits_to_a_pixel_is_not_resampled() -> None:
    """A scale that changes less than a pixel would only soften it."""
    placed = place(cut((90, 20, 150, 180)), Placement(Position.CENTER, 0.101))
    assert placed.scale == 1
    assert "subject_pixels_changed" not in placed.facts


@pytest.mark.parametrize(
    ("box", "placement", "where", "sides"),
    [
        ((10, 60, 70, 200), Placement(Position.CENTER), (120, 60, 180, 200), "bottom"),
        ((10, 60, 70, 200), Placement(Position.GROUND, 0.2), (116, 40, 184, 200), "bottom"),
        ((10, 0, 70, 100), Placement(Position.GROUND), (120, 0, 180, 100), "top"),
        ((0, 60, 70, 120), Placement(Position.CENTER), (0, 70, 70, 130), "left"),
        ((200, 60, 300, 200), Placement(Position.CENTER, 0.3), (200, 60, 300, 200), "right, bottom"),
    ],
)
def test_a_subject_cut_off_by_the_frame_stays_at_that_edge(
    box: Box, placement: Placement, where: Box, sides: str
) -> None:
    """It moves along the edge and grows from it, so that its cut never shows; the caller is told."""
    placed = place(cut(box), placement)
    assert near(placed.cutout, where)
    assert f"({sides})" in placed.notices[0]
    for edge, side in (((0,), "top"), ((-1,), "bottom")):
        if side in sides:
            assert (placed.cutout.matte[edge] == 255).sum() >= np.ptp(where[::2]) - 2


def test_a_subject_cut_off_on_opposite_sides_keeps_its_size() -> None:
    """Smaller, it would end before the frame; it still moves along it."""
    placed = place(cut((0, 20, 300, 80)), Placement(Position.CENTER, 0.2))
    assert box_of(placed.cutout) == (0, 70, 300, 130)
    assert "(left, right)" in placed.notices[0]
    assert "keeps its size" in placed.notices[0]


def test_a_trimmed_cut_out_is_whole() -> None:
    """A file with alpha whose subject touches all four edges gets its padding; a photo's subject does not."""
    everywhere = (0, 0, 300, 200)
    whole = place(cut(everywhere, source="alpha"), Placement(Position.CENTER, 0.1))
    assert box_of(whole.cutout)[1::2] == (20, 180)
    assert whole.notices == ()
    before = cut(everywhere)
    assert same(place(before, Placement(Position.CENTER, 0.1)).cutout, before)


@pytest.mark.parametrize("scale", [0.6, 1.7])
def test_scaling_brings_nothing_of_the_old_background_along(scale: float) -> None:
    """The old background is green: no pixel that shows becomes greener than the subject."""
    height, width = CANVAS
    rows, columns = np.mgrid[0:height, 0:width]
    distance = np.hypot(rows - 100.5, columns - 90.5)
    matte = np.rint(np.clip(50 - distance, 0, 1) * 255).astype(np.uint8)
    own = np.broadcast_to(np.array(SUBJECT, np.uint8), (height, width, 3))
    picture = np.where(matte[..., None] == 255, own, np.array((0, 255, 0), np.uint8))
    padding = (1 - scale * 0.5) / 2
    placed = place(
        CutOut(picture, matte, np.ascontiguousarray(own), "drawn"), Placement(Position.CENTER, padding)
    )
    assert placed.scale == pytest.approx(scale, rel=0.03)
    shown = placed.cutout.matte > 0
    for pixels in (placed.cutout.picture, placed.cutout.foreground):
        assert np.abs(pixels[shown].astype(int) - SUBJECT).max() <= 2
    area = placed.cutout.matte.sum() / matte.sum()
    assert area == pytest.approx(placed.scale**2, rel=0.02)


def replaced(
    placement: Placement, *, noisy: bool = False
) -> tuple[Pixels, dict[str, object], tuple[str, ...]]:
    """A photo of noise whose subject is a box, through the whole pipeline: picture, record, notices."""

    def box(height: int, width: int) -> npt.NDArray[np.float32]:
        matte = np.zeros((height, width), np.float32)
        matte[40:90, 30:80] = 1
        return matte

    engines = engines_around(box)
    file = io.BytesIO()
    Image.fromarray(noise(5, 120, 160)).save(file, "PNG")
    engines.store.put("image", file.getvalue())
    background = Prompt("noise") if noisy else Solid(Colour(10, 20, 30))
    request = ReplaceBackground(
        Stored("image"),
        background,
        seed=3,
        refine_prompt=False,
        original_quality=True,
        checks=Checks(prompt=False),
        placement=placement,
    )
    outcome = replace_background("test", request, engines)
    with Image.open(io.BytesIO(outcome.png)) as image:
        return np.asarray(image), outcome.record, outcome.notices


@pytest.mark.parametrize("noisy", [False, True])
def test_a_moved_subject_is_the_photos_in_the_result(noisy: bool) -> None:
    """Its pixels are elsewhere, exactly, and its old place is background."""
    picture, record, notices = replaced(Placement(Position.CENTER), noisy=noisy)
    assert record["placement"] == {"moved": [25, -5], "scale": 1.0}
    assert record["subject_pixels_changed"] == 0
    assert notices == ()
    expected = noise(3, 120, 160) if noisy else np.full((120, 160, 3), (10, 20, 30), np.uint8)
    expected[35:85, 55:105] = noise(5, 120, 160)[40:90, 30:80]
    assert np.array_equal(picture, expected)


def test_a_scaled_subject_counts_as_changed() -> None:
    """The record says how it was scaled, and claims no pixel of it to be the photo's."""
    _picture, record, _notices = replaced(Placement(Position.CENTER, 0.1))
    assert record["placement"] == {"moved": [2, -28], "scale": 1.92}
    assert record["subject_pixels_changed"] == pytest.approx(96 * 96, rel=0.05)


def test_what_is_kept_says_nothing_of_placement() -> None:
    """The record of a request without one is what it was."""
    _picture, record, _notices = replaced(KEPT)
    assert "placement" not in record
    assert record["subject_pixels_changed"] == 0


def test_a_placed_cut_out_tells_its_scale() -> None:
    """Scaled in place, it is still told."""
    facts = Placed(cut((1, 1, 5, 5)), (0, 0), 0.5).facts
    assert facts == {"placement": {"moved": [0, 0], "scale": 0.5}, "subject_pixels_changed": 16}
