"""Places under the sky: parking lot, street, meadow, forest, desert, snow, beach."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, rgb, smoothstep
from backcloth.scene.studio.far import outdoors
from backcloth.scene.studio.floor import Hook, draw_floor, shadows_of
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.sets.grass import draw_grass
from backcloth.scene.studio.sets.markings import paint_lines
from backcloth.scene.studio.sets.sea import draw_sea, wet_shore
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build
from backcloth.scene.studio.texture import Tile, lay


@dataclass(frozen=True, slots=True)
class Place:
    """One outdoor setting.

    Attributes:
        surface: Ground.
        around: Panoramas to draw from; an empty name is open sky.
        fade: Depths, in multiples of the subject's, over which the ground turns into the panorama's own.
        far_blur: Blur circle of the surroundings as a share of the usual.
    """

    surface: str
    around: tuple[str, ...]
    fade: tuple[float, float] = (3.0, 9.0)
    far_blur: float = 0.9


PLACES = {
    "parking": Place("asphalt", ("city",), (5.0, 14.0)),
    "street": Place("asphalt", ("street", "city"), (4.0, 12.0)),
    "city": Place("concrete", ("street", "city"), (4.0, 12.0)),
    "meadow": Place("lawn", ("park", "alps"), (3.0, 10.0)),
    "forest": Place("soil", ("forest",), (2.2, 6.0)),
    "mountain": Place("lawn", ("alps",), (3.0, 10.0)),
    "desert": Place("sand", ("",), (60.0, 90.0)),
    "snow": Place("snow", ("alps",), (3.0, 9.0)),
    "beach": Place("sand", ("",), (60.0, 90.0), 0.55),
    "sky": Place("", ("",), (1.0, 2.0), 0.5),
}

_SUNNY = frozenset({"day", "golden", "morning", "sunset", "window"})


def draw_outdoors(stage: Stage) -> Radiance:
    """Draws one of PLACES."""
    scene, camera = stage.scene, stage.camera
    place = PLACES[scene.setting]
    around = place.around[int(stage.rng(15).integers(len(place.around)))]
    radius = place.far_blur * stage.bokeh
    if not place.surface:
        return outdoors(stage, around, None, radius=radius)
    tile = build(
        scene.surface or place.surface, scene.surface_colour, stage.rng(12), stage.texels, camera.pixel
    )
    if scene.wet:
        tile = Tile(tile.colour * np.float32(0.55), tile.side, 0.75, 0.30)
    behind = outdoors(stage, around, _lit_mean(stage, tile), radius=radius)
    if scene.setting == "snow":
        behind = _snowed(stage, behind)
    yaw = float(stage.rng(13).uniform(-0.35, 0.35))
    shadows = shadows_of(stage)
    dress, overlay = _hooks(stage, behind, yaw)
    fade = place.fade if around else None
    pattern = _dappled(stage) if scene.setting == "forest" and scene.light in _SUNNY else None
    return draw_floor(
        stage,
        tile,
        behind,
        camera.horizon,
        shadows,
        fade=fade,
        pattern=pattern,
        yaw=yaw,
        dress=dress,
        overlay=overlay,
    )


def _hooks(stage: Stage, behind: Radiance, yaw: float) -> tuple[Hook | None, Hook | None]:
    """What a place adds to its ground: (before light, after light)."""
    setting = stage.scene.setting

    def dress(ground: Radiance, first: int) -> Radiance:
        if setting == "parking":
            ground = paint_lines(stage, yaw, ground, first)
        if setting == "beach":
            ground = wet_shore(stage, ground, first)
        return _varied(stage, ground, first)

    if setting == "beach":
        return dress, functools.partial(draw_sea, stage, behind)
    if setting in ("meadow", "mountain") and (stage.scene.surface or "lawn") == "lawn":
        return dress, functools.partial(draw_grass, stage)
    return dress, None


def _patches(stage: Stage, stream: int, size: float, rows: tuple[int, int]) -> Field:
    """(rows, W) cloudy field on the ground with mean 0 and variance 1, `size` subjects to a tile."""
    field = noise(stage.rng(stream), 256, 110, 6, slope=1.2)
    side = size * stage.stance.extent * stage.camera.pixel
    tile = Tile(np.repeat(field[..., None], 3, axis=2), side)
    return lay(tile, stage.camera, rows, yaw=0.5, offset=(0.37 * side, 0.61 * side))[..., 0]


def _varied(stage: Stage, ground: Radiance, first: int) -> Radiance:
    """Slow changes of tone over the ground, so that no repeat of its tile shows."""
    slow = _patches(stage, 16, 11.0, (first, stage.camera.height))
    strength = 0.05 if stage.scene.setting in ("parking", "street", "city") else 0.10
    return np.asarray(ground * np.clip(1.0 + strength * slow, 0.5, 1.5)[..., None], np.float32)


def _dappled(stage: Stage) -> Field:
    """(H, W) sunlight that falls through leaves: patches on the ground."""
    patches = _patches(stage, 17, 3.2, (0, stage.camera.height))
    return np.asarray(0.42 + 0.95 * smoothstep(-0.9, 1.5, patches), np.float32)


def _lit_mean(stage: Stage, tile: Tile) -> Rgb:
    mean = tile.colour[::16, ::16].reshape(-1, 3).mean(axis=0)
    total = rgb(stage.light.key) + rgb(stage.light.ambient)
    grown = 1.45 if stage.scene.setting in ("meadow", "mountain") else 1.0
    lit = grown * mean * total * (1.0 - 0.8 * stage.light.pool)
    return (float(lit[0]), float(lit[1]), float(lit[2]))


def _snowed(stage: Stage, behind: Radiance) -> Radiance:
    """Lifts what stands around to the pale look of a snowed-in place."""
    grey = behind.mean(axis=2, keepdims=True)
    return np.asarray(behind * 0.35 + grey * 0.45 + 0.12 * rgb(stage.light.ambient), np.float32)
