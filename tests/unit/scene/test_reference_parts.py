"""What reads a reference and what fills it, each alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.reference.fit import fit_plate, hide, lay_plate
from backcloth.scene.reference.focus import edge_blur
from backcloth.scene.reference.gate import own_subject
from backcloth.scene.reference.horizon import find_horizon
from backcloth.scene.reference.lettering import may_have_lettering
from backcloth.scene.reference.level import level_steps
from backcloth.scene.reference.light import light_side
from backcloth.scene.reference.normalise import normalised
from backcloth.scene.reference.remove import fill
from backcloth.scene.studio.stance import Stance, read_stance

Pixels = npt.NDArray[np.uint8]
GREY = np.full((60, 80, 3), 128, np.uint8)


def _disc(radius: float, size: int = 320) -> npt.NDArray[np.float32]:
    y, x = np.mgrid[:size, :size] / size - 0.5
    return np.asarray(np.hypot(x, y) < radius, np.float32)


def _speckled(colour: tuple[int, int, int], shape: tuple[int, int], seed: int = 0) -> Pixels:
    noise = np.random.default_rng(seed).integers(-15, 16, (*shape, 1))
    return np.clip(np.asarray(colour) + noise, 0, 255).astype(np.uint8)


def _standing() -> Stance:
    """An upright box on the row 240 of a canvas of 400 by 300."""
    matte = np.zeros((300, 400), np.float32)
    matte[90:240, 160:240] = 1.0
    return read_stance(np.full((300, 400, 3), 128, np.uint8), matte)


def test_the_gate_sees_a_subject_and_grows_its_hole_over_the_rim() -> None:
    """A sure disc is a subject; the hole holds it and more."""
    own = own_subject(_disc(0.2), np.full((200, 300, 3), 128, np.uint8))
    assert own is not None
    body = cv2.resize(_disc(0.2), (300, 200)) > 0.5
    assert own.hole[body].all()
    assert 1.1 * body.mean() < own.share < 2.2 * body.mean()


def test_the_hole_takes_in_the_shadow_beside_the_feet() -> None:
    """Dark ground that touches the subject's lower part goes with it; dark ground elsewhere stays."""
    picture = np.full((320, 320, 3), 170, np.uint8)
    picture[205:222, 190:270] = 80
    picture[40:60, 20:100] = 80
    own = own_subject(_disc(0.2), picture)
    assert own is not None
    assert own.hole[208:218, 200:262].all()
    assert not own.hole[40:60, 20:90].any()


@pytest.mark.parametrize(
    "seen",
    [
        np.zeros((320, 320), np.float32),
        _disc(0.08),
        0.7 * _disc(0.3),
        np.clip(_disc(0.2) + 0.4 * (_disc(0.45) > 0), 0, 1),
        np.repeat(np.abs(np.linspace(0, 1, 320) - 0.4)[:, None] < 0.2, 320, axis=1).astype(np.float32),
    ],
    ids=["nothing", "a detail", "unsure", "undecided", "a landscape from side to side"],
)
def test_the_gate_lets_clean_plates_pass(seen: npt.NDArray[np.float32]) -> None:
    """A map that shows nothing in particular is no subject."""
    assert own_subject(seen, np.full((320, 320, 3), 128, np.uint8)) is None


def test_a_plate_full_of_specks_is_clean() -> None:
    """Sure dots that are each too small for a part of a subject make none together."""
    seen = np.zeros((320, 320), np.float32)
    seen[::10, ::10] = seen[::10, 1::10] = seen[1::10, ::10] = seen[1::10, 1::10] = 1.0
    assert own_subject(seen, np.full((320, 320, 3), 128, np.uint8)) is None


