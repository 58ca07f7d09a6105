"""Props: strewn around, standing behind, reaching in."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.studio.arrays import Field
from backcloth.scene.studio.props import sprites
from backcloth.scene.studio.props.dress import left_out
from backcloth.scene.studio.props.scatter import STREWN
from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import PROPS, Scene

SETTINGS = ["table", "podium", "steps", "shelf", "sweep", "stage", "gallery", "room", "terrace"]


def _matte(*, cut: bool = False) -> Field:
    matte = np.zeros((120, 160), np.float32)
    if cut:
        matte[33:, 40:120] = 1.0
    else:
        matte[33:92, 70:90] = 1.0
    return matte


def _draw(scene: Scene, matte: Field, seed: int = 3) -> npt.NDArray[np.uint8]:
    return render(scene, np.full((*matte.shape, 3), 128, np.uint8), matte, seed)


def _changed(scene: Scene, prop: str, matte: Field) -> npt.NDArray[np.float64]:
    """(H, W) how much a prop changes the plate."""
    without = _draw(dataclasses.replace(scene, grain=0.0), matte)
    dressed = _draw(dataclasses.replace(scene, grain=0.0, props=(prop,)), matte)
    return np.asarray(np.abs(dressed.astype(np.float64) - without).mean(axis=2))


@pytest.mark.parametrize("prop", sorted(PROPS))
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_prop_shows_in_every_setting(prop: str, setting: str) -> None:
    """Each prop changes a part of the plate, not all of it beyond recognition."""
    changed = _changed(Scene(setting, surface="plaster"), prop, _matte())
    assert (changed > 6).mean() > 0.0003
    assert np.median(changed) < 60


@pytest.mark.parametrize("prop", ["petals", "palm", "candles", "mist"])
@pytest.mark.parametrize("setting", ["street", "beach", "lake"])
def test_props_show_outdoors(prop: str, setting: str) -> None:
    """The ground under the sky is dressed as a floor is."""
    assert (_changed(Scene(setting), prop, _matte()) > 6).mean() > 0.0003


@pytest.mark.parametrize("prop", sorted(PROPS))
@pytest.mark.parametrize(
    "scene",
    [Scene("water"), Scene("sky"), Scene("podium", backdrop="park"), Scene("table", view="top")],
    ids=["water", "sky", "podium before a view", "flat lay"],
)
def test_what_a_set_has_no_place_for_is_said(scene: Scene, prop: str) -> None:
    """A prop is drawn, or named as left out; never both, never neither."""
    left = left_out(dataclasses.replace(scene, props=(prop,)))
    changed = _changed(scene, prop, _matte()).max() > 3
    assert left == (() if changed else (prop,))


@pytest.mark.parametrize("prop", sorted(STREWN))
def test_strewn_things_keep_clear_of_the_subject(prop: str) -> None:
    """Nothing lies under the subject or is cut off by its outline, and things lie on both sides of it."""
    left = right = 0
    for seed in range(3):
        scene = Scene("table", surface="plaster", grain=0.0)
        without = _draw(scene, _matte(), seed).astype(np.float64)
        with_props = _draw(dataclasses.replace(scene, props=(prop,)), _matte(), seed)
        changed = np.abs(with_props - without).mean(axis=2) > 6
        assert not changed[86:91, 72:88].any()
        left += int(changed[:, :70].sum())
        right += int(changed[:, 90:].sum())
    assert left > 10
    assert right > 10


@pytest.mark.parametrize("prop", ["leaves", "petals", "pebbles"])
def test_strewn_things_are_seen_beside_a_subject_that_fills_the_frame(prop: str) -> None:
    """A dish seen from above leaves little ground; some of what was asked for lies there."""
    rows, columns = np.mgrid[0:120, 0:160].astype(np.float32)
    dish = (((columns - 80) / 62) ** 2 + ((rows - 62) / 54) ** 2 < 1).astype(np.float32)
    changed = _changed(Scene("table", surface="plaster"), prop, dish) > 6
    beside = cv2.dilate(dish, np.ones((3, 3), np.uint8)) < 0.5
    assert (changed & beside).sum() > 0.02 * beside.sum()


@pytest.mark.parametrize("prop", sorted(PROPS))
def test_props_follow_the_seed(prop: str) -> None:
    """The same seed places the same things, another seed others; a cut subject does not stop them."""
    scene = Scene("table", surface="plaster", props=(prop,))
    first = _draw(scene, _matte())
    assert np.array_equal(first, _draw(scene, _matte()))
    assert not np.array_equal(first, _draw(scene, _matte(), seed=9))
    assert _draw(scene, _matte(cut=True)).std() > 3


@pytest.mark.parametrize("prop", sorted(STREWN))
def test_strewn_things_lie_on_a_flat_lay(prop: str) -> None:
    """Seen from above they lie around the subject, too."""
    changed = _changed(Scene("table", surface="plaster", view="top"), prop, _matte())
    assert (changed > 6).mean() > 0.001
    assert not (changed[50:80, 74:86] > 6).any()


def test_sprites_are_light_times_coverage() -> None:
    """Colour never exceeds what its coverage carries by more than a highlight, and all are finite."""
    rng = np.random.Generator(np.random.PCG64(1))
    for _index in range(6):
        for sprite in (
            sprites.leaf(rng, ""),
            sprites.leaf(rng, "autumn"),
            sprites.petal(rng, 1),
            sprites.pebble(rng, 1.0),
            sprites.drop(rng),
            sprites.scrap(rng),
        ):
            assert sprite.shape == (sprites.SIDE, sprites.SIDE, 4)
            assert np.isfinite(sprite).all()
            assert sprite.min() >= 0
            assert sprite[..., 3].max() <= 1.0 + 1e-6
            assert (sprite[..., :3].max(axis=2) <= 1.6 * sprite[..., 3] + 1e-6).all()
            assert sprite[0, :, 3].max() < 0.02, "a sprite must not touch its border"


def test_autumn_leaves_are_not_green() -> None:
    """The season turns strewn leaves."""
    rng = np.random.Generator(np.random.PCG64(2))
    green = np.mean([sprites.leaf(rng, "")[..., :3].sum(axis=(0, 1)) for _index in range(6)], axis=0)
    autumn = np.mean([sprites.leaf(rng, "autumn")[..., :3].sum(axis=(0, 1)) for _index in range(6)], axis=0)
    assert green[1] > green[0]
    assert autumn[0] > 1.5 * autumn[1]
