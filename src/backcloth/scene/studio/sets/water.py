"""Still water: a mirror that the subject stands on, and a jetty on a lake."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.far import outdoors
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.lens import blur_rows
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.props import dress as props
from backcloth.scene.studio.ridges import COAST, PEAKS, SHORE, Range
from backcloth.scene.studio.scene import SHORES
from backcloth.scene.studio.season import season_of
from backcloth.scene.studio.sets.litter import draw_litter
from backcloth.scene.studio.sets.outdoors import wetted
from backcloth.scene.studio.sets.patches import snow_patches
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.sets.sea import shore, wet_shore
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build, build_floor, ray
from backcloth.scene.studio.texture import Tile, lay
from backcloth.scene.studio.tone import linear, surface_colour
from backcloth.scene.studio.weather import haze_ground, let_fall, under

_BODY = (52, 92, 98)
"""Colour of deep still water, seen from above."""

_BOARDS = "white wood"
_WEATHERED = (150, 138, 124)
"""What a jetty is made of, and its sRGB colour after some years outside."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waves:
    """Slope of the water in each pixel from row `first` down: along the depth and across, both (rows, W)."""

    along: Field
    across: Field
    first: int


def draw_lake(stage: Stage) -> Radiance:
    """Boards of a jetty that end at still water, with the far shore mirrored in it."""
    stage = replace(stage, light=under(stage.light, stage.scene.weather, stage.scene.shadow))
    camera, scene = stage.camera, stage.scene
    beyond = PEAKS if scene.backdrop == "alps" else SHORE
    strength = 0.008 if scene.surface in SHORES else 0.0035  # shallow water is never as still
    behind = _flooded(stage, 0.8 * stage.bokeh, beyond, _waves(stage, strength=strength, ring=0.0))
    if scene.surface in SHORES:
        return let_fall(stage, _shore_of_lake(stage, behind))
    name = scene.surface or _BOARDS
    colour = scene.surface_colour or (None if scene.surface else Colour(*_WEATHERED))
    yaw = math.pi / 2 + float(stage.rng(13).uniform(-0.12, 0.12))
    tile = build_floor(name, colour, stage.rng(12), stage.texels, camera.pixel, lit=ray(stage, yaw))
    if scene.wet or scene.weather == "rain":
        tile = wetted(tile, stage.rng(40), paved=True)
    reach = float(stage.rng(15).uniform(0.9, 1.7))
    depth = camera.focus + reach * stage.stance.extent * camera.pixel
    edge = float(min(camera.row(depth), camera.contact_row - 0.05 * camera.height))
    if stage.stance.present and not stage.stance.grounded:
        edge = float(camera.height)
    shadows, pattern = shadows_of(stage), on_floor(stage)
    strewn = props.around(stage, shadows, pattern, edge=edge)

    def overlay(ground: Radiance, first: int) -> Radiance:
        ground = draw_litter(stage, name, ground, first)
        return ground if strewn is None else strewn(ground, first)

    drawn = draw_floor(
        stage,
        tile,
        props.behind(stage, behind, edge),
        edge,
        shadows,
        pattern=pattern,
        yaw=yaw,
        dress=functools.partial(snow_patches, stage) if season_of(scene) == "winter" else None,
        overlay=overlay,
    )
    return let_fall(stage, props.standing(stage, drawn, edge))


