"""Depth of field: how large blur circles are, and that they are circles."""

from __future__ import annotations

import numpy as np
import pytest

from backcloth.scene.studio.camera import place_camera
from backcloth.scene.studio.lens import blur, vignette
from backcloth.scene.studio.light import LIGHTS, place_key
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.stance import read_stance


@pytest.mark.parametrize("radius", [3.0, 9.0, 24.0])
def test_a_highlight_out_of_focus_is_an_even_round_disc(radius: float) -> None:
    """A bright point becomes a disc as wide as high, flat inside, dark outside."""
    dot = np.zeros((161, 161, 3), np.float32)
    dot[80, 80] = 5000
    disc = blur(dot, radius)[..., 1]
    lit = disc > 0.3 * disc[80, 80]
    high, wide = np.ptp(np.flatnonzero(lit.any(axis=1))) + 1, np.ptp(np.flatnonzero(lit.any(axis=0))) + 1
    assert high == pytest.approx(2 * radius, abs=2 + 0.1 * radius)
    assert abs(int(high) - int(wide)) <= 1
    assert lit.sum() == pytest.approx(np.pi / 4 * high * wide, rel=0.12)
    reach = int(0.6 * radius)
    inner = disc[80 - reach // 2 : 81 + reach // 2, 80 - reach // 2 : 81 + reach // 2]
    assert inner.min() > 0.9 * inner.max()


def test_the_ground_blurs_as_behind_a_thin_lens() -> None:
    """The circle grows with the depth's distance from the focus over the depth, before and behind it."""
    matte = np.zeros((400, 600), np.float32)
    matte[60:260, 250:350] = 1.0
    subject = np.full((400, 600, 3), 140, np.uint8)
    stance = read_stance(subject, matte)
    camera = place_camera(stance, (600, 400), pitch=12, real_size=0.25)
    key = place_key(LIGHTS["soft"], 1.0, np.random.Generator(np.random.PCG64(3)))
    stage = Stage(Scene("table"), camera, stance, LIGHTS["soft"], key, subject, matte, 1, 20.0, 20.0)
    rows = np.asarray([stance.contact_row, camera.horizon + 40, camera.horizon + 5, 380], np.float32)
    depth = camera.depth(rows)
    wanted = 20.0 * np.maximum(np.abs(depth - camera.focus) / depth - 0.07, 0.0)
    assert stage.circle(rows) == pytest.approx(wanted, abs=0.2)
    assert stage.circle(rows)[0] == 0
    assert stage.circle(rows)[3] > 5


def test_the_vignette_is_gentle_and_leaves_the_middle_alone() -> None:
    """Only the corners lose light, and by as much as was asked."""
    seen = vignette(np.ones((101, 151, 3), np.float32), 0.1)
    assert seen[50, 75, 0] == pytest.approx(1.0, abs=1e-3)
    assert seen[0, 0, 0] == pytest.approx(0.9, abs=0.01)
    assert seen[50, 30:120].min() > 0.98
