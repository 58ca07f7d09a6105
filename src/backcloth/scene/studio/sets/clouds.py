"""Above the clouds: banks of cloud, one behind the other, under an open sky."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.far import finish, outdoors, small_size
from backcloth.scene.studio.floor import shadows_of
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.props import dress as props
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.weather import DARK, SKY_OF_LIGHT, air_colour, let_fall, sky_of, under

_BANKS = 8
_PUFFS = 22
"""Rows of cloud from the horizon to the plate's foot, and the puffs in each."""


def draw_clouds(stage: Stage) -> Radiance:
    """The sky, and for a subject that stands a bed of cloud under it."""
    stage = replace(stage, light=under(stage.light, stage.scene.weather, stage.scene.shadow))
    camera, stance = stage.camera, stage.stance
    behind = outdoors(stage, "", None, radius=0.5 * stage.bokeh, lowest=0.2)
    behind = props.behind(stage, behind, camera.contact_row)
    if stance.present and not stance.grounded:
        return let_fall(stage, props.hanging(stage, behind, camera.height))
    size = small_size(stage)
    small = as_field(cv2.resize(behind, size, interpolation=cv2.INTER_AREA))
    bed = finish(stage, _bed(stage, small), 0.40 * stage.bokeh)
    shadows = shadows_of(stage)
    dark = 1.0 - (1.0 - 0.22 * shadows.cast) * (1.0 - 0.45 * shadows.ambient) * (1.0 - 0.5 * shadows.contact)
    soft = cv2.GaussianBlur(as_field(dark), (0, 0), 0.006 * camera.height + 0.5)
    shade = rgb((0.72, 0.80, 0.95))
    drawn = as_field(bed * (1.0 - soft[..., None] * (1.0 - 0.35 * shade)))
    return let_fall(stage, props.hanging(stage, drawn, camera.contact_row))


def _bed(stage: Stage, sky: Radiance) -> Radiance:
    """Banks drawn from the horizon towards the camera, each paler and smaller the farther it is."""
    rng, camera = stage.rng(12), stage.camera
    height, width = sky.shape[:2]
    scale = height / camera.height
    start = max(camera.horizon, 0.2 * camera.height) * scale
    foot = max(camera.contact_row * scale, start + 0.2 * height)
    rough = noise(stage.rng(13), 512, 70, 11, slope=1.5)
    lit, shaded = _colours(stage)
    air = rgb(air_colour(stage))
    out = sky
    for index in range(_BANKS):
        near = (index + 1) / _BANKS
        base = start + (1.25 * foot - start) * near**1.5
        radius = height * (0.016 + 0.150 * near**1.3)
        bank = np.full((height, width), -1e3, np.float32)
        light = np.zeros((height, width), np.float32)
        for _puff in range(_PUFFS):
            x = float(rng.uniform(-0.1, 1.1)) * width
            size = radius * float(rng.lognormal(0.0, 0.35))
            y = base - 0.35 * size * float(rng.random())
            _puffed(bank, light, (x, y), size, stage.key.side, rough)
        rows = np.arange(height, dtype=np.float32)[:, None]
        filled = np.maximum(bank, as_field(np.broadcast_to((rows - base) / radius * 0.8, bank.shape)))
        cover = smoothstep(-0.10, 0.16, as_field(filled))
        shown = np.clip(light - 0.10 * smoothstep(0.0, 2.0, as_field((rows - base) / radius)), 0.0, 1.0)
        colour = shaded + (lit - shaded) * shown[..., None]
        veil = 0.78 * (1.0 - near) ** 1.6
        out = mix(out, as_field(colour * (1.0 - veil) + air * veil), cover)
    return out


def _puffed(
    bank: Field, light: Field, centre: tuple[float, float], size: float, side: float, rough: Field
) -> None:
    """Adds one puff: where it is the nearest to the camera it gives its light, brightest at top and key."""
    height, width = bank.shape
    reach = int(1.5 * size) + 2
    top, bottom = max(int(centre[1]) - reach, 0), min(int(centre[1]) + reach, height)
    left, right = max(int(centre[0]) - reach, 0), min(int(centre[0]) + reach, width)
    if top >= bottom or left >= right:
        return
    y = (np.arange(top, bottom, dtype=np.float32)[:, None] - centre[1]) / size
    x = (np.arange(left, right, dtype=np.float32)[None, :] - centre[0]) / size
    torn = rough[np.ix_(np.arange(top, bottom) % 512, np.arange(left, right) % 512)]
    inside = as_field(1.0 - np.sqrt(x * x + 1.25 * y * y) + 0.12 * torn)
    bright = as_field(np.clip(0.50 - 0.72 * y + 0.34 * side * x + 0.10 * torn, 0.0, 1.0))
    share = smoothstep(-0.06, 0.45, as_field(inside - np.maximum(bank[top:bottom, left:right], 0.0) * 0.6))
    light[top:bottom, left:right] += (bright - light[top:bottom, left:right]) * share
    np.maximum(bank[top:bottom, left:right], inside, out=bank[top:bottom, left:right])


def _colours(stage: Stage) -> tuple[Radiance, Radiance]:
    """(lit, shaded) light of cloud: white by day, the sky's own colours at dusk and night."""
    sky = sky_of(stage.scene.light, stage.scene.weather)
    arriving = rgb(stage.light.key) + rgb(stage.light.ambient)
    if SKY_OF_LIGHT[stage.scene.light] in DARK:
        return as_field(rgb(sky.lit) * 1.3), as_field(rgb(sky.shade))
    shade = 0.40 * rgb(sky.shade) + 0.34 * rgb((0.66, 0.72, 0.84)) * arriving
    return as_field(0.96 * arriving), as_field(shade)