def _shore_of_lake(stage: Stage, behind: Radiance) -> Radiance:
    """Ground without boards, wet where it meets the water."""
    camera, scene = stage.camera, stage.scene
    reach = float(stage.rng(15).uniform(0.55, 1.0)) * stage.stance.extent * camera.pixel
    near = 1.0 + reach / camera.focus
    yaw = float(stage.rng(13).uniform(-0.3, 0.3))
    tile = build(
        scene.surface, scene.surface_colour, stage.rng(12), stage.texels, camera.pixel, lit=ray(stage, yaw)
    )
    shadows, pattern = shadows_of(stage), on_floor(stage)
    edge = camera.horizon
    strewn = props.around(stage, shadows, pattern, edge=camera.row(near * camera.focus - 0.3 * reach))

    def overlay(ground: Radiance, first: int) -> Radiance:
        ground = draw_litter(stage, scene.surface, ground, first)
        if strewn is not None:
            ground = strewn(ground, first)
        beyond, _depth = shore(stage, first, near)
        return mix(ground, behind[first:], smoothstep(-0.02, 0.05, beyond))

    drawn = draw_floor(
        stage,
        replace(tile, gloss=0.0),
        props.behind(stage, behind, edge),
        edge,
        shadows,
        pattern=pattern,
        yaw=yaw,
        dress=functools.partial(wet_shore, stage, near=near, reach=0.30),
        overlay=overlay,
    )
    return props.standing(stage, drawn, camera.row(near * camera.focus))


def draw_water(stage: Stage) -> Radiance:
    """The subject on a still mirror of water, with rings around it and a soft horizon."""
    stage = replace(stage, light=under(stage.light, stage.scene.weather, stage.scene.shadow))
    beyond = ((), COAST, SHORE)[int(stage.rng(19).integers(3))]
    waves = _waves(stage, strength=0.0016, ring=0.024)
    drawn = _flooded(stage, 1.1 * stage.bokeh, beyond, waves)
    drawn = props.behind(stage, drawn, stage.camera.horizon)
    return let_fall(stage, props.hanging(stage, drawn, stage.camera.horizon))


def _waves(stage: Stage, *, strength: float, ring: float) -> _Waves:
    """Wavelets everywhere, and rings that run out from where the subject stands."""
    camera, stance = stage.camera, stage.stance
    first = int(np.clip(np.floor(camera.horizon), 0, camera.height))
    rows = (first, camera.height)
    unit = stance.extent * camera.pixel
    field = noise(stage.rng(52), 512, 90, 7, slope=1.1, stretch=2.2)
    slopes = np.dstack(
        [np.roll(field, 1, 0) - np.roll(field, -1, 0), np.roll(field, 1, 1) - np.roll(field, -1, 1)]
    )
    tile = Tile(as_field(np.dstack([slopes, slopes[..., :1]]) / float(slopes.std())), 4.0 * unit)
    laid = lay(tile, camera, rows, yaw=0.1, offset=(0.3 * unit, 0.8 * unit))
    along, across = strength * laid[..., 0], strength * laid[..., 1]
    if ring > 0 and stance.present and stance.grounded:
        depth = camera.depth(np.arange(*rows, dtype=np.float32) + 0.5)[:, None]
        x = (
            (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - stance.base_centre)
            * depth
            / camera.focal
        )
        z = depth - camera.focus
        away = np.sqrt(x**2 + z**2) / unit
        length = float(stage.rng(54).uniform(0.13, 0.19))
        base = 0.5 * stance.base_width / stance.extent
        phase = 2 * math.pi * (away - base) / length
        size = (
            ring * np.exp(-np.maximum(away - base, 0.0) / 0.75) * smoothstep(0.3 * base, base, as_field(away))
        )
        lift = size * np.cos(phase)
        along = along + lift * z / np.maximum(away * unit, 1e-6)
        across = across + lift * x / np.maximum(away * unit, 1e-6)
    return _Waves(as_field(along), as_field(across), first)


