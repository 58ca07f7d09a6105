"""A stage: a dark polished floor in the pool of a spotlight, haze in its beam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb, smoothstep
from backcloth.scene.studio.far import finish
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.light import Light
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build, ray
from backcloth.scene.studio.tone import surface_colour

_FLOOR, _BACK = Colour(50, 50, 54), Colour(40, 42, 50)

_LONGEST = 420
"""Longest side that wall and haze are computed at."""


def draw_stage(stage: Stage) -> Radiance:
    """Draws the stage; what is behind it lies in the dark but for a glow."""
    scene, camera = stage.scene, stage.camera
    lit = replace(stage, light=_spot(stage.light))
    tile = build(
        scene.surface or "acrylic",
        scene.surface_colour or (None if scene.surface else _FLOOR),
        stage.rng(12),
        stage.texels,
        camera.pixel,
        lit=ray(lit),
    )
    tile = replace(tile, gloss=max(tile.gloss, 0.65), roughness=min(tile.roughness, 0.20))
    edge = camera.row(3.4 * camera.focus)
    shadows, pattern = shadows_of(lit), _pool(lit)
    far = behind(lit, _dark(lit), edge)
    overlay = around(lit, shadows, pattern, edge=edge)
    out = draw_floor(lit, tile, far, edge, shadows, fade=(1.7, 3.2), pattern=pattern, overlay=overlay)
    return standing(lit, out, edge)


def _spot(light: Light) -> Light:
    """The stage's light: most of what there is comes from the lamp."""
    total = [k + a for k, a in zip(light.key, light.ambient, strict=True)]
    level = 1.0 / max(*total, 1e-3)
    key = (1.45 * level * total[0], 1.45 * level * total[1], 1.45 * level * total[2])
    ambient = (0.16 * light.ambient[0], 0.16 * light.ambient[1], 0.16 * light.ambient[2])
    return replace(light, key=key, ambient=ambient, softness=min(light.softness, 0.14), pool=0.35)


def _pool(stage: Stage) -> Field:
    """(H, W) share of the lamp's light: a round pool on the floor around the subject."""
    camera, stance = stage.camera, stage.stance
    depth = camera.depth(np.arange(camera.height, dtype=np.float32) + 0.5)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] - stance.base_centre) * depth / camera.focal
    wide = max(stance.extent, 0.9 * (stance.right - stance.left)) * camera.pixel
    radius = float(stage.rng(25).uniform(0.75, 1.0)) * wide
    away = np.sqrt(x * x + np.square(depth - camera.focus - 0.12 * wide))
    core = smoothstep(1.42 * radius, 0.66 * radius, away)
    return as_field(0.10 + 0.72 * core + 0.18 * np.exp(-np.square(away / (2.2 * radius))))


def _dark(stage: Stage) -> Radiance:
    """Wall in the dark with a glow behind the subject, and the lamp's beam in the haze before it."""
    camera, stance, scene = stage.camera, stage.stance, stage.scene
    scale = min(1.0, _LONGEST / max(camera.width, camera.height))
    width, height = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    x = ((np.arange(width, dtype=np.float32) + 0.5) / scale - stance.centre)[None, :] / camera.width
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height
    top = stance.top / camera.height
    rng = stage.rng(26)
    colour = rgb(surface_colour((scene.backdrop_colour or _BACK).rgb))
    far = np.exp(-(np.square(x / 0.42) + np.square((y - 0.45 - 0.3 * top) / 0.38)))
    glow = 0.16 + (0.95 if scene.backdrop_colour else 1.6) * far
    cloudy = noise(rng, 512, 300, 40, slope=1.5)[:height, :width]
    lean = stage.key.side * float(rng.uniform(0.14, 0.30))
    along = np.clip((y + 0.16) / 1.0, 0.0, None)
    middle = lean * (1.0 - np.clip(along / (0.16 + stance.contact_row / camera.height), 0.0, 1.0))
    half = 0.035 + 0.20 * along
    across = np.abs(x - middle) / half
    beam = (
        smoothstep(1.05, 0.35, across)
        * np.exp(-1.1 * along)
        * smoothstep(1.0, 0.45, as_field(y * camera.height / camera.contact_row))
        * (1.0 + 0.14 * cloudy)
    )
    haze = (0.105 * beam + 0.010) * rgb(stage.light.key).reshape(3, 1, 1)
    wall = colour * as_field(glow * (1.0 + 0.05 * cloudy))[..., None] * (0.6 * rgb(stage.light.key))
    return finish(stage, as_field(wall + np.moveaxis(haze, 0, 2)), 0.25 * stage.bokeh)