def test_a_hole_is_filled_with_what_belongs_there() -> None:
    """Sky above, ground below, speckled like the rest, the horizon straight; nothing outside is touched."""
    picture = np.concatenate(
        [_speckled((120, 160, 225), (120, 300)), _speckled((80, 130, 50), (120, 300), 1)]
    )
    hole = np.zeros((240, 300), np.bool_)
    hole[70:180, 110:200] = True
    broken = picture.copy()
    broken[hole] = (230, 20, 30)
    filled, price = fill(broken, hole)
    assert np.array_equal(filled[~hole], broken[~hole])
    assert price < 60
    inner = np.s_[78:172, 118:192]
    for rows, colour in ((slice(78, 112), (120, 160, 225)), (slice(130, 172), (80, 130, 50))):
        part = filled[rows, 118:192].astype(float)
        assert np.abs(part.mean((0, 1)) - colour).max() < 8
        assert part[..., 0].std() > 4
    assert (filled[inner].astype(int)[..., 0] - filled[inner].astype(int)[..., 1]).max() < 40


def test_a_hole_that_nothing_fits_has_a_high_price() -> None:
    """Where the picture has no like of what is around the hole, the filler says so."""
    rng = np.random.default_rng(3)
    blocks = rng.integers(0, 256, (12, 15, 3), dtype=np.uint8).repeat(20, axis=0).repeat(20, axis=1)
    hole = np.zeros((240, 300), np.bool_)
    hole[60:180, 90:210] = True
    assert fill(blocks, hole)[1] > 300
    assert fill(blocks, np.ones((240, 300), np.bool_))[1] == np.inf


def test_steps_between_pieces_are_levelled() -> None:
    """A piece that is 20 steps too dark is lifted to what is around it, and what is around stays."""
    picture = np.full((20, 30, 3), 120, np.float32)
    pieces = np.full((20, 30), -1)
    pieces[5:15, 8:22] = 0
    picture[pieces == 0] -= 20
    change = level_steps(picture, pieces)
    assert np.allclose((picture + change)[pieces == 0], 120, atol=0.5)
    assert not change[pieces < 0].any()


@pytest.mark.parametrize("row", [0.3, 0.5, 0.7])
def test_a_horizon_is_found_where_it_is(row: float) -> None:
    """Within two per cent of the height."""
    split = round(300 * row)
    sky, ground = _speckled((150, 180, 220), (split, 400)), _speckled((110, 100, 60), (300 - split, 400), 1)
    horizon = find_horizon(np.concatenate([sky, ground]))
    assert horizon.found
    assert horizon.row == pytest.approx(row, abs=0.02)


def test_the_ground_may_end_before_the_skyline() -> None:
    """Under a smooth bright sky, a wood and then a meadow: the meadow's end counts."""
    parts = [
        np.full((90, 400, 3), (190, 205, 225), np.uint8),
        _speckled((40, 60, 40), (60, 400)),
        _speckled((110, 160, 60), (150, 400), 1),
    ]
    assert find_horizon(np.concatenate(parts)).row == pytest.approx(0.5, abs=0.03)


def test_a_texture_has_no_horizon() -> None:
    """Ground seen from above is the same everywhere."""
    assert not find_horizon(_speckled((120, 110, 100), (300, 400))).found


def test_a_dull_picture_gets_its_levels_and_a_misty_one_stays_misty() -> None:
    """Contrast rises, by no more than the limit."""
    dull = np.linspace(70, 170, 256).astype(np.uint8)[None, :, None].repeat(100, 0).repeat(3, 2)
    after = normalised(dull, GREY).astype(int)
    before = int(dull.max()) - int(dull.min())
    assert 1.1 * before < after.max() - after.min() < 1.35 * before


def test_a_tinted_grey_is_made_greyer_and_a_sunset_stays() -> None:
    """White balance is read off what is nearly grey; strong colour is meant."""
    ramp = np.linspace(40, 220, 256)[None, :, None].repeat(100, 0)
    tinted = np.clip(ramp + np.asarray([6, 0, -6]), 0, 255).astype(np.uint8)
    sunset = np.clip(ramp * np.asarray([1.0, 0.6, 0.35]), 0, 255).astype(np.uint8)

    def warmth(picture: Pixels) -> float:
        return float(picture[..., 0].mean() / picture[..., 2].mean())

    assert 1.0 < warmth(normalised(tinted, GREY)) < 1.0 + 0.7 * (warmth(tinted) - 1.0)
    assert warmth(normalised(sunset, GREY)) > 0.95 * warmth(sunset)


