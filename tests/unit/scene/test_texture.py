"""Laying a tile: no repeats to be seen, contrast kept, layers in step; and what relief is made of."""

from __future__ import annotations

import numpy as np
import pytest

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.light import LIGHTS, Key
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.relief import Ray, cast, cavity, relief, soften
from backcloth.scene.studio.materials.stamp import Pile, Sprite, draw_discs, draw_strokes
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import ray
from backcloth.scene.studio.texture import Tile, lay

_ABOVE = Camera(width=512, height=512, focal=4000.0, horizon=-4000.0, contact_row=256.0, rise=1.0)
"""Looks down so steeply that ground squares stay nearly square."""


def _rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _tile(side: float, *, lattice: float = 0.0, height: bool = False) -> Tile:
    field = noise(_rng(), 128, 40, 6)
    colour = as_field(np.repeat((0.5 + 0.1 * field)[..., None], 3, axis=2))
    return Tile(
        colour, side, height=as_field(np.clip(0.5 + 0.3 * field, 0, 1)) if height else None, lattice=lattice
    )


def _repeat(ground: Field, pixels: float) -> float:
    """Correlation of the ground with itself one tile further along the row."""
    step = round(pixels)
    level = ground[200:300, :, 0] - ground[200:300, :, 0].mean()
    return float(np.corrcoef(level[:, step:].ravel(), level[:, :-step].ravel())[0, 1])


@pytest.mark.parametrize("height", [False, True])
def test_ground_of_many_tiles_does_not_repeat(height: bool) -> None:
    """Ground one tile further on is another: its correlation is far from that of a plain repeat."""
    side = 100.0 * _ABOVE.pixel
    free = lay(_tile(side, height=height), _ABOVE, (0, 512), yaw=0.0, offset=(0.0, 0.0))
    plain = lay(_tile(side, lattice=side), _ABOVE, (0, 512), yaw=0.0, offset=(0.0, 0.0))
    assert _repeat(plain, 100.0) > 0.8
    assert _repeat(free, 100.0) < 0.55


def test_mixing_two_readings_keeps_the_contrast() -> None:
    """Ground that mixes two readings varies as much as its tile, where a plain mean would be flatter."""
    tile = _tile(100.0 * _ABOVE.pixel)
    ground = lay(tile, _ABOVE, (0, 512), yaw=0.0, offset=(0.0, 0.0))
    assert ground.std() == pytest.approx(tile.colour.std(), rel=0.15)
    assert ground.mean() == pytest.approx(tile.colour.mean(), abs=0.02)


