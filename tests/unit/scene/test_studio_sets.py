"""The indoor sets: stands, walls, patterns, rooms, flat lays."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio import render as studio
from backcloth.scene.studio.arrays import Field, Radiance
from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import PATTERNS, ROOMS, STANDS, WALLS, Scene
from backcloth.scene.studio.sets.faces import faces
from backcloth.scene.studio.sets.gallery import gallery_end
from backcloth.scene.studio.sets.pattern import on_cove, on_floor, on_wall
from backcloth.scene.studio.sets.solid import block, drum
from backcloth.scene.studio.sets.walls import subject_on_wall
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile

Picture = npt.NDArray[np.uint8]

SETTINGS = sorted({"sweep", "stage"} | STANDS | ROOMS)


def _standing(width: int = 160, height: int = 120) -> Field:
    """A box that stands at three quarters of the height."""
    matte = np.zeros((height, width), np.float32)
    matte[int(0.28 * height) : int(0.76 * height), int(0.44 * width) : int(0.56 * width)] = 1.0
    return matte


def _cut(width: int = 160, height: int = 120) -> Field:
    """A bust that the frame cuts off below."""
    matte = np.zeros((height, width), np.float32)
    matte[int(0.2 * height) :, int(0.3 * width) : int(0.7 * width)] = 1.0
    return matte


def _draw(scene: Scene, matte: Field | None = None, seed: int = 4) -> Picture:
    matte = _standing() if matte is None else matte
    return render(scene, np.full((*matte.shape, 3), 128, np.uint8), matte, seed)


def _apart(a: Picture, b: Picture) -> npt.NDArray[np.float64]:
    """(H, W) mean absolute difference of two pictures."""
    return np.asarray(np.abs(a.astype(np.float64) - b.astype(np.float64)).mean(axis=2))


def test_a_gradient_turns_from_the_backdrops_colour_above_to_the_surfaces_below() -> None:
    """Both colours come close to what was asked, and no row falls back on the way between them."""
    scene = Scene("sweep", "", Colour(240, 240, 240), backdrop_colour=Colour(60, 110, 190), light="bright")
    picture = _draw(scene, np.zeros((120, 160), np.float32)).astype(np.float64)
    assert np.abs(picture[2, 80] - (60, 110, 190)).max() < 30
    assert picture[-8, 80].min() > 200
    red = picture[:, 60:100, 0].mean(axis=1)
    assert np.diff(np.convolve(red, np.ones(9) / 9, "valid")).min() > -1.5


def test_blocks_take_the_surfaces_colour_and_leave_the_studio_its_own() -> None:
    """White blocks before a green wall are white, and the floor stays green."""
    green, white = Colour(60, 140, 80), Colour(242, 241, 239)
    picture = _draw(Scene("sweep", "", white, backdrop_colour=green, props=("blocks",))).astype(int)
    pale = (picture.min(axis=2) > 150).mean()
    assert pale > 0.02
    assert picture[-3, 5, 1] > picture[-3, 5, 0] + 30


def _stage(monkeypatch: pytest.MonkeyPatch, scene: Scene, matte: Field | None = None) -> Stage:
    """What a plate is drawn from."""
    found: list[Stage] = []

    def keep(stage: Stage) -> Radiance:
        found.append(stage)
        return np.zeros((stage.camera.height, stage.camera.width, 3), np.float32)

    monkeypatch.setitem(studio._DRAW, scene.setting, keep)
    _draw(scene, matte)
    return found[0]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("cut", [False, True])
def test_every_indoor_setting_is_a_picture_that_its_seed_decides(setting: str, *, cut: bool) -> None:
    """Standing and cut subjects get a plate with light and dark in it, the same one for the same seed."""
    matte = _cut() if cut else _standing()
    first = _draw(Scene(setting), matte)
    assert first.std() > 3
    assert first.min() < 250
    assert np.array_equal(first, _draw(Scene(setting), matte))
    assert not np.array_equal(first, _draw(Scene(setting), matte, seed=5))


@pytest.mark.parametrize("material", sorted(WALLS))
def test_a_wall_of_a_material_is_not_the_painted_wall(material: str) -> None:
    """Where the wall is seen, a material shows its grain, also in the colour of the paint."""
    named = Colour(190, 180, 170)
    plain = _draw(Scene("gallery", backdrop_colour=named, grain=0.0))
    clad = _draw(Scene("gallery", backdrop=material, backdrop_colour=named, grain=0.0))
    assert _apart(plain, clad)[:50].mean() > 0.7


@pytest.mark.parametrize("pattern", sorted(PATTERNS - {""}))
@pytest.mark.parametrize(
    "scene",
    [
        Scene("table", surface="plaster", light="day"),
        Scene("sweep", light="day"),
        Scene("podium", light="day"),
    ],
    ids=lambda scene: scene.setting,
)
def test_a_pattern_darkens_parts_of_wall_and_floor(pattern: str, scene: Scene) -> None:
    """Light through a window, leaves or blinds takes light from some places above and below the edge."""
    matte = _standing(240, 180)
    without = _draw(scene, matte).astype(np.float64).mean(axis=2)
    through = _draw(dataclasses.replace(scene, pattern=pattern), matte).astype(np.float64).mean(axis=2)
    share = through / np.maximum(without, 1.0)
    for part in (share[:60], share[150:]):
        assert part.std() > 0.03
        assert part.min() < 0.85


def test_a_pattern_goes_on_from_the_floor_to_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where floor meets wall, both see the same light; far above they differ."""
    stage = _stage(monkeypatch, Scene("sweep", pattern="window", light="soft"))
    camera = stage.camera
    depth = camera.focal * camera.rise / (np.floor(camera.row(1.9 * camera.focus)) + 0.5 - camera.horizon)
    turn = int(camera.row(depth))
    floor = on_floor(stage, depth)
    assert floor is not None
    wall = on_wall(stage, depth, camera.width, camera.height)
    assert np.abs(floor[turn] - wall[turn]).max() < 0.06
    assert np.abs(floor[turn] - wall[turn - 30]).max() > 0.2
    assert np.abs(on_cove(stage, depth)[turn] - wall[turn]).max() < 0.06


