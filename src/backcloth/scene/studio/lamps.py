"""Lamps, lit windows and neon signs: points of light that a lens turns into blur circles."""

from __future__ import annotations

import math

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, Rgb, rgb, smoothstep
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour

_WARM: tuple[Rgb, ...] = ((1.0, 0.58, 0.22), (1.0, 0.74, 0.42), (1.0, 0.86, 0.66), (1.0, 0.40, 0.14))
_TOWN: tuple[Rgb, ...] = (*_WARM, (0.70, 0.84, 1.0), (1.0, 0.16, 0.08), (0.25, 0.9, 0.55))
_NEON: tuple[Rgb, ...] = ((1.0, 0.10, 0.55), (0.10, 0.75, 1.0), (0.45, 0.16, 1.0), (1.0, 0.30, 0.20))

LONGEST = 420
"""Longest side that the far background, with its lamps, is computed at."""

_RIM = 3
"""Columns at the rim without lamps: the blur would repeat one there outwards, as a streak."""

_BUILT = frozenset({"street", "parking", "city", "terrace"})


def palette(stage: Stage) -> tuple[Rgb, ...]:
    """Colours of the lamps of a stage's light, the one asked for first."""
    scene = stage.scene
    if scene.light_colour is not None:
        asked = _pure(scene.light_colour)
        other = _pure(scene.second_colour or scene.light_colour)
        return (asked, other, *_NEON[:2]) if scene.light == "neon" else (asked, other, *_WARM[:2])
    return _NEON if stage.scene.light == "neon" else _TOWN


def _pure(colour: Colour) -> Rgb:
    """A colour as bright as a lamp may be."""
    own = surface_colour(colour.rgb)
    top = max(*own, 1e-3)
    return (own[0] / top, own[1] / top, own[2] / top)


def draw_lamps(stage: Stage, elevation: Field, sky: Field, rng: np.random.Generator) -> Radiance:
    """What shines along the horizon of a dark town, park or shore.

    Args:
        stage: The picture.
        elevation: (H, W) radians; rows are level.
        sky: (H, W) share of open sky, where no window is.
        rng: Draws the lamps.

    Returns:
        (H, W, 3) light to add before the lens blurs it.
    """
    out = np.zeros((*elevation.shape, 3), np.float32)
    built = stage.scene.setting in _BUILT or stage.scene.backdrop in ("city", "street", "window", "lights")
    colours = palette(stage)
    if built:
        _windows(out, elevation, sky, rng)
        _street_lamps(out, elevation, rng, colours)
    count = 60 if built else 16
    for _lamp in range(count):
        up = abs(float(rng.normal(0.0, 0.05 if built else 0.012))) + 0.003
        colour = colours[int(rng.integers(len(colours)))]
        _dot(out, elevation, sky, (up, float(rng.random())), rgb(colour) * float(rng.lognormal(2.4, 0.9)))
    # A lamp is one pixel before the lens blurs it; the fewer pixels there are, the less light is one of them.
    out *= np.float32((max(elevation.shape) / LONGEST) ** 2)
    if built and stage.scene.light == "neon":
        _signs(out, elevation, rng, colours)
    return out


def glow(stage: Stage, elevation: Field) -> Radiance:
    """(H, W, 3) factor of the lamps' light on walls and trees: strongest low down, coloured by neon."""
    low = np.exp(-np.maximum(elevation, 0.0) / 0.09)
    if stage.scene.light != "neon":
        return np.asarray(low[..., None] * rgb((0.30, 0.19, 0.09)), np.float32)
    first, second = palette(stage)[:2]
    across = np.linspace(0.0, 1.0, elevation.shape[1], dtype=np.float32)[None, :, None]
    if stage.key.side > 0:
        across = 1.0 - across
    colour = rgb(first) * (1.0 - across) + rgb(second) * across
    return np.asarray((0.10 + 0.42 * low)[..., None] * colour, np.float32)


def _row(elevation: Field, up: float) -> int:
    return int(np.searchsorted(-elevation[:, 0], -up))


def _dot(out: Radiance, elevation: Field, sky: Field, at: tuple[float, float], light: Radiance) -> None:
    height, width = sky.shape
    row, column = _row(elevation, at[0]), int(at[1] * width)
    if 0 < row < height and _RIM <= column < width - _RIM and sky[row, column] < 0.3:
        out[row, column] += light


