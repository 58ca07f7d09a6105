"""What the key light falls through: a paned window, palm leaves, blinds; on floor and wall alike."""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.stage import Stage

_SIDE = 768
"""Texels of the periodic mask that the light passes."""

_DARK, _LIT = 0.30, 0.95
"""Share of the key light that reaches the pattern's shadow, and what its openings add."""

_SHRUNK = 0.72
"""Metres of the pattern's period per metre of wall that the picture shows."""


def on_wall(stage: Stage, depth: float, width: int, height: int) -> Field:
    """(height, width) share of the key light on an upright wall `depth` metres away."""
    camera = stage.camera
    column = (np.arange(width, dtype=np.float32) + 0.5) * (camera.width / width) - stage.stance.centre
    row = (np.arange(height, dtype=np.float32) + 0.5) * (camera.height / height)
    x = (column * (depth / camera.focal))[None, :]
    high = (camera.rise - (row - camera.horizon) * depth / camera.focal)[:, None]
    return _passed(stage, x, high, np.full((1, 1), depth, np.float32), depth)


def on_floor(stage: Stage, wall: float | None = None) -> Field | None:
    """(H, W) share of the key light on the ground plane; None where nothing is in its way.

    Args:
        stage: The picture.
        wall: Depth of the wall on which the pattern goes on; None where there is none.
    """
    if not stage.scene.pattern:
        return None
    camera = stage.camera
    depth = camera.depth(np.arange(camera.height, dtype=np.float32) + 0.5)[:, None]
    x = (
        (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - stage.stance.centre)
        * depth
        / camera.focal
    )
    none = np.zeros((1, 1), np.float32)
    return _passed(stage, as_field(x), none, depth, wall or 1.7 * camera.focus)


def on_cove(stage: Stage, depth: float) -> Field:
    """(H, W) share of the key light on a floor that curves up into a wall `depth` metres away."""
    camera = stage.camera
    rows = np.arange(camera.height, dtype=np.float32) + 0.5
    away = np.minimum(camera.depth(rows), depth)[:, None]
    high = np.maximum(camera.rise - (rows - camera.horizon) * depth / camera.focal, 0.0)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - stage.stance.centre) * away / camera.focal
    return _passed(stage, as_field(x), as_field(high), as_field(away), depth)


def on_points(stage: Stage, x: Field, high: Field, depth: Field) -> Field | None:
    """Share of the key light at points of the scene; None where nothing is in its way.

    Args:
        stage: The picture.
        x: Metres to the right of the subject's middle.
        high: Metres above the plane that the subject stands on.
        depth: Metres from the camera. The three broadcast to the shape of what is returned.
    """
    if not stage.scene.pattern:
        return None
    return _passed(stage, x, high, depth, 1.9 * stage.camera.focus)


def flat(stage: Stage) -> Field:
    """(H, W) share of the key light on a surface seen from straight above."""
    camera = stage.camera
    longest = float(max(camera.width, camera.height))
    x = ((np.arange(camera.width, dtype=np.float32) + 0.5 - 0.5 * camera.width) / longest)[None, :]
    y = ((np.arange(camera.height, dtype=np.float32) + 0.5 - 0.5 * camera.height) / longest)[:, None]
    return _looked_up(stage, as_field(x / _SHRUNK), as_field(-y / _SHRUNK))


def _passed(stage: Stage, x: Field, high: Field, depth: Field, wall: float) -> Field:
    """Follows the key light back from points of the scene to an upright mask in the subject's plane.

    Floor and wall look into the same mask, so a bar of shadow that runs up to the wall bends and goes on.
    """
    camera, (across, along) = stage.camera, stage.key.away
    gone = (depth - camera.focus) / max(along, 0.35)
    period = _SHRUNK * max(camera.width, camera.height) * wall / camera.focal
    return _looked_up(
        stage,
        as_field((x - across * gone) / period),
        as_field((high + gone / max(stage.key.reach, 0.5)) / period),
    )


def _looked_up(stage: Stage, u: Field, v: Field) -> Field:
    rng = stage.rng(32)
    slant = float(rng.uniform(0.16, 0.34)) * -stage.key.side
    start = rng.uniform(0.0, 1.0, 2)
    column, row = np.broadcast_arrays(u + 0.12 * v * stage.key.side, -(v + slant * u))
    mask = _mask(stage.scene.pattern, stage.seed, round(stage.light.softness, 3))
    rim = 2
    wrapped = cv2.copyMakeBorder(mask, rim, rim, rim, rim, cv2.BORDER_WRAP)
    at_x = np.mod(column + float(start[0]), 1.0) * _SIDE + (rim - 0.5)
    at_y = np.mod(row + float(start[1]), 1.0) * _SIDE + (rim - 0.5)
    share = as_field(cv2.remap(wrapped, as_field(at_x), as_field(at_y), cv2.INTER_LINEAR))
    return as_field(_DARK + _LIT * share)