@pytest.mark.parametrize("sigma", [2.0, 4.0])
def test_blur_is_measured(sigma: float) -> None:
    """The width of blurred edges comes out, and sharp ones are sharp."""
    board = (np.indices((400, 640)).sum(0) // 40 % 2 * 160 + 40).astype(np.uint8)[..., None].repeat(3, 2)
    board[:, :, :] = np.kron(np.indices((10, 16)).sum(0) % 2, np.ones((40, 40)))[..., None] * 160 + 40
    everywhere = np.ones((400, 640), np.bool_)
    sharp = edge_blur(board, everywhere)
    blurred = edge_blur(cv2.GaussianBlur(board, (0, 0), sigma).astype(np.uint8), everywhere)
    assert sharp is not None
    assert blurred is not None
    assert sharp * 640 < 0.4
    assert blurred * 640 == pytest.approx(sigma, abs=0.9)


def test_blur_of_nothing_is_unknown() -> None:
    """A bare wall says nothing about focus."""
    assert edge_blur(GREY, np.ones((60, 80), np.bool_)) is None


def test_a_plate_is_fitted_without_stretching() -> None:
    """The horizon comes where it is wanted as far as the zoom allows, and the canvas is covered."""
    fit = fit_plate((800, 600), (400, 300), 0.3, 130.0, _standing())
    assert fit.horizon == pytest.approx(130, abs=25)
    assert 0.5 <= fit.scale <= 0.75
    assert fit.above <= 0.07 * 300 + 1
    assert fit.below <= 0.07 * 300 + 1
    free = fit_plate((800, 600), (400, 300), None, 130.0, _standing())
    assert (free.scale, free.top, free.horizon) == (0.5, 0.0, None)


def test_a_hole_is_moved_behind_the_subject() -> None:
    """As far as the plate reaches sideways."""
    hole = np.zeros((300, 800), np.bool_)
    hole[100:200, 500:560] = True
    fit = hide(fit_plate((800, 300), (400, 300), None, 0.0, _standing()), hole, _standing())
    assert 530 * fit.scale - fit.left == pytest.approx(_standing().centre, abs=1)


def test_what_a_plate_does_not_reach_is_made_up_from_what_is_next_to_it() -> None:
    """A strip below a plate gets its ground's colour and grain."""
    plate = np.concatenate([_speckled((120, 160, 225), (100, 400)), _speckled((80, 130, 50), (200, 400), 1)])
    fit = replace(fit_plate((400, 300), (400, 300), None, 0.0, _standing()), top=15.0, below=15.0)
    assert fit.extended
    strip = lay_plate(plate, fit)[-8:].astype(float)
    assert np.abs(strip.mean((0, 1)) - (80, 130, 50)).max() < 8
    assert strip[..., 0].std() > 3


def test_lettering_is_noticed() -> None:
    """A line of capitals counts as writing, speckle does not."""
    poster = np.full((300, 600, 3), 200, np.uint8)
    assert not may_have_lettering(_speckled((120, 110, 100), (300, 600)))
    cv2.putText(poster, "MIMWIHMWIN", (60, 160), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (20, 20, 20), 6)
    assert may_have_lettering(poster)


def test_the_light_side_needs_sky_and_ground_to_agree() -> None:
    """Both brighter on the right: right. Each on its own side: unclear."""
    ramp = np.linspace(60, 200, 100)[None, :, None].repeat(100, 0).repeat(3, 2).astype(np.uint8)
    assert light_side(ramp, 0.5) > 0.5
    assert light_side(ramp[:, ::-1], 0.5) < -0.5
    mixed = np.concatenate([ramp[:50], ramp[50:, ::-1]])
    assert light_side(mixed, 0.5) == 0
