"""Pixel checks of whole scenes: no hard cut, no band, no undefined light."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.studio.camera import place_camera
from backcloth.scene.studio.light import LIGHTS, place_key
from backcloth.scene.studio.parse import parse
from backcloth.scene.studio.render import render
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.stance import read_stance

WIDTH, HEIGHT = 360, 270


def _subject() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[90:210, 150:210] = 1.0
    return np.full((HEIGHT, WIDTH, 3), 140, np.uint8), matte


def _draw(prompt: str, seed: int = 3) -> npt.NDArray[np.float32]:
    picture, matte = _subject()
    return render(parse(prompt).scene, picture, matte, seed).astype(np.float32)


@pytest.mark.parametrize("prompt", ["light grey studio", "navy studio, soft light", "pink studio, spotlight"])
def test_a_studio_gradient_has_no_bands(prompt: str) -> None:
    """The mean of patches changes evenly along a sweep, without steps, although each patch is noisy."""
    picture = _draw(f"{prompt}, no grain")[:100]
    patches = picture[:96, :352].reshape(12, 8, 44, 8, 3).mean(axis=(1, 3))
    assert np.abs(np.diff(patches, n=2, axis=1)).max() < 0.6
    assert picture[40:48, 40:48, 1].std() > 0.3


@pytest.mark.parametrize(
    "prompt",
    ["beach", "meadow", "parking lot", "desert at sunset", "snow", "street, overcast", "living room"],
)
def test_the_horizon_is_soft(prompt: str) -> None:
    """Where ground meets background, no single row jumps across the whole width."""
    rows = _draw(prompt)[:, :140].mean(axis=1)
    assert np.abs(np.diff(rows, axis=0)).max() < 34


@pytest.mark.parametrize(
    "prompt", ["marble table by a window", "oak table in a garden", "concrete table in a kitchen"]
)
def test_a_table_edge_is_out_of_focus(prompt: str) -> None:
    """The far edge of a table spreads over several rows."""
    rows = _draw(prompt)[:, :140].mean(axis=1)
    assert np.abs(np.diff(rows, axis=0)).max() < 40


def test_the_podium_edge_is_anti_aliased() -> None:
    """Along a black podium's top rim on a white wall, values between black and white occur."""
    picture = _draw("black podium, white wall")[..., 1]
    column = picture[:, 140]
    dark, light = column.min(), column.max()
    between = (column > dark + 0.25 * (light - dark)) & (column < dark + 0.75 * (light - dark))
    assert light - dark > 100
    assert between.any()


def test_the_sharp_ground_at_the_feet_is_textured_and_the_far_background_is_not() -> None:
    """Focus lies where the subject stands."""
    picture = _draw("meadow")[..., 1]

    def detail(rows: slice) -> float:
        return float(np.abs(np.diff(picture[rows, :140], axis=1)).mean())

    assert detail(slice(200, 220)) > 3 * detail(slice(20, 60))


def test_shadows_fall_away_from_the_side_the_subject_is_lit_from() -> None:
    """A subject lit from the left has its shadow on the right."""
    picture, matte = _subject()
    picture[:, :180] = 220
    picture[:, 180:] = 70
    scene = parse("white studio, hard light").scene
    lit = render(scene, picture, matte, 3).astype(np.float32)
    plain = render(parse("white studio, hard light, no shadow").scene, picture, matte, 3).astype(np.float32)
    lost = (plain - lit).mean(axis=2)[170:215]
    assert lost[:, 215:260].mean() > 2 * max(lost[:, 100:145].mean(), 0.1)


def _table_on_legs() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[110:135, 120:250] = 1.0
    for left, foot in ((122, 225), (155, 212), (205, 235), (240, 212)):
        matte[135:foot, left : left + 7] = 1.0
    return np.full((HEIGHT, WIDTH, 3), 140, np.uint8), matte


def _lost(prompt: str) -> npt.NDArray[np.float32]:
    """How much light the shadows of a table on thin legs take, per pixel."""
    picture, matte = _table_on_legs()
    lit = render(parse(f"{prompt}, no grain").scene, picture, matte, 5).astype(np.float32)
    plain = render(parse(f"{prompt}, no shadow, no grain").scene, picture, matte, 5).astype(np.float32)
    return np.asarray((plain - lit).mean(axis=2), np.float32)


def test_every_foot_has_a_small_contact_shadow() -> None:
    """Right below each thin foot it is dark; two foot widths beside it, in front of the table, it is not."""
    lost = _lost("white studio, overcast")
    for left, foot in ((122, 225), (155, 212), (205, 235), (240, 212)):
        under = lost[foot : foot + 2, left + 1 : left + 6].mean()
        assert under > 12
        assert lost[foot + 12 : foot + 15, left : left + 7].mean() < 0.35 * under


