"""Places under the sky: ground, what grows or is painted on it, surroundings, weather."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Radiance, Rgb, as_field, rgb, smoothstep, triple
from backcloth.scene.studio.far import outdoors
from backcloth.scene.studio.floor import Hook, draw_floor, shadows_of
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.props import dress as props
from backcloth.scene.studio.ridges import COAST, DUNES, HILLS, PEAKS, Range
from backcloth.scene.studio.season import GRASS, season_of
from backcloth.scene.studio.sets.grass import draw_grass
from backcloth.scene.studio.sets.litter import draw_litter
from backcloth.scene.studio.sets.markings import paint_kerb, paint_lines
from backcloth.scene.studio.sets.parapet import parapet
from backcloth.scene.studio.sets.patches import dappled, rippled, snow_patches, varied
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.sets.sea import WATERLINE, draw_sea, sea_view, wet_shore
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import WOODS, build, build_floor, ray
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.weather import haze_ground, let_fall, under

_Choice = TypeVar("_Choice")


@dataclass(frozen=True, slots=True)
class Place:
    """One outdoor setting.

    Attributes:
        surfaces: Grounds to draw from.
        around: Panoramas to draw from; an empty name is open sky, "sea" the open sea.
        beyond: Ranges at the horizon to draw from.
        fade: Depths, in multiples of the subject's, over which the ground turns into the panorama's own.
        far_blur: Blur circle of the surroundings as a share of the usual.
        edge: Depth, in the subject's own sizes beyond it, at which a built ground ends; 0 for the horizon.
    """

    surfaces: tuple[str, ...]
    around: tuple[str, ...]
    beyond: tuple[tuple[Range, ...], ...] = ((),)
    fade: tuple[float, float] = (3.0, 9.0)
    far_blur: float = 0.9
    edge: float = 0.0


_OPEN = (60.0, 90.0)
"""Fade of a ground that reaches to the horizon."""

_LOWEST = 0.12
"""Share of the height above which the sea behind a terrace does not rise."""

PLACES = {
    "parking": Place(("asphalt",), ("city",), fade=(5.0, 14.0)),
    "street": Place(("asphalt", "cobbles", "slabs"), ("street", "city", "piazza"), fade=(4.0, 12.0)),
    "city": Place(("slabs", "concrete"), ("street", "city", "piazza"), fade=(4.0, 12.0)),
    "garden": Place(("slabs", "gravel", "lawn"), ("garden",), fade=(2.0, 4.5)),
    "terrace": Place(("wood", "tiles", "slabs"), ("garden", "sea", "park", "alps"), fade=_OPEN, edge=2.6),
    "meadow": Place(("lawn",), ("park", "alps", "sunrise"), ((), HILLS), (3.0, 10.0)),
    "forest": Place(("leaf litter", "leaf litter", "moss"), ("woods",), fade=(1.9, 4.4)),
    "mountain": Place(("lawn", "rock"), ("highland", "ridge"), (PEAKS,), (3.0, 10.0)),
    "desert": Place(("sand",), ("",), (DUNES,), _OPEN),
    "snow": Place(("snow",), ("alps",), ((), PEAKS), (3.0, 9.0)),
    "beach": Place(("sand",), ("",), ((), (), COAST), _OPEN, 0.55),
    "rocks": Place(("rock",), ("", "ridge"), ((), COAST), (3.5, 10.0), 0.7),
}

_OLD_LEAVES = Colour(118, 98, 70)
"""Leaf litter in the seasons in which no leaves have just fallen."""

_TERRACE = {"wood": Colour(158, 128, 98), "tiles": Colour(192, 176, 156)}
"""Boards and tiles that have been out in the weather."""

_FITTING = {
    ("mountain", "lawn"): "highland",
    ("mountain", "rock"): "ridge",
    ("street", "asphalt"): "street",
    ("street", "cobbles"): "piazza",
}
"""Panoramas of the settings in which not every ground goes with every one."""

_AROUND = {"alps": "highland", "park": "park", "forest": "woods", "city": "city", "street": "street"} | {
    "lights": "city",
    "sky": "",
    "sea": "sea",
}
"""Panoramas for backdrops that were asked for; the sea needs ground that ends before it."""

SHORES_OF_SEA = frozenset({"beach", "rocks"})
"""Settings that end at the sea where nothing else stands behind."""

_PROPS = 1.9
"""Depth, in multiples of the subject's, up to which props stand and lie."""

