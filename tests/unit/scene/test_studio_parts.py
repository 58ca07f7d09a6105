"""Noise, tone, lens and texture: the parts that pictures are made of."""

from __future__ import annotations

import numpy as np
import pytest

from backcloth.scene.studio.arrays import as_field, smoothstep
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.lens import blur, blur_rows, disc
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.surfaces import SURFACES, build
from backcloth.scene.studio.texture import Tile, lay
from backcloth.scene.studio.tone import develop, encoded, linear, surface_colour


def _rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_noise_is_normed_periodic_and_repeatable() -> None:
    """Mean 0, variance 1, no seam where the tile repeats, same field for the same generator state."""
    field = noise(_rng(), 256, 100, 20, slope=1.2)
    assert field.mean() == pytest.approx(0, abs=0.02)
    assert field.std() == pytest.approx(1, abs=0.05)
    seam = np.abs(field[:, 0] - field[:, -1]).mean()
    inner = np.abs(np.diff(field, axis=1)).mean()
    assert seam < 2 * inner
    assert np.array_equal(field, noise(_rng(), 256, 100, 20, slope=1.2))


def test_tone_keeps_colours_below_the_knee_and_never_clips_hard_above() -> None:
    """A named colour is shown as itself; bright light rolls off towards white and stays ordered."""
    for colour in ((30, 44, 82), (198, 42, 44), (242, 241, 239)):
        patch = np.broadcast_to(np.asarray(surface_colour(colour), np.float32), (64, 64, 3)).copy()
        shown = develop(as_field(patch), _rng(), grain=0).reshape(-1, 3).mean(axis=0)
        assert shown == pytest.approx(np.array(colour), abs=1.0)
    ramp = np.linspace(0, 4, 400, dtype=np.float32)[None, :, None] * np.ones((8, 1, 3), np.float32)
    row = develop(ramp, _rng(), grain=0).mean(axis=(0, 2))
    assert np.all(np.diff(row) > -1.5)
    assert row[-1] > 250


@pytest.mark.parametrize("at", [0.0, 0.44, 1e6])
def test_a_ramp_without_width_is_a_step(at: float) -> None:
    """On a plate of one pixel the two ends of a ramp may meet: no number is divided by nothing."""
    x = np.asarray([-1.0, 0.0, 0.0, 1.0], np.float32) + np.float32(at)
    assert smoothstep(at, at, x).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_linear_and_encoded_undo_each_other() -> None:
    """The sRGB curves are inverses."""
    steps = np.linspace(0, 1, 256, dtype=np.float32)
    assert encoded(linear(steps)) == pytest.approx(steps, abs=1e-5)


def test_a_slow_gradient_is_dithered_instead_of_banded() -> None:
    """Between two 8-bit steps both values occur, mixed in proportion to where the light lies."""
    ramp = np.linspace(0.2, 0.204, 512, dtype=np.float32)[None, :, None] * np.ones((64, 1, 3), np.float32)
    picture = develop(ramp, _rng(), grain=0)[..., 1].astype(np.float32)
    wanted = encoded(ramp)[..., 1] * 255
    columns = picture.mean(axis=0)
    assert len(np.unique(picture[:, 256])) > 1
    smooth = np.convolve(columns, np.ones(32) / 32, "valid")
    target = np.convolve(wanted[0], np.ones(32) / 32, "valid")
    assert np.abs(smooth - target).max() < 0.12


def test_blur_keeps_light_and_grows_with_the_row() -> None:
    """A blur circle spreads light without losing any; each row has the circle it was given."""
    assert disc(3.3).sum() == pytest.approx(1)
    dot = np.zeros((101, 101, 3), np.float32)
    dot[50, 50] = 100
    assert blur(dot, 10).sum() == pytest.approx(300, rel=0.02)
    stripes = np.zeros((100, 100, 3), np.float32)
    stripes[:, ::2] = 1
    blurred = blur_rows(stripes, np.linspace(8, 0, 100, dtype=np.float32))
    assert blurred[5].std() < 0.05
    assert blurred[99].std() > 0.4


def test_distant_ground_is_averaged_not_aliased() -> None:
    """A fine checkerboard turns grey towards the horizon and stays a checkerboard up close."""
    board = (np.indices((64, 64)).sum(axis=0) // 4 % 2).astype(np.float32)
    tile = Tile(np.repeat(board[..., None], 3, axis=2), side=0.5)
    camera = Camera(width=200, height=200, focal=300, horizon=20, contact_row=190, rise=0.5)
    ground = lay(tile, camera, (22, 200), yaw=0.2, offset=(0.1, 0.2))
    assert ground[:8].std() < 0.06
    assert ground[-8:].std() > 0.3
    assert ground[:8].mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("name", sorted(SURFACES))
def test_every_surface_is_finite_near_its_own_colour(name: str) -> None:
    """No material makes negative or undefined light, or drifts far from the colour it is named for."""
    tile = build(name, None, _rng(), 128, 0.002)
    assert np.isfinite(tile.colour).all()
    assert tile.colour.min() >= 0
    wanted = np.mean(surface_colour(SURFACES[name].colour))
    assert 0.4 * wanted < tile.colour.mean() < 1.7 * wanted


def test_a_scene_is_a_plain_value() -> None:
    """Specs compare by content, so they can be logged and read back."""
    assert Scene("beach") == Scene("beach")
    assert Scene("beach") != Scene("beach", light="night")