@functools.lru_cache(maxsize=4)
def _mask(name: str, seed: int, softness: float) -> Field:
    """(_SIDE, _SIDE) share of the light that passes; it repeats."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 33])))
    made = {"window": _window, "leaves": _leaves, "blinds": _blinds}[name](rng)
    sigma = (0.0035 + 0.020 * softness) * _SIDE
    padded = cv2.copyMakeBorder(made, 64, 64, 64, 64, cv2.BORDER_WRAP)
    soft = as_field(cv2.GaussianBlur(padded, (0, 0), sigma)[64:-64, 64:-64])
    soft.setflags(write=False)
    return soft


def _axes() -> tuple[Field, Field]:
    axis = as_field((np.arange(_SIDE) + 0.5) / _SIDE)
    return axis[None, :], axis[:, None]


def _window(rng: np.random.Generator) -> Field:
    """A casement of panes, dappled by leaves outside."""
    u, v = _axes()
    across, down = int(rng.integers(2, 4)), int(rng.integers(3, 5))
    inside = np.ones((_SIDE, _SIDE), np.float32)
    for along, low, high, panes in ((u, 0.12, 0.86, across), (v, 0.05, 0.95, down)):
        inside = inside * ((along > low) & (along < high))
        cell = (along - low) / (high - low) * panes
        bar = np.abs(cell - np.round(cell)) * (high - low) / panes
        inside = inside * (bar > 0.012)
    return as_field(inside * (0.62 + 0.38 * smoothstep(-1.6, 0.2, noise(rng, _SIDE, 240, 60, slope=1.1))))


def _blinds(rng: np.random.Generator) -> Field:
    """Slats with light between them, the window's sides dark, a cord or two."""
    u, v = _axes()
    slats = int(rng.integers(11, 16))
    wave = np.mod(v * slats, 1.0)
    open_share = smoothstep(0.42, 0.50, wave) * smoothstep(1.0, 0.93, wave)
    sides = smoothstep(0.05, 0.06, u) * smoothstep(0.97, 0.96, u)
    cords = np.ones_like(u)
    for at in (0.28, 0.74):
        cords = cords * (np.abs(u - at) > 0.003)
    return as_field(open_share * (0.35 + 0.65 * sides) * cords)


def _leaves(rng: np.random.Generator) -> Field:
    """Fronds of a palm, near ones sharp and far ones soft, over open light."""
    light = np.ones((_SIDE, _SIDE), np.float32)
    for layer, (count, soft, dark) in enumerate(((3, 9.0, 0.55), (4, 0.8, 0.92))):
        shade = np.zeros((_SIDE, _SIDE), np.uint8)
        for index in range(count):
            root = (rng.uniform(0, 1) * _SIDE, (index + rng.uniform(0.1, 0.9)) / count * _SIDE)
            turn = rng.uniform(-0.9, 0.5) + (math.pi if rng.random() < 0.35 else 0.0)
            _frond(shade, root, turn, (0.62 + 0.22 * layer) * _SIDE * rng.uniform(0.75, 1.1), rng)
        light *= 1.0 - dark * cv2.GaussianBlur(shade.astype(np.float32) / 255.0, (0, 0), soft)
    return light


def _frond(
    shade: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    root: tuple[float, float],
    turn: float,
    length: float,
    rng: np.random.Generator,
) -> None:
    """Stamps a bent midrib with leaflets on both sides, wrapped around the mask's borders."""
    bend, leaflets = rng.uniform(-0.9, 0.9), 26
    share = np.linspace(0.0, 1.0, leaflets)
    angle = turn + bend * share
    step = length / leaflets
    x = root[0] + np.cumsum(np.cos(angle)) * step
    y = root[1] + np.cumsum(np.sin(angle)) * step
    polygons = [np.stack([x, y], axis=1)]
    for index in range(2, leaflets):
        long = length * 0.34 * math.sin(math.pi * (0.12 + 0.86 * share[index])) * rng.uniform(0.85, 1.1)
        for side in (-1.0, 1.0):
            lean = angle[index] + side * (1.05 - 0.55 * share[index]) + rng.normal(0, 0.06)
            ahead, beside = (
                np.asarray([math.cos(lean), math.sin(lean)]),
                np.asarray([-math.sin(lean), math.cos(lean)]),
            )
            start = np.asarray([x[index], y[index]])
            wide = 0.024 * length
            shape = [
                (0.0, -0.25),
                (0.3, -0.5),
                (0.65, -0.36),
                (1.0, 0.0),
                (0.65, 0.36),
                (0.3, 0.5),
                (0.0, 0.25),
            ]
            polygons.append(np.asarray([start + ahead * long * a + beside * wide * b for a, b in shape]))
    for move_x in (-_SIDE, 0, _SIDE):
        for move_y in (-_SIDE, 0, _SIDE):
            for number, polygon in enumerate(polygons):
                points = np.rint((polygon + np.asarray([move_x, move_y])) * 16).astype(np.int32)
                if number == 0:
                    cv2.polylines(
                        shade, [points], isClosed=False, color=255, thickness=4, lineType=cv2.LINE_AA, shift=4
                    )
                else:
                    cv2.fillPoly(shade, [points], 255, lineType=cv2.LINE_AA, shift=4)