_SUNNY = frozenset({"day", "golden", "morning", "sunset", "window", "bright", "warm"})
_GREEN = frozenset({"meadow", "mountain", "garden"})
_PAVED = frozenset({"asphalt", "cobbles", "slabs", "concrete", "tiles", "wood", "slate", "rock"})


def draw_outdoors(stage: Stage) -> Radiance:
    """Draws one of PLACES."""
    stage = replace(stage, light=under(stage.light, stage.scene.weather, stage.scene.shadow))
    scene, camera = stage.scene, stage.camera
    place = PLACES[scene.setting]
    name = ground_of(stage, place)
    around = _AROUND.get(scene.backdrop)
    if around == "sea" and not place.edge:
        around = "" if scene.setting in SHORES_OF_SEA else None
    if around is None:
        around = _FITTING.get((scene.setting, name)) or _one(place.around, stage, 15)
    beyond = PEAKS if scene.backdrop == "alps" else _one(place.beyond, stage, 19)
    radius = place.far_blur * stage.bokeh
    yaw = float(stage.rng(13).uniform(-0.35, 0.35)) * (0.6 if name in WOODS else 1.0)
    tile = _tile(stage, name, yaw)
    if around == "sea":
        behind = sea_view(stage, outdoors(stage, "", None, radius=0.5 * radius, lowest=_LOWEST), _LOWEST)
    else:
        ground = None if place.edge or name == "snow" else _lit_mean(stage, tile, name)
        behind = outdoors(stage, around, ground, radius=radius, beyond=beyond)
    sea = not around and scene.setting in SHORES_OF_SEA
    leafy = scene.setting in ("forest", "garden") and scene.light in _SUNNY and not scene.pattern
    edge = _edge(stage, place)
    if scene.setting == "terrace":
        behind = parapet(stage, behind, edge, tile)
    shadows = shadows_of(stage)
    pattern = dappled(stage) if leafy and scene.weather in ("", "clear") else on_floor(stage)
    end = max(edge, camera.row(_PROPS * camera.focus))
    drawn = draw_floor(
        stage,
        tile,
        props.behind(stage, behind, end),
        edge,
        shadows,
        fade=place.fade if around else None,
        pattern=pattern,
        yaw=yaw,
        dress=_dress(stage, yaw, name, sea=sea),
        overlay=_overlay(stage, behind, name, props.around(stage, shadows, pattern, edge=end), sea=sea),
    )
    return let_fall(stage, props.standing(stage, drawn, end))


def outdoors_end(stage: Stage) -> float:
    """The row above which more is seen of what lies beyond the ground than of the ground."""
    place = PLACES[stage.scene.setting]
    if stage.scene.setting in SHORES_OF_SEA and stage.scene.backdrop in ("", "sea"):
        return stage.camera.row(WATERLINE * stage.camera.focus)
    return max(_edge(stage, place), stage.camera.row(0.5 * sum(place.fade) * stage.camera.focus))


def _edge(stage: Stage, place: Place) -> float:
    """The row where the ground ends: at the horizon, or where it was built to."""
    camera = stage.camera
    if not place.edge:
        return camera.horizon
    if stage.stance.present and not stage.stance.grounded:
        return 0.86 * camera.height
    depth = camera.focus + place.edge * stage.stance.extent * camera.pixel
    return float(min(camera.row(depth), camera.contact_row - 0.06 * camera.height))


def ground_of(stage: Stage, place: Place) -> str:
    """The surface asked for, or one of the place's own."""
    return stage.scene.surface or _one(place.surfaces, stage, 20)


