"""The far background: surroundings and sky, out of focus, computed small because it is blurred."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from backcloth.imaging.geometry import shrunk
from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, mix, rgb, smoothstep, triple
from backcloth.scene.studio.environment import SURROUNDINGS, look
from backcloth.scene.studio.lamps import LONGEST, draw_lamps, glow
from backcloth.scene.studio.lens import blur
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.ridges import Land, Range, draw_ranges
from backcloth.scene.studio.season import season_of, snowed, turn
from backcloth.scene.studio.sky import draw_sky
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.weather import DARK, SKY_OF_LIGHT, air_colour, haze_far, sky_of, snow_light

_WIDE = 0.52
"""Share of the focal length that surroundings are seen with: a little more of them fits in."""

_SANDY = {"desert": "dunes"}
"""Settings whose ranges at the horizon are what a backdrop of that name is."""

_DIMMEST = 0.20
"""Exposure that a panorama gets at least before dark ground, as its woods are not as dark as their floor."""

_LIT_SHORES = frozenset({"lake", "water", "beach", "rocks"})
"""Settings in which lamps shine along the far shore at night."""

_LAND: dict[str, Rgb] = {
    "day": (1.0, 0.98, 0.92),
    "overcast": (0.92, 0.97, 1.02),
    "golden": (1.10, 0.84, 0.58),
    "sunset": (0.62, 0.45, 0.37),
    "dusk": (0.20, 0.21, 0.29),
    "night": (0.050, 0.056, 0.085),
}
"""Light on houses and trees under each sky."""

_WOODED: dict[str, Rgb] = {
    "spring": (0.21, 0.27, 0.13),
    "summer": (0.17, 0.23, 0.11),
    "autumn": (0.36, 0.22, 0.10),
}
"""Colour of hills in a season; rock and scrub where none is named."""


def small_size(stage: Stage) -> tuple[int, int]:
    """(width, height) that the far background is computed at."""
    return shrunk(stage.camera.width, stage.camera.height, LONGEST)


def directions(stage: Stage, lowest: float = -0.12) -> tuple[Field, Field]:
    """(elevation, azimuth) in radians for each pixel of the small far background.

    Args:
        stage: The picture.
        lowest: Share of the plate's height below which the horizon is put at least.
    """
    camera = stage.camera
    width, height = small_size(stage)
    focal = camera.focal * _WIDE
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5) * camera.width / focal
    horizon = max(camera.horizon, lowest * camera.height)
    y = (horizon - (np.arange(height, dtype=np.float32) + 0.5) / height * camera.height) / focal
    shape = (height, width)
    return (
        np.ascontiguousarray(np.broadcast_to(np.arctan(y)[:, None], shape)),
        np.ascontiguousarray(np.broadcast_to(np.arctan(x)[None, :], shape)),
    )


def finish(stage: Stage, small: Radiance, radius: float) -> Radiance:
    """The small far background at full size, with a blur circle of `radius` pixels of the plate."""
    camera = stage.camera
    scale = small.shape[1] / camera.width
    soft = blur(small, max(radius * scale, 0.6))
    soft = as_field(cv2.GaussianBlur(soft, (0, 0), 0.9))
    large = cv2.resize(soft, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
    return np.maximum(large, 0.0)


def outdoors(
    stage: Stage,
    around: str,
    ground: Rgb | None,
    *,
    radius: float,
    beyond: tuple[Range, ...] = (),
    lowest: float = -0.12,
) -> Radiance:
    """Surroundings under the sky of the stage's light and weather.

    Args:
        stage: The picture.
        around: Name in SURROUNDINGS, or empty for sky alone.
        ground: Linear colour that the surroundings' own ground is scaled to; None leaves them as they are.
        radius: Blur circle in pixels.
        beyond: What rises at the horizon behind the surroundings.
        lowest: Share of the plate's height below which the horizon is put at least.
    """
    scene = stage.scene
    elevation, azimuth = directions(stage, lowest)
    rng = stage.rng(21)
    name, sky = SKY_OF_LIGHT[scene.light], sky_of(scene.light, scene.weather)
    sun = stage.key.side * (0.22 + 0.5 * float(rng.random()))
    clouds = (scene.clouds or scene.weather == "cloudy") and scene.weather != "clear"
    light = draw_sky(sky, elevation, azimuth, rng, sun_azimuth=sun, clouds=clouds, sun=scene.sun)
    if scene.light == "neon":
        light += 0.35 * glow(stage, elevation)
    open_sky = np.ones(elevation.shape, np.float32)
    if beyond:
        land = _land_of(stage, name, ground)
        if season_of(scene) == "winter":
            beyond = tuple(replace(layer, snow=min(layer.snow, 0.15)) for layer in beyond)
        light, risen = draw_ranges(
            light, beyond, land, elevation, azimuth, stage.rng(27), side=stage.key.side
        )
        open_sky = 1.0 - risen
    if around:
        seen, gap = _land(stage, around, ground, elevation, azimuth, rng)
        light, open_sky = mix(seen, light, gap), as_field(open_sky * gap)
    light = haze_far(stage, light, elevation, open_sky)
    if name in DARK and (around or scene.setting in _LIT_SHORES):
        light = light + draw_lamps(stage, elevation, open_sky, rng)
    return finish(stage, light, radius)


def _land(
    stage: Stage, around: str, ground: Rgb | None, elevation: Field, azimuth: Field, rng: np.random.Generator
) -> tuple[Radiance, Field]:
    """A panorama in the light, season and weather of the stage, and where its sky is open."""
    scene, name = stage.scene, SKY_OF_LIGHT[stage.scene.light]
    panorama = SURROUNDINGS[around]
    heading = panorama.headings[int(rng.integers(len(panorama.headings)))] + float(rng.uniform(-9, 9))
    seen, gap = look(panorama, heading, elevation, azimuth)
    clumps = _clumps(stage, elevation, azimuth)
    seen = turn(np.minimum(seen * _exposure(seen, elevation, ground), 6.0), season_of(scene), clumps)
    tint = np.broadcast_to(rgb(_LAND[name]), seen.shape)
    if ground is not None:
        tint = mix(tint, np.ones_like(seen), smoothstep(0.02, -0.04, elevation))
    seen = as_field(seen * tint)
    if name in DARK:
        seen += 0.45 * (seen.mean(axis=2, keepdims=True) - seen)
        seen += glow(stage, elevation) * (0.05 + 0.10 * seen / max(float(seen.mean()), 1e-3))
    if "snow" in (scene.setting, scene.backdrop) or (
        season_of(scene) == "winter" and scene.weather == "snowfall"
    ):
        seen = snowed(seen, snow_light(stage), elevation, clumps)
    return seen, gap


def _clumps(stage: Stage, elevation: Field, azimuth: Field) -> Field:
    """(H, W) field with mean 0 and variance 1, in patches of about the size of a far tree."""
    field = noise(stage.rng(28), 256, 40, 5, slope=0.8)
    u, v = np.mod(azimuth * 190.0, 256), np.mod(elevation * 260.0, 256)
    return as_field(cv2.remap(field, as_field(u), as_field(v), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def _land_of(stage: Stage, name: str, ground: Rgb | None) -> Land:
    """Colours of ranges at the horizon: of sand in a desert, else of rock and wood."""
    light, tint = stage.light, rgb(_LAND[name])
    whole = (rgb(light.key) + rgb(light.ambient)) * (1.0 if name not in DARK else 0.25)
    if ground is not None and "dunes" in (stage.scene.backdrop, _SANDY.get(stage.scene.setting)):
        own = rgb(ground)
        lit, shaded = own * 1.12, own * rgb((0.60, 0.56, 0.58))
    elif "snow" in (stage.scene.setting, stage.scene.backdrop):
        lit, shaded = rgb((0.36, 0.38, 0.42)) * tint, rgb((0.14, 0.17, 0.22)) * tint
    else:
        lit, shaded = (
            rgb(_WOODED.get(season_of(stage.scene), (0.24, 0.23, 0.19))) * tint,
            rgb((0.085, 0.10, 0.12)) * tint,
        )
    air = rgb(air_colour(stage)) * rgb((0.80, 0.90, 1.02))
    return Land(triple(lit), triple(shaded), triple(0.82 * whole), triple(air))


def indoors(
    stage: Stage,
    around: str,
    *,
    radius: float,
    level: float,
    heading: float | None = None,
    lowest: float = -0.12,
) -> Radiance:
    """A room around the subject.

    Args:
        stage: The picture.
        around: Name in SURROUNDINGS.
        radius: Blur circle in pixels.
        level: Brightness its median is brought to.
        heading: Degrees along the panorama; None draws one.
        lowest: Share of the plate's height below which the horizon is put at least.
    """
    elevation, azimuth = directions(stage, lowest)
    rng = stage.rng(22)
    panorama = SURROUNDINGS[around]
    chosen = panorama.headings[int(rng.integers(len(panorama.headings)))] if heading is None else heading
    seen, _sky = look(panorama, chosen + float(rng.uniform(-6, 6)), elevation, azimuth)
    total = np.asarray(stage.light.key, np.float32) + np.asarray(stage.light.ambient, np.float32)
    tint = total / float(total.mean())
    usual = float(np.median(seen.mean(axis=2)))
    cap = 3.6 * max(usual, 1e-3)
    shown = -np.expm1(seen / -cap) * np.float32(cap * level * stage.light.background / max(usual, 1e-3))
    return finish(stage, shown * tint, radius)


def _exposure(seen: Radiance, elevation: Field, ground: Rgb | None) -> Radiance:
    """The factor that brings the panorama's ground to the colour of the ground drawn before it."""
    if ground is None:
        return np.full(3, 0.32, np.float32)
    floor = seen[(elevation < np.radians(-4)) & (elevation > np.radians(-20))]
    if floor.size == 0:
        return np.full(3, 0.32, np.float32)
    own = np.median(floor.reshape(-1, 3), axis=0)
    wanted = rgb(ground)
    level = max(float(wanted.mean() / own.mean()), _DIMMEST)
    tint = (wanted / own) / level
    below = smoothstep(0.03, -0.05, elevation)[..., None]
    return np.asarray(level * np.clip(tint, 0.72, 1.35) ** (0.12 + 0.38 * below), np.float32)
