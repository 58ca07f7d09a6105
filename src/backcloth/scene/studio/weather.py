"""Weather: what it does to the light, to the sky, to the air, and what falls."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, mix, rgb, triple
from backcloth.scene.studio.lens import disc
from backcloth.scene.studio.light import Light
from backcloth.scene.studio.sky import SKIES, Sky
from backcloth.scene.studio.stage import Stage

SKY_OF_LIGHT = {
    "day": "day",
    "bright": "day",
    "soft": "day",
    "morning": "golden",
    "window": "day",
    "overcast": "overcast",
    "golden": "golden",
    "sunset": "sunset",
    "dusk": "dusk",
    "night": "night",
    "neon": "night",
    "warm": "golden",
    "dramatic": "dusk",
}
"""Sky of each light."""

DARK = frozenset({"dusk", "night"})
"""Skies under which lamps and windows are lit."""


@dataclass(frozen=True, slots=True)
class Weather:
    """One weather.

    Attributes:
        key: Share of the key light that comes through the clouds.
        ambient: Factor of the light from everywhere.
        grey: How far the sky's colours move to an even grey, 0..1.
        cover: Share of the sky that clouds take; None for the sky's own.
        reach: Multiples of the subject's depth over which the air swallows 63 % of what is seen.
        far: Share of the air before what stands on the horizon.
    """

    key: float = 1.0
    ambient: float = 1.0
    grey: float = 0.0
    cover: float | None = None
    reach: float = 500.0
    far: float = 0.0


WEATHERS = {
    "": Weather(),
    "clear": Weather(cover=0.0),
    "cloudy": Weather(0.50, 1.15, 0.35, 0.72, 300.0, 0.04),
    "fog": Weather(0.22, 1.30, 0.92, 0.0, 4.5, 0.78),
    "rain": Weather(0.20, 1.10, 0.85, 0.90, 22.0, 0.40),
    "snowfall": Weather(0.25, 1.25, 0.90, 0.85, 16.0, 0.38),
}


_HARD = 0.6
"""Share of the key that a weather lets through at least where a hard shadow was asked for."""


def under(light: Light, weather: str, shadow: str = "auto") -> Light:
    """A light as a weather lets it through; at night lamps shine whatever falls.

    Args:
        light: In clear weather.
        weather: Its name.
        shadow: As `Scene.shadow`: a hard one that was asked for keeps the light's edge.
    """
    here = WEATHERS[weather]
    if shadow == "hard":
        here = replace(here, key=max(here.key, _HARD))
    if here.key == 1.0 or SKY_OF_LIGHT.get(light.name) == "night":
        return light
    key, ambient = rgb(light.key), rgb(light.ambient)
    lost = key * (1.0 - here.key)
    tint = 0.5 * lost + 0.5 * float(lost.mean())
    even = ambient + 0.45 * here.grey * (float(ambient.mean()) - ambient)
    filled = here.ambient * even + 0.62 * tint
    return replace(
        light,
        key=triple(key * here.key),
        ambient=triple(filled),
        softness=light.softness if shadow == "hard" else max(light.softness, 0.3 if here.key > 0.4 else 0.6),
    )


def sky_of(light: str, weather: str) -> Sky:
    """The sky at a light's time of day in a weather."""
    sky, here = SKIES[SKY_OF_LIGHT[light]], WEATHERS[weather]
    if here.grey > 0:
        dull = SKIES["overcast"]
        low = float(np.mean(sky.stops[:2])) / float(np.mean(dull.stops[:2]))
        whole = float(np.mean(sky.stops)) / float(np.mean(dull.stops))
        dark = SKY_OF_LIGHT[light] in DARK
        level = 0.6 * whole if dark else low
        even = [rgb(colour) * level for colour in dull.stops]
        if dark:  # lamps light a dull sky from below
            even = [colour * fall for colour, fall in zip(even, (1.35, 1.15, 0.8, 0.55), strict=True)]
        tint = np.asarray(sky.stops[1], np.float32) / float(np.mean(sky.stops[1]))
        even = [colour * (0.88 + 0.12 * tint) for colour in even]
        stops = [
            rgb(own) * (1 - here.grey) + grey * here.grey for own, grey in zip(sky.stops, even, strict=True)
        ]
        shade = rgb(sky.shade) * (1 - here.grey) + rgb(dull.shade) * level * here.grey
        lit = rgb(sky.lit) * (1 - here.grey) + rgb(dull.lit) * level * here.grey
        first, second, third, fourth = (triple(colour) for colour in stops)
        sky = replace(
            sky,
            stops=(first, second, third, fourth),
            glow=triple(rgb(sky.glow) * (1 - here.grey) ** 2),
            lit=triple(lit),
            shade=triple(shade),
        )
    return sky if here.cover is None else replace(sky, cover=here.cover)


def air_colour(stage: Stage) -> Rgb:
    """Light that haze and fog send to the camera: the sky's near the horizon, paler than it."""
    low = np.mean(np.asarray(sky_of(stage.scene.light, stage.scene.weather).stops[:2], np.float32), axis=0)
    return triple(0.40 * low + 0.60 * float(low.mean()))