@pytest.mark.parametrize("light", ["soft", "window", "day", "dramatic"])
def test_shadows_of_thin_legs_are_not_combed(light: str) -> None:
    """Down any column, the key's shadow of four thin legs rises and falls a few times, not in stripes."""
    small = _table_on_legs()[1]
    matte = np.repeat(np.repeat(small, 4, axis=0), 4, axis=1)
    stance = read_stance(np.full((*matte.shape, 3), 140, np.uint8), matte)
    camera = place_camera(stance, (matte.shape[1], matte.shape[0]), pitch=14, real_size=0.8)
    key = place_key(LIGHTS[light], 1.0, np.random.Generator(np.random.PCG64(3)))
    cast = cast_shadows(matte, stance, camera, LIGHTS[light], key).cast
    changes = np.diff(cast[700:1000, ::8].astype(np.float64), axis=0)
    for column in changes.T:
        signs = np.sign(column[np.abs(column) > 0.002])
        assert np.count_nonzero(np.diff(signs)) <= 9


def test_planks_of_a_room_run_away_from_the_camera() -> None:
    """At the feet, joints of a wooden floor cross the rows: tone changes more along a row than down it."""
    floor = _draw("living room, no shadow, overcast, no grain")[222:262, :140].mean(axis=2)
    assert np.abs(np.diff(floor, axis=1)).mean() > 1.15 * np.abs(np.diff(floor, axis=0)).mean()


def _edge_width(light: str) -> float:
    """Rows over which the key's shadow of a tall post rises from 0.2 to 0.8 on the ground far from it."""
    matte = np.zeros((800, 800), np.float32)
    matte[200:600, 390:410] = 1.0
    matte[560:600, 340:460] = 1.0
    stance = read_stance(np.full((800, 800, 3), 140, np.uint8), matte)
    camera = place_camera(stance, (800, 800), pitch=25, real_size=0.4)
    key = place_key(LIGHTS[light], -1.0, np.random.Generator(np.random.PCG64(3)))
    cast = cast_shadows(matte, stance, camera, LIGHTS[light], key).cast
    column = cast[200:600, 540] / cast[200:600, 540].max()
    rise = np.flatnonzero(column > 0.2)[0], np.flatnonzero(column > 0.8)[0]
    return float(rise[1] - rise[0])


def test_a_large_light_has_softer_shadows_than_a_small_one() -> None:
    """The shadow of a thin post has an edge of a few rows in sunlight and a wide one by a window."""
    assert _edge_width("day") <= 8
    assert _edge_width("window") > 2.5 * _edge_width("day")


def test_a_hard_shadow_starts_at_the_feet_and_softens_away_from_them() -> None:
    """Beside a box the shadow is whole at the contact; its edge widens with the height of what casts it."""
    matte = np.zeros((600, 800), np.float32)
    matte[100:450, 300:400] = 1.0
    stance = read_stance(np.full((600, 800, 3), 140, np.uint8), matte)
    camera = place_camera(stance, (800, 600), pitch=25, real_size=0.4)
    key = place_key(LIGHTS["window"], -1.0, np.random.Generator(np.random.PCG64(3)))
    shadows = cast_shadows(matte, stance, camera, LIGHTS["window"], key)
    assert shadows.cast[441, 402:406].min() > 0.7
    widths = []
    for column in (404, 600):
        rows = shadows.cast[:, column]
        front = np.flatnonzero(rows > 0.2 * rows.max())[-1], np.flatnonzero(rows > 0.8 * rows.max())[-1]
        widths.append(int(front[0] - front[1]))
    assert widths[1] > 1.5 * widths[0]


def test_the_ground_is_darkest_where_the_subject_touches_it() -> None:
    """In front of a standing box the contact shadow is dark at its edge and fades, without a bright gap."""
    matte = np.zeros((600, 800), np.float32)
    matte[100:450, 300:400] = 1.0
    stance = read_stance(np.full((600, 800, 3), 140, np.uint8), matte)
    camera = place_camera(stance, (800, 600), pitch=15, real_size=0.4)
    light = LIGHTS["overcast"]
    key = place_key(light, -1.0, np.random.Generator(np.random.PCG64(3)))
    shadows = cast_shadows(matte, stance, camera, light, key)
    below = ((1 - shadows.contact) * (1 - shadows.ambient))[450:520, 345:355].mean(axis=1)
    assert below[0] < 0.55
    assert np.all(np.diff(below) > -0.01)
    assert below[-1] > 0.85
