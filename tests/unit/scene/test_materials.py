"""Every surface of the scene spec: finite, repeatable, periodic, in the colour that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio.materials.relief import Ray
from backcloth.scene.studio.scene import SURFACES as NAMES
from backcloth.scene.studio.surfaces import SURFACES, WOODS, build, build_floor
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import develop

_EVERY = sorted(NAMES)
_FLAT = frozenset({"acrylic", "water", "marble", "terrazzo", "brushed metal"})
"""Surfaces that are polished flat."""


def _rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _shown(tile: Tile) -> np.ndarray:
    return develop(tile.colour, _rng(), grain=0.0)


def test_every_surface_that_a_scene_may_name_is_drawn() -> None:
    """The scene spec and the materials list the same names."""
    assert set(SURFACES) == NAMES
    assert WOODS < NAMES


@pytest.mark.parametrize("texels", [128, 320])
@pytest.mark.parametrize("name", _EVERY)
def test_a_surface_is_light_that_can_be_shown(name: str, texels: int) -> None:
    """At any size and scale all numbers are finite and none is negative; maps have the tile's size."""
    for pixel in (0.0003, 0.004):
        for make in (build, build_floor):
            tile = make(name, None, _rng(), texels, pixel)
            assert tile.colour.shape == (texels, texels, 3)
            assert tile.colour.dtype == np.float32
            assert np.isfinite(tile.colour).all()
            assert tile.colour.min() >= 0
            assert tile.side == pytest.approx(1.1 * texels * pixel)
            assert 0 <= tile.gloss <= 1
            assert 0 <= tile.roughness <= 1
            for layer in (tile.polish, tile.height):
                assert layer is None or (
                    layer.shape == (texels, texels) and 0 <= layer.min() <= layer.max() <= 1
                )
            assert tile.slope is None or (
                tile.slope.shape == (texels, texels, 2) and np.isfinite(tile.slope).all()
            )


@pytest.mark.parametrize("asked", [Colour(196, 106, 76), Colour(40, 58, 96), Colour(242, 241, 239)])
@pytest.mark.parametrize("name", sorted(NAMES - {"terrazzo"}))
def test_a_colour_that_is_asked_for_is_shown(name: str, asked: Colour) -> None:
    """The typical texel lies within five 8-bit steps of the colour, whatever the seed."""
    for seed in (1, 2):
        typical = np.median(_shown(build(name, asked, _rng(seed), 192, 0.001)).reshape(-1, 3), axis=0)
        assert typical == pytest.approx(np.asarray(asked.rgb), abs=5.0)


def test_terrazzo_is_bound_by_the_colour_that_is_asked_for() -> None:
    """The cement has the colour; the chips in it have their own."""
    for asked in (Colour(196, 106, 76), Colour(40, 58, 96), Colour(242, 196, 200)):
        shown = _shown(build("terrazzo", asked, _rng(), 320, 0.001)).astype(np.float32)
        away = np.abs(shown - np.asarray(asked.rgb)).max(axis=2)
        assert 0.25 < (away < 10).mean() < 0.9


@pytest.mark.parametrize("name", _EVERY)
def test_the_seed_alone_decides_the_pattern(name: str) -> None:
    """The same generator gives the same bytes; another one gives another pattern."""
    first, again, other = (build(name, None, _rng(seed), 128, 0.001) for seed in (1, 1, 2))
    assert first.colour.tobytes() == again.colour.tobytes()
    assert np.abs(first.colour - other.colour).mean() > 0.0005 * first.colour.mean()


@pytest.mark.parametrize("name", _EVERY)
def test_a_surface_goes_on_across_its_edges(name: str) -> None:
    """Where the tile repeats, neighbours differ no more than inside it."""
    tile = build(name, None, _rng(), 256, 0.002)
    steps_x = np.abs(np.diff(tile.colour, axis=1, append=tile.colour[:, :1])).mean(axis=(0, 2))
    steps_y = np.abs(np.diff(tile.colour, axis=0, append=tile.colour[:1])).mean(axis=(1, 2))
    for steps in (steps_x, steps_y):
        assert steps[-1] <= 1.25 * steps[:-1].max() + 1e-6


@pytest.mark.parametrize("name", sorted(NAMES - _FLAT))
def test_relief_follows_the_light(name: str) -> None:
    """Light from the other side swaps lit and dark flanks: what one brightens the other darkens."""
    left = build(name, None, _rng(), 256, 0.001, lit=Ray(1.0, 0.0, 1.0, 0.8)).colour.mean(axis=2)
    right = build(name, None, _rng(), 256, 0.001, lit=Ray(-1.0, 0.0, 1.0, 0.8)).colour.mean(axis=2)
    none = build(name, None, _rng(), 256, 0.001, lit=Ray(1.0, 0.0, 1.0, 0.0)).colour.mean(axis=2)
    one, two = (left / (none + 1e-5)).ravel(), (right / (none + 1e-5)).ravel()
    assert np.corrcoef(one, two)[0, 1] < 0.6
    assert one.std() > 0.001


def test_own_colours_differ_from_seed_to_seed_and_stay_their_own() -> None:
    """Eight walls of concrete are not one grey, and none of them is another material."""
    greys = np.asarray(
        [np.median(_shown(build("concrete", None, _rng(seed), 128, 0.001)), axis=(0, 1)) for seed in range(8)]
    )
    assert greys.std(axis=0).min() > 2.0
    assert np.abs(greys - np.asarray(SURFACES["concrete"].colour)).max() < 30


def test_gloss_varies_where_a_surface_is_worn() -> None:
    """Grout, joints and dry sand shine less than tile, board and wet sand."""
    for name in ("tiles", "wet sand", "oak", "leather"):
        polish = build(name, None, _rng(), 256, 0.0015).polish
        assert polish is not None
        assert polish.max() - polish.min() > 0.4