def _windows(out: Radiance, elevation: Field, sky: Field, rng: np.random.Generator) -> None:
    """Floors of lit windows: some blocks of a few by a few, most panes of one colour."""
    for _block in range(14):
        start, up = float(rng.uniform(-0.05, 1.0)), float(rng.uniform(0.03, 0.30))
        step, floor = float(rng.uniform(0.012, 0.022)), float(rng.uniform(0.016, 0.026))
        colour = rgb(_WARM[int(rng.integers(3))]) if rng.random() < 0.75 else rgb((0.8, 0.92, 1.0))
        for index in range(int(rng.integers(6, 26))):
            if rng.random() < 0.45:
                place = (up + floor * (index // 5), start + step * (index % 5))
                _dot(out, elevation, sky, place, colour * float(rng.lognormal(0.9, 0.5)))


def _street_lamps(
    out: Radiance, elevation: Field, rng: np.random.Generator, colours: tuple[Rgb, ...]
) -> None:
    """A row of lamps that comes closer along one side of the street."""
    vanishing = float(rng.uniform(0.25, 0.75))
    for side in (-1.0, 1.0):
        colour = rgb(colours[int(rng.integers(min(3, len(colours))))])
        for index in range(7):
            near = 1.0 / (7.4 - index)
            column = vanishing + side * 0.55 * near * 1.9
            up = 0.02 + 0.30 * near
            if 0.02 <= column < 0.98:
                row = _row(elevation, up)
                if 0 < row < out.shape[0]:
                    out[row, int(column * out.shape[1])] += colour * (22.0 + 160.0 * near)


def _signs(out: Radiance, elevation: Field, rng: np.random.Generator, colours: tuple[Rgb, ...]) -> None:
    """Neon signs: short bars of even light on the walls, upright and level."""
    height, width = elevation.shape
    for index in range(11):
        colour = rgb(colours[index % len(colours)])
        row = _row(elevation, float(rng.uniform(0.03, 0.26)))
        column = int(rng.uniform(0.05, 0.85) * width)
        upright = rng.random() < 0.6
        long, thick = int(width * rng.uniform(0.03, 0.10)), max(1, round(0.006 * width))
        tall, wide = (long, thick) if upright else (thick, long)
        if 0 < row < height:
            out[max(row - tall, 0) : row, column : column + wide] += colour * float(rng.uniform(2.0, 5.0))


def bokeh(stage: Stage, size: tuple[int, int]) -> Radiance:
    """A dark place full of lamps, each one blur circle: warm ones, some cool, large and small.

    Args:
        stage: The picture; its light's colour tints the lamps.
        size: (width, height) of the small picture.
    """
    rng = stage.rng(24)
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    base = rgb((0.010, 0.007, 0.006)) if stage.scene.light != "neon" else rgb((0.014, 0.010, 0.028))
    out = np.ones((height, width, 3), np.float32) * base
    side = math.sqrt(width * height)
    colours = palette(stage)
    weights = np.asarray([3.0, 3.0, 2.0, 1.0, *([0.45] * (len(colours) - 4))][: len(colours)])
    for _haze in range(5):
        colour = rgb(colours[int(rng.choice(len(colours), p=weights / weights.sum()))])
        centre = rng.uniform(0, 1, 2) * (width, height)
        away = ((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (0.30 * side) ** 2
        out += (0.022 * np.exp(-away))[..., None] * colour
    for index in range(70):
        colour = rgb(colours[int(rng.choice(len(colours), p=weights / weights.sum()))])
        small = index < 42
        radius = side * float(rng.uniform(0.010, 0.024) if small else rng.uniform(0.030, 0.062))
        level = float(rng.lognormal(-0.9 if small else -1.7, 0.5))
        column, row = float(rng.uniform(0, width)), height * (0.05 + 0.85 * float(rng.random()))
        distance = np.sqrt((x - column) ** 2 + (y - row) ** 2) / radius
        rim = 0.82 + 0.30 * smoothstep(0.55, 0.98, distance)
        out += (level * rim * smoothstep(1.0 + 0.9 / radius, 1.0 - 0.9 / radius, distance))[
            ..., None
        ] * colour
    return np.asarray(out, np.float32)