def haze_ground(stage: Stage, ground: Radiance, first: int) -> Radiance:
    """Lit ground as it is seen through the air: each row by its depth."""
    here, camera = WEATHERS[stage.scene.weather], stage.camera
    if here.far == 0:
        return ground
    depth = camera.depth(np.arange(first, camera.height, dtype=np.float32) + 0.5) / camera.focus
    share = here.far * (1.0 - np.exp(-np.maximum(depth - 1.0, 0.0) / here.reach))
    return mix(ground, np.broadcast_to(rgb(air_colour(stage)), ground.shape), as_field(share[:, None]))


def haze_far(stage: Stage, seen: Radiance, elevation: Field, sky: Field) -> Radiance:
    """Surroundings as they are seen through the air, denser low down; `sky` is left as it is."""
    here = WEATHERS[stage.scene.weather]
    if here.far == 0:
        return seen
    dense = here.far * (0.84 + 0.16 * np.exp(-np.abs(elevation) / 0.10)) * (1.0 - sky)
    return mix(seen, np.broadcast_to(rgb(air_colour(stage)), seen.shape), as_field(np.minimum(dense, 1.0)))


def let_fall(stage: Stage, picture: Radiance) -> Radiance:
    """Rain or snow between the background and the subject."""
    if stage.scene.weather == "snowfall":
        return _flakes(stage, picture)
    if stage.scene.weather == "rain":
        return _streaks(stage, picture)
    return picture


_LAYERS = (
    (1500, 0.0010, 0.34, 0.5),
    (420, 0.0019, 0.42, 0.6),
    (110, 0.0042, 0.34, 1.0),
    (24, 0.0105, 0.20, 1.0),
)
"""Of flakes: how many, radius as a share of the picture's side, how much each hides, how sizes vary."""


def _flakes(stage: Stage, picture: Radiance) -> Radiance:
    """Flakes in four depths: many small ones far off, few large blur circles close to the lens."""
    rng = stage.rng(63)
    height, width = picture.shape[:2]
    side = math.sqrt(height * width)
    cover = np.zeros((height, width), np.float32)
    for count, size, opacity, spread in _LAYERS:
        layer = np.zeros((height, width), np.float32)
        for _flake in range(count):
            radius = max(0.7, size * side * float(rng.lognormal(0.0, 0.32 * spread)))
            _add(
                layer,
                rng.uniform(0, width),
                rng.uniform(0, height),
                radius,
                opacity * float(rng.uniform(0.5, 1.0)),
            )
        cover = as_field(1.0 - (1.0 - cover) * (1.0 - np.clip(layer, 0.0, 0.95)))
    white = 1.05 * (rgb(stage.light.ambient) + 0.5 * rgb(stage.light.key))
    return mix(picture, np.broadcast_to(white, picture.shape), as_field(cover))


def _add(layer: Field, x: float, y: float, radius: float, opacity: float) -> None:
    """A blur circle of uniform light."""
    kernel = disc(radius)
    stamp = kernel * (opacity / float(kernel.max()))
    reach = stamp.shape[0] // 2
    row, column = int(y), int(x)
    top, left = max(row - reach, 0), max(column - reach, 0)
    bottom, right = min(row + reach + 1, layer.shape[0]), min(column + reach + 1, layer.shape[1])
    if top < bottom and left < right:
        at = layer[top:bottom, left:right]
        part = stamp[top - row + reach : bottom - row + reach, left - column + reach : right - column + reach]
        np.maximum(at, part, out=at)


def _streaks(stage: Stage, picture: Radiance) -> Radiance:
    """Faint slanting streaks: drops that fall through the exposure."""
    rng = stage.rng(64)
    height, width = picture.shape[:2]
    side = math.sqrt(height * width)
    slant = float(rng.uniform(-0.14, 0.14))
    cover = np.zeros((height, width), np.float32)
    for count, length, thick, opacity in ((420, 0.035, 1, 0.10), (130, 0.075, 1, 0.12), (26, 0.15, 2, 0.06)):
        layer = np.zeros((height, width), np.uint8)
        for _drop in range(count):
            x, y = float(rng.uniform(-0.1, 1.1)) * width, float(rng.uniform(-0.2, 1.0)) * height
            run = length * side * float(rng.uniform(0.5, 1.3))
            ends = [(round(x * 16), round(y * 16)), (round((x + slant * run) * 16), round((y + run) * 16))]
            cv2.line(
                layer,
                ends[0],
                ends[1],
                int(rng.integers(90, 255)),
                max(1, round(thick * side / 1000)),
                cv2.LINE_AA,
                4,
            )
        soft = cv2.GaussianBlur(layer.astype(np.float32) / 255.0, (0, 0), 0.7 * thick * max(side / 1000, 0.5))
        cover = np.maximum(cover, opacity * soft)
    bright = rgb(air_colour(stage)) * 1.25 + 0.06
    return mix(picture, np.broadcast_to(bright, picture.shape), as_field(cover))


def snow_light(stage: Stage) -> Radiance:
    """(3,) light of snow under the stage's light."""
    return as_field(rgb((0.86, 0.89, 0.93)) * (rgb(stage.light.key) + rgb(stage.light.ambient)))
