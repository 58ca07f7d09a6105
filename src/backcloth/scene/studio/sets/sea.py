"""A shore: wet sand, foam, shallow and deep water up to the horizon."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile, lay
from backcloth.scene.studio.tone import surface_colour
from backcloth.scene.studio.weather import SKY_OF_LIGHT, WEATHERS

_SHALLOW = (92, 178, 184)
_DEEP = (34, 104, 146)
_DULL = {"overcast": 0.5, "sunset": 0.6, "golden": 0.25}
"""How far lights take the sea's colour to a grey."""

_GREY = (0.80, 1.04, 1.16)
"""Hue of the sea under a dull sky."""


WATERLINE = 2.4
"""Depth of a beach's waterline in multiples of the subject's."""


def shore(stage: Stage, first: int, near: float = WATERLINE) -> tuple[Field, Field]:
    """How far ground points lie beyond the waterline, and how deep they lie in the view.

    Args:
        stage: The picture.
        first: Row from which down points are looked at.
        near: Depth of the waterline in multiples of the subject's; it wobbles along the shore.

    Returns:
        (rows, W) distance in the subject's extents, negative on land, and (rows, 1) depth in metres.
    """
    camera = stage.camera
    depth = camera.depth(np.arange(first, camera.height, dtype=np.float32) + 0.5)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - camera.width / 2) * depth / camera.focal
    rng = stage.rng(51)
    phase = rng.uniform(0, 2 * np.pi, 3)
    unit = stage.stance.extent * camera.pixel
    wobble = 0.30 * np.sin(x / (2.1 * unit) + phase[0]) + 0.13 * np.sin(x / (0.8 * unit) + phase[1])
    slant = float(rng.uniform(-0.25, 0.25)) * x / unit
    line = camera.focus * near + unit * (wobble + slant)
    return np.asarray((depth - line) / unit, np.float32), depth


def wet_shore(
    stage: Stage, ground: Radiance, first: int, *, near: float = WATERLINE, reach: float = 1.5
) -> Radiance:
    """Ground is dark up to `reach` extents from the waterline, where waves were; `near` as in `shore`."""
    beyond, _depth = shore(stage, first, near)
    wet = smoothstep(-reach, -0.23 * reach, beyond)
    return np.asarray(ground * (1.0 - 0.48 * wet)[..., None], np.float32)


def draw_sea(stage: Stage, behind: Radiance, ground: Radiance, first: int) -> Radiance:
    """Water beyond the waterline, reflecting the sky more towards the horizon, with foam along the shore."""
    camera = stage.camera
    beyond, depth = shore(stage, first)
    arriving = rgb(stage.light.key) + rgb(stage.light.ambient)
    named = stage.scene.backdrop_colour
    shallow = rgb(surface_colour(named.rgb if named else _SHALLOW))
    deep = shallow * rgb((0.40, 0.55, 0.72)) if named else rgb(surface_colour(_DEEP))
    if not named:
        dull = max(WEATHERS[stage.scene.weather].grey, _DULL.get(stage.scene.light, 0.0))
        shallow, deep = _greyed(shallow, 0.6 * dull), _greyed(deep, 0.6 * dull)
    share = smoothstep(0.3, 9.0, beyond)
    water = (shallow + (deep - shallow) * share[..., None]) * arriving
    rows = np.clip(2 * camera.horizon - np.arange(first, camera.height), 0, camera.height - 1).astype(np.intp)
    mirrored = behind[rows]
    grazing = np.clip((camera.focal * camera.rise / depth) / camera.focal, 0.0, 1.0)
    fresnel = 0.04 + 0.62 * (1.0 - np.sqrt(grazing)) ** 3
    waves = _waves(stage, first)
    mirror_share = np.clip(fresnel * (1.0 + 0.5 * waves), 0.0, 0.85)
    water = mix(np.asarray(water * (1.0 + 0.16 * waves)[..., None], np.float32), mirrored, mirror_share)
    foam = _foam(stage, beyond, first)
    white = 0.86 * arriving * np.ones_like(ground)
    wet_glow = smoothstep(-1.2, -0.05, beyond) * smoothstep(0.3, -0.05, beyond) * 0.22
    out = mix(ground, mirrored, np.asarray(wet_glow, np.float32))
    out = mix(out, np.asarray(water, np.float32), smoothstep(-0.02, 0.06, beyond))
    dark = SKY_OF_LIGHT[stage.scene.light] in ("dusk", "night")
    return mix(out, white, foam * (0.6 if dark else 0.92))


