"""Small flat pictures of things that are strewn: leaves, petals, pebbles, drops, confetti.

Every sprite is (S, S, 4) float32: linear colour times coverage, and coverage. It points along +x.
"""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, rgb, smoothstep
from backcloth.scene.studio.noise import noise

SIDE = 160
"""Pixels of a sprite's side."""

_GREENS: tuple[Rgb, ...] = ((0.16, 0.24, 0.13), (0.12, 0.21, 0.08), (0.21, 0.29, 0.19), (0.10, 0.17, 0.06))
_AUTUMN: tuple[Rgb, ...] = ((0.52, 0.15, 0.02), (0.58, 0.28, 0.03), (0.34, 0.06, 0.02), (0.30, 0.15, 0.05))
_PETALS: tuple[tuple[Rgb, ...], ...] = (
    ((0.70, 0.20, 0.28), (0.76, 0.29, 0.36), (0.62, 0.14, 0.22)),
    ((0.74, 0.32, 0.30), (0.78, 0.42, 0.38), (0.68, 0.24, 0.23)),
    ((0.50, 0.03, 0.05), (0.58, 0.05, 0.07), (0.42, 0.02, 0.04)),
    ((0.76, 0.38, 0.42), (0.80, 0.48, 0.51), (0.72, 0.31, 0.37)),
)
_STONES: tuple[Rgb, ...] = ((0.34, 0.32, 0.29), (0.55, 0.52, 0.47), (0.16, 0.16, 0.17), (0.62, 0.60, 0.57))
_PARTY: tuple[Rgb, ...] = (
    (0.80, 0.56, 0.16), (0.76, 0.20, 0.26), (0.10, 0.42, 0.50), (0.86, 0.80, 0.72), (0.46, 0.24, 0.55),
)  # fmt: skip


def _axes() -> tuple[Field, Field]:
    axis = as_field((np.arange(SIDE) + 0.5) / SIDE)
    return axis[None, :], axis[:, None] - np.float32(0.5)


def _finished(colour: Radiance, cover: Field) -> Radiance:
    return as_field(np.dstack([colour * cover[..., None], cover]))


def leaf(rng: np.random.Generator, season: str) -> Radiance:
    """A leaf with a midrib, lighter on one half."""
    u, v = _axes()
    palette = _AUTUMN if season == "autumn" else _GREENS
    base = rgb(palette[int(rng.integers(len(palette)))]) * float(rng.uniform(0.8, 1.25))
    wide = float(rng.uniform(0.13, 0.23))
    v = v - float(rng.uniform(-0.32, 0.32)) * (np.square(u - 0.5) - 0.08)
    share = np.clip((u - 0.11) / 0.87, 0.0, 1.0)
    half = (
        wide * np.abs(np.sin(np.pi * share ** float(rng.uniform(0.75, 0.95)))) ** 0.85 * (1.0 - 0.25 * share)
    )
    away = np.abs(v)
    blade = np.clip((half - away) * SIDE + 0.5, 0.0, 1.0)
    stem = np.clip((0.009 - away) * SIDE + 0.5, 0.0, 1.0) * (u < 0.3) * (u > 0.02)
    rib = np.exp(-np.square(away / (0.006 + 0.006 * (1.0 - share))))
    veins = np.sin(2 * np.pi * (11.0 * share - 16.0 * away)) ** 8
    mottle = noise(rng, SIDE, 70, 8, slope=1.0)
    tone = 1.0 + 0.20 * smoothstep(-0.02, 0.02, as_field(v)) + 0.10 * mottle + 0.10 * veins * (away > 0.012)
    tone = tone * (0.86 + 0.35 * share * (1.0 - share) * 2.0) + 0.55 * rib
    tone = tone * (1.0 - 0.25 * smoothstep(0.75, 1.0, as_field(away / np.maximum(half, 1e-3))))
    warm = 1.0 + 0.5 * rib[..., None] * rgb((0.5, 0.35, 0.1))
    return _finished(as_field(base * tone[..., None] * warm), as_field(np.maximum(blade, stem)))


