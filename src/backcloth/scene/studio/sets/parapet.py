"""A low wall with a coping at the end of a terrace, out of focus."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Radiance, as_field
from backcloth.scene.studio.lens import blur
from backcloth.scene.studio.props.shapes import Layer
from backcloth.scene.studio.sets.solid import block
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import encoded

_HIGH, _COPING = (0.17, 0.26), 0.035
"""Height of the wall and of its coping, in the subject's extents."""


def parapet(stage: Stage, behind: Radiance, edge: float, tile: Tile) -> Radiance:
    """What stands behind a terrace, with the wall that the terrace ends at before it.

    Args:
        stage: The picture; its camera is that of the terrace's ground.
        behind: (H, W, 3) far background.
        edge: Row of the ground's far end.
        tile: The ground, whose colour the wall's is near.
    """
    camera = stage.camera
    depth = float(camera.depth(np.asarray([edge], np.float32))[0])
    extent = stage.stance.extent * camera.pixel
    rng = stage.rng(29)
    high = float(rng.uniform(*_HIGH)) * extent
    broad = 3.0 * camera.width * depth / camera.focal
    mean = tile.colour[::16, ::16].reshape(-1, 3).mean(axis=0)
    layer = Layer(
        np.zeros((camera.height, camera.width, 3), np.float32),
        np.zeros((camera.height, camera.width), np.float32),
    )
    wall = block((0.0, depth + 0.11 * extent), (broad, 0.16 * extent), (-0.01 * extent, high))
    coping = block((0.0, depth + 0.11 * extent), (broad, 0.22 * extent), (high, high + _COPING * extent))
    layer.solid(stage, wall, _stone(mean, 0.46))
    layer.solid(stage, coping, _stone(mean, 0.62))
    radius = 0.8 * stage.bokeh * (1.0 - camera.focus / depth)
    soft = blur(np.dstack([layer.light, layer.cover]), radius)
    return as_field(behind * (1.0 - np.clip(soft[..., 3:], 0.0, 1.0)) + soft[..., :3])


def _stone(ground: Radiance, level: float) -> Colour:
    """Stone of about a brightness, a little in the ground's hue."""
    hue = ground / max(float(ground.mean()), 1e-3)
    shown = encoded(as_field(np.clip(level * (0.7 + 0.3 * hue) * 0.6, 0.0, 1.0)))
    red, green, blue = (round(255 * float(value)) for value in shown)
    return Colour(red, green, blue)
