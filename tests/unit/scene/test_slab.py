"""The shadow of a seat or a table top."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.studio.camera import Camera, place_camera
from backcloth.scene.studio.light import LIGHTS, Key
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.slab import find_slab
from backcloth.scene.studio.stance import Stance, read_stance

SIZE = (900, 800)
PITCH, TALL = 18.0, 190


def _table() -> tuple[npt.NDArray[np.float32], Stance, Camera]:
    """A square table on four thin legs, turned by 30 degrees and seen from 18 degrees above."""
    matte = np.zeros(SIZE[::-1], np.float32)
    sine, cosine = np.sin(np.radians(30)), np.cos(np.radians(30))
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    u, v = x - 450, (600 - TALL - y) / np.sin(np.radians(PITCH))
    across, along = cosine * u + sine * v, cosine * v - sine * u
    top = ((np.abs(across) < 112) & (np.abs(along) < 112)).astype(np.float32)
    matte[:] = top
    for down in range(1, 12):
        matte[down:] = np.maximum(matte[down:], top[:-down])
    for a, b in ((-100, -100), (-100, 100), (100, -100), (100, 100)):
        column = round(450 + cosine * a - sine * b)
        row = round(600 - np.sin(np.radians(PITCH)) * (sine * a + cosine * b))
        matte[row - TALL : row, column - 3 : column + 4] = 1.0
    stance = read_stance(np.full((*matte.shape, 3), 140, np.uint8), matte)
    return matte, stance, place_camera(stance, SIZE, pitch=PITCH, real_size=0.8, focal=4000)


def _without_legs(matte: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    brush = np.ones((9, 9), np.uint8)
    return np.asarray(cv2.morphologyEx(matte, cv2.MORPH_OPEN, brush), np.float32)


def test_the_top_of_a_table_is_found_at_the_height_of_its_legs() -> None:
    """The slab lies a leg's length above the ground, over the four feet."""
    matte, stance, camera = _table()
    slab = find_slab(_without_legs(matte), stance, camera, 1.0)
    assert slab is not None
    assert slab.tall == pytest.approx(TALL, rel=0.12)
    assert len(slab.corners) == 4


def test_a_table_top_throws_its_own_shape_beside_the_legs() -> None:
    """Where light passes over the height of the top, its shadow is dark and its edge sharp."""
    matte, stance, camera = _table()
    key = Key(-1.0, (0.8, 0.6), 0.9)
    cast = cast_shadows(matte, stance, camera, LIGHTS["day"], key).cast
    x, depth = camera.ground(450, 600)
    metres = TALL * depth / camera.focal
    column, row = camera.project(x + 0.8 * 0.9 * metres, depth + 0.6 * 0.9 * metres)
    assert cast[int(row), int(column)] > 0.95
    line = cast[int(row), int(column) :]
    assert np.argmax(line < 0.2) - np.argmax(line < 0.8) <= 12
    assert cast[int(row) + 80, int(column)] < 0.3


def test_it_is_darker_under_a_table_than_beside_it() -> None:
    """The top keeps the sky's light from the ground below."""
    matte, stance, camera = _table()
    ambient = cast_shadows(matte, stance, camera, LIGHTS["overcast"], Key(-1.0, (0.8, 0.6), 0.9)).ambient
    assert ambient[595:605, 440:460].mean() > 0.3
    assert ambient[595:605, 440:460].mean() > 3 * ambient[595:605, 840:860].mean()


def test_what_stands_on_one_base_or_on_any_feet_has_no_slab() -> None:
    """A box has no legs, and an animal's feet are no rectangle."""
    for feet in (((100, 250, 180),), ((102, 110, 180), (125, 133, 164), (140, 148, 184), (190, 198, 172))):
        matte = np.zeros((200, 300), np.float32)
        matte[40:110, 100:200] = 1
        for left, right, row in feet:
            matte[100:row, left:right] = 1
        stance = read_stance(np.full((200, 300, 3), 140, np.uint8), matte)
        camera = place_camera(stance, (300, 200), pitch=15, real_size=0.5)
        assert find_slab(matte, stance, camera, 1.0) is None