def petal(rng: np.random.Generator, family: int) -> Radiance:
    """A cupped petal, pale at its foot."""
    u, v = _axes()
    colours = _PETALS[family % len(_PETALS)]
    base = rgb(colours[int(rng.integers(len(colours)))])
    share = np.clip((u - 0.08) / 0.84, 0.0, 1.0)
    notch = float(rng.uniform(0.0, 0.09)) * np.exp(-np.square(v / 0.07))
    half = (
        0.30
        * float(rng.uniform(0.85, 1.1))
        * np.clip(np.sin(np.pi * (share + notch * share) ** 1.5), 0.0, 1.0) ** 0.62
    )
    inside = np.clip((half - np.abs(v)) * SIDE + 0.5, 0.0, 1.0) * (share > 0) * (share < 1.0)
    cover = as_field(cv2.GaussianBlur(as_field(inside), (0, 0), 0.8))
    cup = (
        1.0
        + 0.22 * np.cos(2 * np.pi * (v / 0.62)) * share
        - 0.16 * smoothstep(0.15, 0.32, as_field(np.abs(v)))
    )
    streaks = 1.0 + 0.05 * noise(rng, SIDE, 60, 5, slope=0.6, stretch=6)
    pale = smoothstep(0.34, 0.0, as_field(share))
    colour = base + (rgb((0.84, 0.78, 0.60)) - base) * (0.6 * pale)[..., None]
    return _finished(as_field(colour * (cup * streaks)[..., None]), cover)


def pebble(rng: np.random.Generator, side: float) -> Radiance:
    """A stone seen from the side, lit from `side` (-1 left, 1 right) and above."""
    u, v = _axes()
    x, y = (u - 0.5) / 0.42, v / 0.42
    lump = 0.07 * np.cos(2 * np.arctan2(y, x) + rng.uniform(0, 6)) + 0.04 * np.cos(
        3 * np.arctan2(y, x) + rng.uniform(0, 6)
    )
    radius = np.sqrt(x * x + y * y) * (1.0 + lump)
    deep = np.sqrt(np.clip(1.0 - radius**2.4, 0.0, 1.0))
    facing = 0.52 * x * side - 0.62 * y + 0.58 * deep
    base = rgb(_STONES[int(rng.integers(len(_STONES)))]) * float(rng.uniform(0.85, 1.15))
    grain = 1.0 + 0.07 * noise(rng, SIDE, 50, 4, slope=0.9) + 0.05 * noise(rng, SIDE, 6, 3, slope=0.2)
    light = 0.24 + 0.30 * np.clip(0.5 - 0.5 * y, 0, 1) + 0.62 * np.clip(facing, 0.0, 1.0)
    light = light * (1.0 - 0.45 * smoothstep(0.25, 1.0, as_field(y)))
    cover = np.clip((1.0 - radius) * 0.42 * SIDE + 0.5, 0.0, 1.0)
    return _finished(as_field(base * (light * grain)[..., None]), as_field(cover))


def drop(rng: np.random.Generator) -> Radiance:
    """A drop of water that lies on its back: the ground shows, darker towards the light, bright beyond it.

    The light comes from the sprite's upper left.
    """
    u, v = _axes()
    x, y = (u - 0.5) / 0.38, v / 0.38
    turn = np.arctan2(y, x)
    lump = sum(float(rng.uniform(0, 0.07)) * np.cos(k * turn + float(rng.uniform(0, 6.3))) for k in (2, 3, 4))
    radius = np.sqrt(x * x + y * y) * (1.0 + lump)
    inside = np.clip((1.0 - radius) * 0.38 * SIDE * 0.6 + 0.5, 0.0, 1.0)
    towards = (-0.66 * x - 0.75 * y) / np.maximum(radius, 0.25)
    rim = smoothstep(0.45, 1.0, as_field(radius))
    dark = inside * (0.30 * rim * np.clip(towards, 0, 1) + 0.16 * rim**3 + 0.05)
    glow = inside * 0.42 * smoothstep(0.25, 0.90, as_field(radius)) * np.clip(-towards, 0.0, 1.0) ** 1.6
    spot = np.exp(-(np.square((x + 0.40) / 0.15) + np.square((y + 0.44) / 0.10))) * inside
    white = np.clip(glow + 0.95 * spot, 0.0, 1.0)
    cover = white + dark * (1.0 - white)
    light = as_field(np.repeat(white[..., None], 3, axis=2))
    return as_field(np.dstack([light, cover]))


def scrap(rng: np.random.Generator) -> Radiance:
    """A piece of confetti: a disc or a strip of paper."""
    u, v = _axes()
    colour = rgb(_PARTY[int(rng.integers(len(_PARTY)))])
    if rng.random() < 0.55:
        cover = np.clip((0.42 - np.sqrt(np.square(u - 0.5) + v * v)) * SIDE + 0.5, 0.0, 1.0)
    else:
        cover = np.clip((0.45 - np.abs(u - 0.5)) * SIDE + 0.5, 0, 1) * np.clip(
            (0.17 - np.abs(v)) * SIDE + 0.5, 0, 1
        )
    sheen = 0.9 + 0.35 * smoothstep(0.0, 1.0, as_field(u + 0.4 * v))
    return _finished(as_field(colour * sheen[..., None] * np.ones((SIDE, SIDE, 1))), as_field(cover))