@pytest.mark.parametrize("setting", ["podium", "steps", "shelf"])
def test_a_stand_has_a_side_below_its_top(setting: str) -> None:
    """Straight below the subject the stand's side differs from its top, so it is seen as a body."""
    differ = 0
    for seed in range(4):
        matte = _standing(240, 240)
        picture = _draw(Scene(setting, surface_colour=Colour(90, 140, 120), light="day"), matte, seed)
        column = picture[184:, 116:124].astype(np.float64).mean(axis=(1, 2))
        differ += bool(np.abs(np.diff(column)).max() > 3)
    assert differ >= 3


@pytest.mark.parametrize("round_one", [True, False])
def test_a_solid_has_no_jagged_edge(monkeypatch: pytest.MonkeyPatch, *, round_one: bool) -> None:
    """The silhouette's coverage sums up to a smooth outline: from column to column it moves evenly."""
    stage = _stage(monkeypatch, Scene("podium"))
    camera = stage.camera
    radius = 40 * camera.pixel
    depth = camera.focus + radius
    tall = 20 * camera.pixel
    solid = (
        drum(0.0, depth, radius, -tall, 0.0)
        if round_one
        else block((0.0, depth), (2 * radius, 1.4 * radius), (-tall, 0.0), yaw=0.4)
    )
    seen = faces(stage, solid, Tile(np.full((8, 8, 3), 0.5, np.float32), 1.0))
    assert seen is not None
    whole = seen.side + seen.top
    assert whole.max() <= 1.0 + 1e-5
    assert ((whole > 0.1) & (whole < 0.9)).sum() > 30
    full = np.flatnonzero(whole.max(axis=0) > 0.99)[3:-3]
    upper = whole[: whole.shape[0] // 2, full].sum(axis=0)
    assert np.abs(np.diff(upper, n=2)).max() < (0.35 if round_one else 1.2)
    assert np.median(np.abs(np.diff(upper, n=2))) < 0.1


@pytest.mark.parametrize("surface", ["marble", "oak", "linen"])
def test_a_flat_lay_larger_than_its_tile_does_not_repeat(surface: str) -> None:
    """Far apart columns and rows of a large flat lay differ."""
    matte = np.zeros((1000, 1700), np.float32)
    matte[400:600, 700:900] = 1.0
    picture = (
        _draw(Scene("table", surface=surface, view="top", grain=0.0), matte).astype(np.float64).mean(axis=2)
    )
    left, right = picture[:150, :150], picture[:150, 1536:1686]
    assert np.corrcoef(left.ravel(), right.ravel())[0, 1] < 0.8


@pytest.mark.parametrize(("shadow", "dark"), [("auto", True), ("none", False)])
def test_the_subject_darkens_a_wall_close_behind(
    monkeypatch: pytest.MonkeyPatch, shadow: str, *, dark: bool
) -> None:
    """In hard light the wall bears the subject's shadow on the side away from the key, if one is wanted."""
    stage = _stage(monkeypatch, Scene("shelf", light="day", shadow=shadow))
    camera, stance = stage.camera, stage.stance
    cast = subject_on_wall(stage, 1.15 * camera.focus, camera.width, camera.height)
    assert bool(cast.max() > 0.5) is dark
    if dark:
        middle = float((cast.sum(axis=0) * np.arange(camera.width)).sum() / cast.sum())
        assert (middle - stance.centre) * stage.key.side < -2


def test_polish_mirrors_a_near_wall_from_its_foot_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bricks right above the edge are seen upside down right below it: a wall is not as far as the sky."""
    scene = Scene("gallery", surface="acrylic", backdrop="brick", light="bright", blur=0.0, grain=0.0)
    matte = _standing(320, 320)
    picture = _draw(scene, matte)[:, :120].astype(np.float64).mean(axis=2)
    edge = round(gallery_end(_stage(monkeypatch, scene, matte)))
    above, mirrored = picture[edge - 26 : edge - 8], picture[edge + 8 : edge + 26][::-1]
    assert np.corrcoef(above.ravel(), mirrored.ravel())[0, 1] > 0.4
