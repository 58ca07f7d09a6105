"""Grass: thousands of blades drawn from far to near over a green ground."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import encoded, linear

_BANDS, _SHADES = 26, 14
"""Depths that blades are drawn at, from far to near, and tones of green at each."""

_BLADE = 0.058
"""Length of a blade as a share of the subject's extent."""


def draw_grass(stage: Stage, ground: Radiance, first: int) -> Radiance:
    """Draws blades over the lit ground. Each takes the ground's light at its root, so shadows reach them."""
    rng = stage.rng(61)
    canvas = np.clip(encoded(np.clip(ground * 0.45, 0.0, 1.0)) * 255.0 + 0.5, 0, 255).astype(np.uint8)
    lit = as_field(cv2.blur(ground, (9, 5), borderType=cv2.BORDER_REPLICATE))
    camera = stage.camera
    nearest = camera.focal * camera.rise / (camera.height * 1.06 - camera.horizon)
    edges = np.geomspace(max(camera.focus * 4.5, 1.01 * nearest), nearest, _BANDS + 1)
    for far, near in pairwise(edges):
        blades = _grow(stage, (float(near), float(far)), first, rng)
        if blades is not None:
            _paint(canvas, blades, lit, rng)
    return linear(canvas.astype(np.float32) / 255.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Blades:
    """Blades of one band: (N, 4, 2) points in sixteenths of a pixel, root first, and their thickness."""

    points: npt.NDArray[np.int32]
    thickness: int


def _grow(stage: Stage, span: tuple[float, float], first: int, rng: np.random.Generator) -> _Blades | None:
    """Blades rooted between two depths; None where they would be too small to see."""
    camera = stage.camera
    long = _BLADE * stage.stance.extent * camera.focus / (0.5 * (span[0] + span[1]))
    if long < 2.5:
        return None
    count = int(min(5200, 120.0 * camera.width / max(long, 4.0)))
    depth = rng.uniform(span[0], span[1], count)
    y = camera.horizon + camera.focal * camera.rise / depth - first
    x = rng.uniform(-0.02, 1.02, count) * camera.width
    length = long * rng.lognormal(-0.18, 0.48, count)
    lean = rng.normal(0.10, 0.46, count)
    droop = np.abs(rng.normal(0.0, 0.22, count)) * np.abs(lean) * 2.0
    path = []
    for along in (0.0, 0.36, 0.72, 1.0):
        aside = lean * along**1.6
        up = along * np.sqrt(np.maximum(1.0 - 0.5 * lean**2, 0.2)) - droop * along**3
        path += [x + aside * length, y - up * length]
    points = np.rint(np.stack(path, axis=1) * 16).astype(np.int32).reshape(count, 4, 2)
    return _Blades(points, max(1, round(0.040 * long)))


def _paint(canvas: npt.NDArray[np.uint8], blades: _Blades, lit: Radiance, rng: np.random.Generator) -> None:
    roots = blades.points[:, 0] // 16
    light = lit[np.clip(roots[:, 1], 0, lit.shape[0] - 1), np.clip(roots[:, 0], 0, lit.shape[1] - 1)]
    level = light.mean(axis=1)
    bright = np.searchsorted(np.quantile(level, (0.12, 0.4, 0.75)), level)
    shade = rng.integers(0, _SHADES, len(level))
    for index in range(_SHADES):
        tint = _tint(index, rng)
        for step in range(4):
            group = np.flatnonzero((shade == index) & (bright == step))
            if group.size:
                _stroke(canvas, blades, group, light[group].mean(axis=0) * tint)


def _stroke(
    canvas: npt.NDArray[np.uint8], blades: _Blades, group: npt.NDArray[np.intp], colour: Field
) -> None:
    """Draws some blades in one colour: thick and dark at the root, thin and bright at the tip."""
    for part, gain, thinner in ((slice(0, 2), 0.60, 0), (slice(1, 3), 0.95, 0), (slice(2, 4), 1.28, 1)):
        ink = [float(value) for value in encoded(np.clip(np.asarray(colour * gain, np.float32), 0, 1)) * 255]
        lines = list(blades.points[group][:, part])
        cv2.polylines(
            canvas,
            lines,
            isClosed=False,
            color=ink,
            thickness=max(1, blades.thickness - thinner),
            lineType=cv2.LINE_AA,
            shift=4,
        )


def _tint(index: int, rng: np.random.Generator) -> Field:
    """A brightness, and now and then some straw in the green."""
    tone = 0.50 + 0.72 * (index / (_SHADES - 1)) ** 1.4
    straw = float(rng.random()) ** 3
    blue = float(rng.random()) ** 2
    return rgb(
        (tone * (0.96 + 0.42 * straw - 0.16 * blue), tone * (0.97 + 0.12 * straw), tone * (1.0 + 0.25 * blue))
    )
