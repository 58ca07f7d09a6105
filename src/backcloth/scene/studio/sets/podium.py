"""A round podium in a studio sweep: the subject stands on its top."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, mix, rgb, smoothstep
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.sets.sweep import NEUTRAL, lit_cove
from backcloth.scene.studio.sets.table import behind_stand
from backcloth.scene.studio.shadow import Shadows, no_shadows
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import surface_colour


@dataclass(frozen=True, slots=True)
class _Drum:
    """The podium in pixels: top ellipse around (x, y) with half axes a and b, sides `tall` high."""

    x: float
    y: float
    a: float
    b: float
    tall: float


def draw_podium(stage: Stage) -> Radiance:
    """Draws a podium under the subject; a subject cut off by the frame gets the sweep alone."""
    scene = stage.scene
    colour = scene.surface_colour or scene.backdrop_colour or NEUTRAL
    back = scene.backdrop_colour or _companion(colour)
    if stage.stance.present and not stage.stance.grounded:
        return lit_cove(stage, no_shadows((stage.camera.width, stage.camera.height)), back)
    drum = _drum(stage)
    behind = behind_stand(stage)
    if behind is None:
        behind = lit_cove(stage, no_shadows((stage.camera.width, stage.camera.height)), back)
        behind = behind * (1.0 - _on_floor(stage, drum))[..., None]
    else:
        drum = replace(drum, tall=2.0 * stage.camera.height)
    out = _sides(stage, behind, drum, colour)
    return _top(stage, out, drum, colour)


def _companion(colour: Colour) -> Colour:
    """A wall for a podium whose wall nobody named: its own colour, lifted; near white for white."""
    lift = 0.45 if max(colour.rgb) > 90 else 0.16
    red, green, blue = (round(c + (242 - c) * lift) for c in colour.rgb)
    return Colour(red, green, blue)


def _drum(stage: Stage) -> _Drum:
    camera, stance = stage.camera, stage.stance
    base = max(stance.base_width, 0.30 * (stance.right - stance.left), 4.0)
    a = min(max(0.95 * base, 0.62 * (stance.right - stance.left)), 0.62 * camera.width)
    squash = float(np.clip(camera.foreshortening, 0.10, 0.8))
    own_depth = 0.5 * base * squash * 0.8
    b = max(a * squash, 1.3 * own_depth)
    y = stance.contact_row - 0.25 * own_depth
    return _Drum(stance.base_centre, y, a, b, max(0.42 * stance.extent, 0.30 * camera.height))


def _ellipse(stage: Stage, drum: _Drum, *, drop: float = 0.0, grow: float = 1.0) -> Field:
    """(H, W) signed distance in pixels, about, to the top ellipse moved down by `drop`; negative inside."""
    camera = stage.camera
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - drum.x) / (drum.a * grow)
    y = (np.arange(camera.height, dtype=np.float32)[:, None] + 0.5 - drum.y - drop) / (drum.b * grow)
    radius = np.sqrt(x * x + y * y)
    steep = np.sqrt((x / (drum.a * grow)) ** 2 + (y / (drum.b * grow)) ** 2) / np.maximum(radius, 1e-4)
    return np.asarray((radius - 1.0) / np.maximum(steep, 1e-6), np.float32)


def _on_floor(stage: Stage, drum: _Drum) -> Field:
    """(H, W) darkness that the drum brings to the floor around its foot."""
    around = _ellipse(stage, drum, drop=drum.tall, grow=1.0)
    near = np.exp(-np.maximum(around, 0.0) / (0.05 * drum.a))
    wide = np.exp(-np.maximum(around, 0.0) / (0.35 * drum.a))
    shift = _Drum(drum.x - stage.key.side * 0.35 * drum.a, drum.y, drum.a, drum.b, drum.tall)
    cast = smoothstep(
        0.25 * drum.a, -0.20 * drum.a, _ellipse(stage, shift, drop=drum.tall - 0.25 * drum.b, grow=1.08)
    )
    dark = 1.0 - (1.0 - 0.45 * near) * (1.0 - 0.25 * wide) * (1.0 - 0.32 * cast)
    return np.asarray(dark if stage.scene.shadow != "none" else 0.4 * dark, np.float32)


def _sides(stage: Stage, behind: Radiance, drum: _Drum, colour: Colour) -> Radiance:
    """The drum's mantle, lit from the key's side, darker towards its foot."""
    camera = stage.camera
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - drum.x) / drum.a
    y = np.arange(camera.height, dtype=np.float32)[:, None] + 0.5
    across = np.clip(x, -1.0, 1.0)
    facing = np.sqrt(1.0 - across**2)
    lambert = np.clip(0.62 * facing + 0.70 * across * stage.key.side, 0.0, 1.0)
    rim = 0.10 * smoothstep(0.80, 1.0, np.abs(across))
    lip = drum.y + drum.b * facing
    below = np.clip((y - lip) / drum.tall, 0.0, 1.0)
    key = rgb(stage.light.key) * (0.95 * lambert)[..., None]
    sky = rgb(stage.light.ambient) * (0.50 + 0.22 * facing + rim)[..., None]
    shade = (1.0 - 0.30 * below) * (1.0 - 0.14 * np.exp(-np.maximum(y - lip, 0.0) / (0.03 * drum.a)))
    paint = rgb(surface_colour(colour.rgb)) * (key + sky) * shade[..., None]
    inside = smoothstep(0.7, -0.7, (np.abs(x) - 1.0) * drum.a) * (y > drum.y)
    inside = inside * smoothstep(0.7, -0.7, _foot(stage, drum, y))
    return mix(behind, np.asarray(paint, np.float32), np.asarray(inside, np.float32))


def _foot(stage: Stage, drum: _Drum, y: Field) -> Field:
    """(H, W) how far a row lies below the drum's lower rim, in pixels."""
    x = (np.arange(stage.camera.width, dtype=np.float32)[None, :] + 0.5 - drum.x) / drum.a
    rim = drum.y + drum.tall + drum.b * np.sqrt(np.clip(1.0 - x * x, 0.0, 1.0))
    return np.asarray(y - rim, np.float32)


def _top(stage: Stage, behind: Radiance, drum: _Drum, colour: Colour) -> Radiance:
    """The drum's top with the subject's shadows and reflection, and a bright bevel along its rim."""
    name = stage.scene.surface or "plaster"
    tile = build(name, stage.scene.surface_colour or colour, stage.rng(12), stage.texels, stage.camera.pixel)
    tile = Tile(tile.colour, tile.side, max(tile.gloss, 0.16), min(tile.roughness, 0.35))
    shadows: Shadows = shadows_of(stage)
    plane = draw_floor(stage, tile, behind, stage.camera.horizon + 1.0, shadows)
    distance = _ellipse(stage, drum)
    inside = smoothstep(0.8, -0.8, distance)
    out = mix(behind, plane, inside)
    bevel = np.exp(-(((distance + 1.5) / max(1.0, 0.006 * drum.a)) ** 2))
    front = smoothstep(
        -0.9, 0.6, (np.arange(stage.camera.height, dtype=np.float32)[:, None] - drum.y) / drum.b
    )
    return np.asarray(
        out * (1.0 + (0.22 * bevel * front))[..., None] + cv2.blur(bevel, (3, 3))[..., None] * 0.02,
        np.float32,
    )
