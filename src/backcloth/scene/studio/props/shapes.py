"""What standing props are made of: a layer to draw on, a ball, an arch, a flame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb
from backcloth.scene.studio.sets.faces import compose, faces
from backcloth.scene.studio.sets.pattern import on_wall
from backcloth.scene.studio.sets.solid import Solid
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import surface_colour


@dataclass(slots=True, eq=False)
class Layer:
    """Things drawn over each other: (H, W, 3) light times coverage, and (H, W) coverage."""

    light: Radiance
    cover: Field

    def over(self, light: Radiance, cover: Field) -> None:
        """Puts something before what is there."""
        self.light = as_field(self.light * (1.0 - cover)[..., None] + light)
        self.cover = as_field(self.cover * (1.0 - cover) + cover)

    def solid(self, stage: Stage, solid: Solid, colour: Colour) -> None:
        """Puts a solid of one colour before what is there."""
        paint = rgb(surface_colour(colour.rgb))
        tile = Tile(as_field(np.broadcast_to(paint, (8, 8, 3))), 1.0, 0.10, 0.5)
        seen = faces(stage, solid, tile)
        if seen is None:
            return
        top = as_field(paint * (rgb(stage.light.key) + rgb(stage.light.ambient)))
        self.light = compose(self.light, seen, top)
        at = (seen.rows, seen.columns)
        whole = seen.side + seen.top
        self.cover[at] = self.cover[at] * (1.0 - whole) + whole


def draw_ball(stage: Stage, layer: Layer, place: tuple[float, float], radius: float, colour: Colour) -> None:
    """A ball that lies on the ground, shaded by the key and the sky."""
    camera = stage.camera
    scale = camera.focal / place[1]
    column = camera.width / 2 + place[0] * scale
    row = camera.horizon + (camera.rise - radius) * scale
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - column) / (radius * scale)
    y = (np.arange(camera.height, dtype=np.float32)[:, None] + 0.5 - row) / (radius * scale)
    away = np.sqrt(x * x + y * y)
    cover = np.clip((1.0 - away) * radius * scale + 0.5, 0.0, 1.0)
    out = np.sqrt(np.clip(1.0 - away * away, 0.0, 1.0))
    across, along = stage.key.away
    up = 1.0 / stage.key.reach
    norm = math.hypot(math.hypot(across, along), up)
    facing = (-x * across + out * along - y * up) / norm
    wrap = 0.25 + 0.5 * stage.light.softness
    key = np.clip((facing + wrap) / (1.0 + wrap), 0.0, 1.0) * norm / up * 0.85
    sky = (0.55 - 0.40 * y) * (1.0 - 0.55 * np.clip(y, 0.0, 1.0) ** 3)
    light = key[..., None] * rgb(stage.light.key) + np.clip(sky, 0.08, 1.0)[..., None] * rgb(
        stage.light.ambient
    )
    layer.over(as_field(light * rgb(surface_colour(colour.rgb)) * cover[..., None]), as_field(cover))


def draw_arch(
    stage: Stage, layer: Layer, place: tuple[float, float], size: tuple[float, float, float], colour: Colour
) -> None:
    """A board with a round head: its thickness in the dark, its front in the light and in the pattern."""
    camera = stage.camera
    front = _head(stage, place, size[0], size[1])
    back = _head(stage, (place[0], place[1] + size[2]), size[0], size[1])
    paint = rgb(surface_colour(colour.rgb))
    facing = 0.62 * stage.key.away[1] * stage.key.reach + 0.22
    through = on_wall(stage, place[1], camera.width, camera.height) if stage.scene.pattern else None
    key = rgb(stage.light.key) * np.float32(min(facing, 1.0))
    rows = np.arange(camera.height, dtype=np.float32)[:, None] + 0.5
    foot = camera.row(place[1])
    shade = 1.0 - 0.30 * np.exp(-np.maximum(foot - rows, 0.0) / (0.10 * size[1] * camera.focal / place[1]))
    direct = key if through is None else key * through[..., None]
    lit = paint * (direct + 0.85 * rgb(stage.light.ambient)) * shade[..., None]
    side = paint * (0.25 * rgb(stage.light.key) + 0.55 * rgb(stage.light.ambient))
    hull = cv2.convexHull(np.concatenate([front, back]).astype(np.float32))[:, 0].astype(np.float64)
    for outline, light in ((hull, np.broadcast_to(side, lit.shape)), (front, lit)):
        mask = np.zeros((camera.height, camera.width), np.uint8)
        cv2.fillPoly(mask, [np.rint(outline * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
        cover = as_field(mask / np.float32(255.0))
        layer.over(as_field(light * cover[..., None]), cover)


def _head(stage: Stage, place: tuple[float, float], width: float, high: float) -> npt.NDArray[np.float64]:
    """(N, 2) pixels of an arch's outline that faces the camera."""
    camera = stage.camera
    half = width / 2
    spring = max(high - half, 0.05 * high)
    turn = np.linspace(0.0, math.pi, 60)
    x = np.concatenate([[half], half * np.cos(turn), [-half]]) + place[0]
    y = np.concatenate([[0.0], spring + half * np.sin(turn), [0.0]])
    scale = camera.focal / place[1]
    return np.stack([camera.width / 2 + x * scale, camera.horizon + (camera.rise - y) * scale], axis=1)


def warmed(stage: Stage) -> Stage:
    """The stage as a candle's wax sees it: it glows."""
    key, ambient = stage.light.key, stage.light.ambient
    glow = (ambient[0] + 0.42, ambient[1] + 0.26, ambient[2] + 0.11)
    return replace(stage, light=replace(stage.light, key=key, ambient=glow))


def draw_flame(width: int, height: int, out: Radiance, place: tuple[float, float, float]) -> None:
    """Adds a flame and its halo at (column, row) for a candle `radius` pixels wide."""
    column, row, radius = place
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5 - column) / radius
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5 - row) / radius
    narrow = 0.20 + 0.10 * np.clip(y + 0.2, -1.0, 1.0)
    core = np.exp(-np.square(x / narrow) - np.square(y / 0.62))
    halo = 0.16 * np.exp(-np.sqrt(x * x + y * y) / 2.6)
    out += core[..., None] * rgb((7.0, 4.4, 1.7)) + halo[..., None] * rgb((1.0, 0.50, 0.16))