def _one(choices: tuple[_Choice, ...], stage: Stage, stream: int) -> _Choice:
    return choices[int(stage.rng(stream).integers(len(choices)))]


def _tile(stage: Stage, name: str, yaw: float) -> Tile:
    """The ground's material in the season's colour, wet where it rains."""
    scene = stage.scene
    colour: Colour | None = scene.surface_colour
    if colour is None and name == "lawn":
        colour = GRASS.get(season_of(scene))
    if colour is None and name == "leaf litter" and scene.season != "autumn":
        colour = _OLD_LEAVES
    if colour is None and scene.setting == "terrace":
        colour = _TERRACE.get(name)
    make: Callable[..., Tile] = build_floor if name in WOODS or name == "tiles" else build
    tile = make(name, colour, stage.rng(12), stage.texels, stage.camera.pixel, lit=ray(stage, yaw))
    if scene.wet or scene.weather == "rain":
        return wetted(tile, stage.rng(40), paved=name in _PAVED)
    return tile if name in _PAVED else replace(tile, gloss=0.0)


def wetted(tile: Tile, rng: np.random.Generator, *, paved: bool) -> Tile:
    """Ground after rain: darker, and on stone a film that mirrors, with puddles."""
    if not paved:
        return replace(
            tile, colour=tile.colour * np.float32(0.72), gloss=max(tile.gloss, 0.16), roughness=0.6
        )
    texels = tile.colour.shape[0]
    pools = smoothstep(0.1, 1.1, noise(rng, texels, 0.55 * texels, 0.03 * texels, slope=1.4))
    film = as_field(0.48 + 0.52 * pools)
    dark = (0.66 - 0.20 * pools)[..., None]
    return replace(tile, colour=as_field(tile.colour * dark), gloss=0.85, roughness=0.24, polish=film)


def _dress(stage: Stage, yaw: float, name: str, *, sea: bool) -> Hook:
    """What changes the ground's reflectance before it is lit."""
    setting = stage.scene.setting
    layers: list[Hook] = []
    if name == "asphalt" and setting == "parking":
        layers.append(functools.partial(paint_lines, stage, yaw))
    if name == "asphalt" and setting == "street":
        layers.append(functools.partial(paint_kerb, stage, yaw))
    if name == "sand" and setting == "desert":
        layers.append(functools.partial(rippled, stage))
    if sea:
        layers.append(functools.partial(wet_shore, stage))
    layers.append(functools.partial(varied, stage))
    if season_of(stage.scene) == "winter" and name != "snow":
        layers.append(functools.partial(snow_patches, stage))
    return _in_turn(layers)


def _overlay(stage: Stage, behind: Radiance, name: str, strewn: Hook | None, *, sea: bool) -> Hook:
    """What lies or grows on the lit ground, props among it, and the air before it."""
    layers: list[Hook] = []
    if sea:
        layers.append(functools.partial(draw_sea, stage, behind))
    if name == "lawn" and stage.scene.setting in _GREEN:
        layers.append(functools.partial(draw_grass, stage))
    layers.append(functools.partial(draw_litter, stage, name))
    if strewn is not None:
        layers.append(strewn)
    layers.append(functools.partial(haze_ground, stage))
    return _in_turn(layers)


def _in_turn(layers: list[Hook]) -> Hook:
    def hook(ground: Radiance, first: int) -> Radiance:
        for layer in layers:
            ground = layer(ground, first)
        return ground

    return hook


def _lit_mean(stage: Stage, tile: Tile, name: str) -> Rgb:
    mean = tile.colour[::16, ::16].reshape(-1, 3).mean(axis=0)
    total = rgb(stage.light.key) + rgb(stage.light.ambient)
    grown = 1.45 if name == "lawn" and stage.scene.setting in _GREEN else 1.0
    lit = grown * mean * total * (1.0 - 0.8 * stage.light.pool)
    return triple(lit)