def _greyed(colour: Field, share: float) -> Field:
    """A colour of the sea as it is under a dull sky."""
    return as_field(colour * (1.0 - share) + float(colour.mean()) * rgb(_GREY) * share)


def sea_view(stage: Stage, sky: Radiance, lowest: float = 0.0) -> Radiance:
    """Open water below the horizon of a sky, for behind a table: one soft gradient.

    Args:
        stage: The picture.
        sky: (H, W, 3) light of the sky.
        lowest: Share of the plate's height below which the horizon is put at least, as in `sky`.
    """
    camera = stage.camera
    horizon = max(camera.horizon, lowest * camera.height)
    first = int(np.clip(horizon, 0, camera.height))
    rows = np.arange(first, camera.height, dtype=np.float32)
    if rows.size == 0:
        return sky
    share = smoothstep(0.0, 0.30 * camera.height, rows - horizon)[:, None]
    arriving = rgb(stage.light.key) + rgb(stage.light.ambient)
    shallow, deep = rgb(surface_colour(_SHALLOW)) * arriving, rgb(surface_colour(_DEEP)) * arriving
    water = deep + (shallow - deep) * share[..., None]
    mirrored = sky[np.clip(2 * first - np.arange(first, camera.height), 0, camera.height - 1)]
    out = sky.copy()
    water = np.broadcast_to(water, mirrored.shape)
    out[first:] = mix(np.asarray(water, np.float32), mirrored, np.asarray(0.34 - 0.24 * share, np.float32))
    soft = max(1, int(0.12 * stage.bokeh)) * 2 + 1
    return as_field(cv2.blur(out, (1, soft), borderType=cv2.BORDER_REPLICATE))


def _waves(stage: Stage, first: int) -> Field:
    camera = stage.camera
    field = noise(stage.rng(52), 512, 120, 5, slope=0.9, stretch=3)
    side = 9.0 * stage.stance.extent * camera.pixel
    tile = Tile(np.repeat(field[..., None], 3, axis=2), side)
    return lay(tile, camera, (first, camera.height), yaw=0.08, offset=(0.3 * side, 0.7 * side))[..., 0]


def _foam(stage: Stage, beyond: Field, first: int) -> Field:
    """Lines of foam at the waterline and on the first breakers, torn by noise."""
    camera = stage.camera
    field = noise(stage.rng(53), 512, 60, 4, slope=0.7, stretch=1.6)
    side = 2.6 * stage.stance.extent * camera.pixel
    tile = Tile(np.repeat(field[..., None], 3, axis=2), side)
    torn = lay(tile, camera, (first, camera.height), yaw=0.0, offset=(0.1 * side, 0.2 * side))[..., 0]
    edge = np.exp(-(((beyond - 0.10) / 0.10) ** 2)) * smoothstep(-1.2, 0.6, torn)
    lace = smoothstep(1.1, 0.1, beyond) * smoothstep(0.0, 0.12, beyond) * smoothstep(0.2, 1.3, torn) * 0.8
    breaker = np.exp(-(((beyond - 2.1 - 0.22 * torn) / 0.22) ** 2)) * smoothstep(-0.6, 0.8, torn)
    second = 0.6 * np.exp(-(((beyond - 5.2 - 0.5 * torn) / 0.4) ** 2)) * smoothstep(0.0, 1.0, torn)
    return np.asarray(np.clip(edge + lace + breaker + second, 0.0, 1.0), np.float32)
