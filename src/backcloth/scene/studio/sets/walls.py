"""Walls behind a table, and light that falls through a window onto them."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb, smoothstep
from backcloth.scene.studio.far import finish
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour


def wall(stage: Stage, colour: Colour, *, radius: float) -> Radiance:
    """A painted wall in the stage's light, brighter near the key and towards the middle."""
    camera, light = stage.camera, stage.light
    scale = min(1.0, 420 / max(camera.width, camera.height))
    width, height = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / width * 2 - 1
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height * 2 - 1
    fall = 0.96 - 0.22 * smoothstep(-0.9, 1.4, as_field(-x * stage.key.side)) - 0.10 * (0.5 - 0.5 * y)
    centre = np.sqrt(((x - 0.25 * stage.key.side) / 1.2) ** 2 + ((y + 0.05) / 0.95) ** 2)
    fall = fall * (1.0 - light.pool * smoothstep(0.15, 1.7, centre))
    mottle = noise(stage.rng(31), 256, 200, 20, slope=1.6)[
        np.ix_(np.arange(height) % 256, np.arange(width) % 256)
    ]
    fall = fall * (1.0 + 0.012 * mottle)
    key = rgb(light.key)[None, None, :]
    if stage.scene.pattern:
        key = key * (0.30 + 1.05 * window_on_wall(stage, width, height))[..., None]
    arriving = (key + rgb(light.ambient)) * (fall * light.background)[..., None]
    return finish(stage, np.asarray(rgb(surface_colour(colour.rgb)) * arriving, np.float32), radius)


def window_on_wall(stage: Stage, width: int, height: int) -> Field:
    """(height, width) light through a paned window, thrown slanting onto the wall."""
    rng = stage.rng(32)
    side = stage.key.side
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5)[None, :] * width / max(width, height)
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height - 0.5)[:, None] * height / max(width, height)
    zoom = float(rng.uniform(0.90, 1.35))
    u = ((x * side + float(rng.uniform(-0.20, 0.16))) * 1.10 - float(rng.uniform(0.06, 0.26)) * y) * zoom
    v = (y - float(rng.uniform(0.22, 0.52)) * x * side + float(rng.uniform(-0.06, 0.16))) * zoom
    return _panes(as_field(u + 0.5), as_field(v + 0.42), rng, soft=0.016, size=(0.27, 0.34))


def window_on_floor(stage: Stage) -> Field:
    """(H, W) light through a paned window on the ground plane: soft bars that cross the table."""
    camera, stance = stage.camera, stage.stance
    rng = stage.rng(32)
    rows = np.arange(camera.height, dtype=np.float32) + 0.5
    depth = camera.depth(rows)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] - stance.centre) * depth / camera.focal
    unit = stance.extent * camera.pixel
    along = (x * stage.key.side + (depth - camera.focus) * 0.9) / unit
    across = ((depth - camera.focus) - 0.5 * x * stage.key.side) / unit
    u = along * 0.16 + float(rng.uniform(0.42, 0.55))
    v = across * 0.13 + 0.5
    panes = _panes(as_field(u), as_field(v), rng, soft=0.022, size=(0.27, 0.36))
    return as_field(0.30 + 0.95 * panes)


def _panes(u: Field, v: Field, rng: np.random.Generator, *, soft: float, size: tuple[float, float]) -> Field:
    """Light through two by three panes in the unit square, dappled by leaves outside."""
    inside = smoothstep(0.06 - soft, 0.06 + soft, u) * smoothstep(0.94 + soft, 0.94 - soft, u)
    inside = inside * smoothstep(0.02 - soft, 0.02 + soft, v) * smoothstep(0.98 + soft, 0.98 - soft, v)
    bar = 0.020
    for along, pane in ((u, size[0]), (v, size[1])):
        gap = np.abs((along - 0.06) / pane - np.round((along - 0.06) / pane)) * pane
        inside = inside * smoothstep(bar - soft, bar + soft, gap)
    leaves = noise(rng, 256, 70, 14, slope=1.1)
    column = np.mod(u * 200, 256).astype(np.intp)
    row = np.mod(v * 200, 256).astype(np.intp)
    dapple = smoothstep(-1.6, 0.3, leaves[row, column])
    return np.asarray(inside * (0.55 + 0.45 * dapple), np.float32)
