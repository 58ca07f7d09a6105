"""Views by procedure, drawn small because they are out of focus: leaves, a curtain."""

from __future__ import annotations

import math

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.season import season_of, turn
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour


def light_on(stage: Stage) -> Radiance:
    """(3,) light on a white backcloth."""
    total = (rgb(stage.light.key) + rgb(stage.light.ambient)) * stage.light.background
    return as_field(total * (1.0 - 0.35 * stage.light.pool))


def grid(size: tuple[int, int]) -> tuple[Field, Field]:
    """(x, y) of each pixel, in shares of the longer side, from the middle."""
    width, height = size
    longest = max(size)
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5 - width / 2) / longest
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5 - height / 2) / longest
    return as_field(np.broadcast_to(x, (height, width))), as_field(np.broadcast_to(y, (height, width)))


def draw_leaves(stage: Stage, size: tuple[int, int]) -> Radiance:
    """Foliage close by with the light behind it: layers of leaves, each layer sharper, and gaps of sky."""
    rng = stage.rng(25)
    width, height = size
    longest = max(size)
    x, y = grid(size)
    depth = noise(rng, 512, 210, 30, slope=1.3)[np.ix_(np.arange(height) % 512, np.arange(width) % 512)]
    glow = np.exp(-((x - 0.25 * stage.key.side) ** 2 + (y + 0.22) ** 2) / 0.14)
    level = 0.05 + 0.30 * glow + 0.05 * smoothstep(-0.6, 1.4, as_field(depth))
    out = as_field(level[..., None] * rgb((0.52, 0.78, 0.20)))
    for index, layer in enumerate(_LAYERS):
        paint, share = _foliage(stage, size, layer, 1.0 - 0.15 * index, rng)
        out = as_field(out * (1.0 - 0.92 * share)[..., None] + 0.92 * paint)
    clumps = noise(stage.rng(28), 512, 130, 20, slope=1.0)
    out = turn(out, season_of(stage.scene), clumps[np.ix_(np.arange(height) % 512, np.arange(width) % 512)])
    for _gap in range(34):
        column, row = float(rng.uniform(-0.5, 0.5)), float(0.85 * rng.random() ** 1.5 - 0.5)
        away = np.sqrt((x - column * width / longest) ** 2 + (y - row * height / longest) ** 2)
        away = as_field(away / float(rng.uniform(0.012, 0.040)))
        disc = smoothstep(1.06, 0.92, away) * (0.8 + 0.25 * smoothstep(0.5, 0.95, away))
        out += (float(rng.uniform(0.05, 0.24)) * disc)[..., None] * rgb((1.0, 1.0, 0.72))
    return as_field(out * light_on(stage) * 1.25)


_LAYERS = ((160, 0.050, 7.0), (110, 0.085, 4.5), (46, 0.15, 3.0))
"""Of leaves, far to near: how many, their length in shares of the longer side, their blur in 1/420 of it."""


def _foliage(
    stage: Stage,
    size: tuple[int, int],
    layer: tuple[int, float, float],
    level: float,
    rng: np.random.Generator,
) -> tuple[Radiance, Field]:
    """One layer of leaves, brighter where the light comes from: (premultiplied light, cover)."""
    width, height = size
    longest = max(size)
    canvas, cover = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    for _leaf in range(layer[0]):
        x, y = float(rng.uniform(-0.05, 1.05)), float(rng.uniform(-0.05, 1.05))
        long = layer[1] * longest * float(rng.lognormal(0.0, 0.3))
        slim, turned = float(rng.uniform(0.34, 0.5)), float(rng.uniform(0, 360))
        shape = ((x * width, y * height), (long, slim * long), turned)
        near = math.exp(-((x - 0.5 - 0.25 * stage.key.side) ** 2 + (y - 0.2) ** 2) / 0.16)
        tone = float(rng.uniform(0.35, 1.0)) * (0.35 + 0.9 * near) * level
        yellow = float(rng.uniform(0.28, 0.62))
        ink = np.clip(255 * tone * np.asarray([0.9 * yellow, 0.62, 0.18 - 0.08 * yellow]), 0, 255)
        cv2.ellipse(canvas, shape, [float(value) for value in ink], -1, cv2.LINE_AA)
        cv2.ellipse(cover, shape, [255.0], -1, cv2.LINE_AA)
    soft = layer[2] * longest / 420
    paint = cv2.GaussianBlur(canvas.astype(np.float32) / 255.0, (0, 0), soft)
    return as_field(paint), as_field(cv2.GaussianBlur(cover.astype(np.float32) / 255.0, (0, 0), soft))


def draw_curtain(stage: Stage, size: tuple[int, int]) -> Radiance:
    """A sheer curtain before a window: light through the cloth, folds that hang and fan out downwards."""
    rng = stage.rng(25)
    x, y = grid(size)
    named = stage.scene.backdrop_colour
    cloth = rgb(surface_colour(named.rgb if named else (238, 232, 222)))
    fan = x * (1.0 - 0.10 * y) + 0.010 * np.sin(3.0 * y + 9.0 * x)
    fold = np.zeros_like(x)
    slope = np.zeros_like(x)
    for length, strength in ((0.19, 1.0), (0.093, 0.8), (0.047, 0.5), (0.024, 0.22)):
        phase = float(rng.uniform(0, 2 * math.pi))
        wander = 1.6 * np.sin(2 * math.pi * fan / (2.7 * length) + float(rng.uniform(0, 6)))
        fold += as_field(strength * np.sin(2 * math.pi * fan / length + phase + wander))
        slope += as_field(strength * np.cos(2 * math.pi * fan / length + phase + wander))
    thick = smoothstep(-1.4, 1.8, as_field(fold))
    side = stage.key.side
    window = np.exp(-(((x - 0.18 * side) / 0.42) ** 2 + ((y + 0.06) / 0.55) ** 2))
    bars = np.minimum(np.abs(x - 0.18 * side), np.abs(y + 0.12))
    through = (0.40 + 0.72 * window) * (1.0 - 0.13 * smoothstep(0.028, 0.010, as_field(bars)) * window)
    tone = through * (1.04 - 0.34 * thick) * (1.0 + 0.055 * slope * side)
    return as_field(cloth * light_on(stage) * tone[..., None])