def test_rows_of_a_lattice_move_by_whole_steps() -> None:
    """A grid of four columns still fits when its rows of repeats are moved, but columns break."""
    board = np.zeros((128, 128, 3), np.float32)
    board[:, ::32] = board[::32] = 1.0
    board[8:24, 8:24] = 0.5  # the one odd square of the tile
    side = 128.0 * _ABOVE.pixel
    ground = lay(Tile(board, side, lattice=side / 4), _ABOVE, (0, 512), yaw=0.0, offset=(0.0, 0.0))
    odd = np.abs(ground[..., 0] - 0.5) < 0.05
    starts = {int(np.flatnonzero(row)[0]) // 16 for row in odd if row.sum() > 20}
    assert len(starts) > 1


def test_a_layer_is_read_where_the_colour_is() -> None:
    """Polish belongs to the same spots of the ground as the colour."""
    tile = _tile(100.0 * _ABOVE.pixel)
    colour = lay(tile, _ABOVE, (0, 512), yaw=0.3, offset=(0.1, 0.0))
    layer = lay(tile, _ABOVE, (0, 512), yaw=0.3, offset=(0.1, 0.0), layer=tile.colour[..., 0])
    assert layer.shape == (512, 512)
    assert np.abs(layer - colour[..., 0]).max() < 1e-4


def test_a_slope_towards_the_light_is_bright() -> None:
    """A wave lit from the left is bright on its left flank, and more so the lower the light."""
    wave = as_field(np.tile(4.0 * np.sin(np.arange(64) * 2 * np.pi / 64), (64, 1)))
    low, high = (relief(wave, 0.5, Ray(1.0, 0.0, reach, 0.5)) for reach in (1.2, 0.4))
    assert low[0, 0] > 1.1
    assert low[0, 32] < 0.9
    assert low[0, 0] > high[0, 0] > 1.0


def test_a_ridge_throws_its_shadow_away_from_the_light() -> None:
    """Beside a wall of ten texels, light from the left leaves about ten texels dark on its right."""
    height = np.zeros((96, 96), np.float32)
    height[:, 40:44] = 10.0
    left = cast(height, Ray(1.0, 0.0, 1.0, 0.6), 12.0)
    assert left[5, 46:50].max() < 0.6
    assert left[5, 58:].min() == pytest.approx(1.0)
    assert left[5, 20:38].min() == pytest.approx(1.0)


def test_cavities_are_dark_and_wide_blurs_smooth() -> None:
    """A pit gets less light than the plain around it, and blurring keeps mean and period."""
    pit = np.ones((96, 96), np.float32)
    pit[40:48, 40:48] = 0.0
    light = cavity(pit, 8.0, 1.0)
    assert light[44, 44] < 0.65
    assert light[5, 5] == pytest.approx(1.0)
    field = noise(_rng(), 96, 60, 4)
    for radius in (1.5, 9.0):
        soft = soften(field, radius)
        assert soft.mean() == pytest.approx(field.mean(), abs=1e-3)
        assert soft.std() < field.std()
        assert np.abs(soft - np.roll(soften(np.roll(field, 31, axis=1), radius), -31, axis=1)).max() < 1e-4


def test_cells_belong_to_their_nearest_point() -> None:
    """The two distance transforms agree with comparing every distance, across the tile's edges too."""
    points = scatter(_rng(), 96, 12.0)
    cells = voronoi(points, 96)
    grid = np.stack(np.meshgrid(np.arange(96), np.arange(96)), axis=-1).astype(np.float32)
    gap = np.abs(grid[:, :, None] - np.floor(points)[None, None])
    gap = np.minimum(gap, 96 - gap)
    nearest = np.hypot(gap[..., 0], gap[..., 1]).argmin(axis=2)
    assert (nearest == cells.label).mean() > 0.95
    assert cells.count == len(points) == 64
    assert cells.border.max() < 14


def test_strokes_and_discs_go_on_across_the_edges() -> None:
    """What leaves the tile on one side comes in on the other."""
    disc = draw_discs(64, np.zeros((1, 2), np.float32), np.full(1, 6.0, np.float32), np.ones(1, np.float32))
    assert disc[2, 2] == disc[-2, -2] == disc[2, -2] == 1.0
    assert disc[32, 32] == 0.0
    canvas = np.zeros((64, 64, 1), np.uint8)
    draw_strokes(canvas, np.asarray([[[60.0, 30.0], [68.0, 30.0]]], np.float32), np.asarray([[200]]), 3)
    assert canvas[30, 62, 0] == canvas[30, 2, 0] == 200


def test_a_pile_shades_what_lies_below_and_goes_on_across_the_edges() -> None:
    """A sprite laid on a corner shows in all four, and its shadow falls beside it only."""
    ground = np.full((64, 64, 4), 0.5, np.float32)
    pile = Pile(ground, 16, (4.0, 0.0))
    one = np.ones((6, 6, 1), np.float32)
    leaf = Sprite(as_field(np.dstack([one * 0.2] * 4)), one * 0.0, one * 0.6).dyed(
        np.asarray([2.0, 1.0, 1.0])
    )
    pile.lay(leaf, 0.0, 0.0)
    sheet = pile.sheet
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert sheet[corner].tolist() == pytest.approx([0.4, 0.2, 0.2, 0.2])
    assert sheet[0, 5].tolist() == pytest.approx([0.3, 0.3, 0.3, 0.5])
    assert sheet[0, -6].tolist() == pytest.approx([0.5] * 4)
    assert sheet[32, 32].tolist() == pytest.approx([0.5] * 4)


def test_noise_stays_smooth_in_its_slopes() -> None:
    """A coarse field has no grid in its second differences, which relief would show as lines."""
    field = noise(_rng(), 512, 400, 120, slope=1.5)
    bend = np.abs(np.diff(field, n=2, axis=1)).mean(axis=0)
    assert bend.max() < 2.5 * bend.mean()
    assert noise(_rng(), 1000, 600, 300).std() == pytest.approx(1.0, abs=1e-3)
    quarter = noise(_rng(), 512, 12, 4, even=True)
    assert np.array_equal(quarter[:256, :256], quarter[256:, 256:])
    assert np.allclose(warp(field, 3.0, 0.0), np.roll(field, -3, axis=1), atol=1e-4)


def test_the_ray_turns_with_the_ground() -> None:
    """A surface turned by a quarter sees the key from a quarter aside; its share is the key's."""
    matte = np.zeros((8, 8), np.float32)
    stage = Stage.__new__(Stage)
    object.__setattr__(stage, "light", LIGHTS["day"])
    object.__setattr__(stage, "key", Key(-1.0, (0.8, 0.6), 1.3))
    object.__setattr__(stage, "matte", matte)
    straight, turned = ray(stage), ray(stage, np.pi / 2)
    assert (straight.x, straight.y, straight.reach) == pytest.approx((0.8, 0.6, 1.3))
    assert (turned.x, turned.y) == pytest.approx((0.6, -0.8))
    assert straight.share == pytest.approx(
        sum(LIGHTS["day"].key) / (sum(LIGHTS["day"].key) + sum(LIGHTS["day"].ambient))
    )


def test_a_stone_has_one_tone_also_where_the_tile_repeats() -> None:
    """Stones that lie across an edge are not cut by tone, and the same stone differs between repeats."""
    cells = voronoi(scatter(_rng(), 128, 32.0), 128)
    side = 128.0 * _ABOVE.pixel
    flat = np.full((128, 128, 3), 0.5, np.float32)
    tile = Tile(flat, side, lattice=side, stones=cells.numbers(_rng()), uneven=0.3)
    ground = lay(tile, _ABOVE, (0, 512), yaw=0.0, offset=(0.0, 0.0))[..., 0]
    tones = np.unique(np.round(ground[200:330, 100:400], 3))
    assert 20 < len(tones) < 120
    jumps = np.abs(np.diff(ground[256])) > 1e-4
    assert jumps.sum() < 40
    assert ground.std() > 0.03


def test_the_space_between_stones_keeps_its_colour() -> None:
    """A number below zero is no stone."""
    side = 128.0 * _ABOVE.pixel
    none = np.full((128, 128), -1.0, np.float32)
    tile = Tile(np.full((128, 128, 3), 0.5, np.float32), side, lattice=side, stones=none, uneven=0.3)
    assert np.ptp(lay(tile, _ABOVE, (0, 512), yaw=0.2, offset=(0.0, 0.0))) < 1e-6