def _flooded(stage: Stage, radius: float, beyond: tuple[Range, ...], waves: _Waves) -> Radiance:
    """Sky and far shore, and water from the horizon down that mirrors them and the subject.

    What is mirrored is drawn once more with its horizon at the plate's foot, so that of a sky out of view
    as much is there as the water shows.
    """
    behind = outdoors(stage, "", None, radius=radius, beyond=beyond)
    camera, first = stage.camera, waves.first
    if first >= camera.height:
        return behind
    y = (np.arange(first, camera.height, dtype=np.float32) + 0.5)[:, None]
    mirrored = _mirrored(stage, outdoors(stage, "", None, radius=radius, beyond=beyond, lowest=1.0), waves, y)
    down = np.maximum(y - camera.horizon, 1.0)
    cosine = down / np.sqrt(down**2 + camera.focal**2)
    steeper = np.clip(cosine + 1.2 * waves.along, 0.0, 1.0)
    share = as_field(np.clip(0.16 + 0.80 * (1.0 - steeper) ** 3.2, 0.0, 0.96))
    named = stage.scene.backdrop_colour
    light = rgb(stage.light.key) + rgb(stage.light.ambient)
    body = rgb(surface_colour(named.rgb if named else _BODY)) * light * (1.0 - 0.7 * stage.light.pool)
    shaded = np.clip(1.0 + 14.0 * (waves.along - stage.key.side * waves.across), 0.7, 1.3)
    water = mix(as_field(body * shaded[..., None]), mirrored, share)
    if (
        stage.stance.present
        and stage.stance.grounded
        and stage.scene.reflection is not False
        and _stands_on_it(stage)
    ):
        layer, cover = _upside_down(stage, waves)
        shown = np.minimum(share * 1.25 + 0.05, 0.9)
        water = as_field(water * (1.0 - cover * shown)[..., None] + layer * shown[..., None])
    water = haze_ground(stage, water, first)
    water = blur_rows(water, stage.circle(y[:, 0]))
    soft = max(0.010 * camera.height, 1.0)
    joined = smoothstep(camera.horizon - 0.2 * soft, camera.horizon + soft, y)
    out = behind.copy()
    out[first:] = mix(out[first:], water, as_field(np.broadcast_to(joined, share.shape)))
    return out


def _mirrored(stage: Stage, dome: Radiance, waves: _Waves, y: Field) -> Radiance:
    """(rows, W, 3) the sky and the far shore upside down, bent by the waves."""
    camera = stage.camera
    columns = np.arange(camera.width, dtype=np.float32)[None, :] + 0.8 * camera.focal * waves.across
    above = y - camera.horizon + np.abs(2.0 * camera.focal * waves.along)
    source = np.clip(camera.height - above, 0.0, camera.height - 1.0)
    return as_field(
        cv2.remap(dome, as_field(np.clip(columns, 0, camera.width - 1)), as_field(source), cv2.INTER_LINEAR)
    )


def _stands_on_it(stage: Stage) -> bool:
    """Whether the subject stands on the water itself, not on a jetty before it."""
    return stage.scene.setting == "water"


def _upside_down(stage: Stage, waves: _Waves) -> tuple[Radiance, Field]:
    """The subject mirrored at its contact line and torn by the waves: (premultiplied light, cover)."""
    camera, stance, first = stage.camera, stage.stance, waves.first
    base = stance.base_line[None, :]
    y = (np.arange(first, camera.height, dtype=np.float32) + 0.5)[:, None]
    below = np.maximum(y - base, 0.0)
    far = np.minimum(below / (0.5 * stance.extent), 1.0)
    row = 2 * base - y - 0.5 * camera.focal * waves.along * far
    column = np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 * camera.focal * waves.across * far
    layer = np.dstack(
        [linear(stage.subject.astype(np.float32) / 255.0) * stage.matte[..., None], stage.matte]
    )
    row = np.where(y > base - 1.0, row, -9.0)
    flipped = as_field(cv2.remap(layer, as_field(column), as_field(row - 0.5), cv2.INTER_LINEAR))
    size = np.interp(
        y[:, 0], (stance.contact_row, stance.contact_row + stance.extent), (0.0, 0.012 * camera.height)
    )
    flipped = blur_rows(flipped, as_field(size))
    fade = np.exp(-np.maximum(y - stance.contact_row, 0.0) / (1.1 * stance.extent))
    return as_field(flipped[..., :3] * fade[..., None]), as_field(flipped[..., 3] * fade)
