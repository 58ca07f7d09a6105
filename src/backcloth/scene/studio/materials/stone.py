"""Marble, slate, terrazzo and travertine."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.relief import relief
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile


def marble(rng: np.random.Generator, texels: int, side: float, base: Rgb, vein: Rgb) -> Tile:
    """Polished marble: cloudy stone crossed by veins that branch, fade and sharpen.

    Veins are the zero lines of a noise field whose coordinates are themselves pushed about by noise
    (domain warping; Perlin, An Image Synthesizer, 1985), narrow where a second field says so.
    """
    metre = texels / side
    push_x = noise(rng, texels, 0.9 * metre, 0.03 * metre, slope=2.0) * (0.060 * metre)
    push_y = noise(rng, texels, 0.9 * metre, 0.03 * metre, slope=2.0) * (0.060 * metre)
    cloud = _slanted(noise(rng, texels, 0.8 * metre, 0.01 * metre, slope=1.5, stretch=3), 1)
    presence = smoothstep(-0.6, 1.4, noise(rng, texels, 0.7 * metre, 0.15 * metre, slope=1.2))
    bold = warp(
        _slanted(noise(rng, texels, 1.2 * metre, 0.20 * metre, slope=1.6, stretch=5), 1), push_x, push_y
    )
    fine = warp(
        _slanted(noise(rng, texels, 0.6 * metre, 0.07 * metre, slope=1.5, stretch=3), 1), push_y, push_x
    )
    cross = warp(
        _slanted(noise(rng, texels, 0.9 * metre, 0.20 * metre, slope=1.7, stretch=4), -1), push_x, push_y
    )
    veins = (
        _vein(bold, 0.020, 0.8) * (0.3 + 0.7 * presence)
        + 0.34 * _vein(bold + 0.1 * cloud, 0.30, 1.5) * presence
    )
    veins += 0.40 * _vein(fine, 0.030, 0.9) * presence**2 + 0.22 * _vein(cross, 0.016, 0.9) * (1.0 - presence)
    colour = rgb(base) * (1.0 + 0.035 * cloud)[..., None]
    colour = mix(colour, np.broadcast_to(rgb(vein), colour.shape), np.clip(veins * 0.85, 0.0, 1.0))
    colour *= (1.0 + 0.012 * noise(rng, texels, 0.01 * metre, 2.0, slope=0.2))[..., None]
    return Tile(np.maximum(colour, 0.0), side, gloss=0.34, roughness=0.22)


def _slanted(field: Field, shear: int) -> Field:
    """The periodic field sheared by 45 degrees, which keeps it periodic."""
    texels = field.shape[0]
    axis = np.arange(texels)
    return np.asarray(field[(axis[:, None] + shear * axis[None, :]) % texels, axis[None, :]], np.float32)


def _vein(field: Field, width: float, fall: float) -> Field:
    return np.asarray(np.exp(-np.power(np.abs(field) / width, fall)), np.float32)


def slate(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """Split slate: stepped layers, matt, darker in the clefts."""
    metre = texels / side
    height = noise(rng, texels, 0.30 * metre, 0.004 * metre, slope=1.5)
    steps = np.tanh(3.0 * (height * 2.0 - np.round(height * 2.0))) * 0.5 + np.round(height * 2.0)
    rough = noise(rng, texels, 0.02 * metre, 2.0, slope=0.7)
    tone = 1.0 + 0.13 * noise(rng, texels, 0.5 * metre, 0.01 * metre, slope=1.2) + 0.05 * rough
    shade = relief(steps, 0.22) * relief(rough, 0.05)
    return Tile(np.maximum(rgb(base) * (tone * shade)[..., None], 0.0), side, gloss=0.06, roughness=0.7)


def terrazzo(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """Chips of many colours in cement, ground flat and polished."""
    metre = texels / side
    colour = np.broadcast_to(rgb(base), (texels, texels, 3)).copy()
    colour *= (1.0 + 0.03 * noise(rng, texels, 0.2 * metre, 2.0, slope=0.8))[..., None]
    palette = np.asarray(
        [(0.66, 0.60, 0.52), (0.28, 0.25, 0.23), (0.55, 0.32, 0.22), (0.75, 0.74, 0.70), (0.30, 0.36, 0.36)],
        np.float32,
    )
    for size, share in ((0.020, 0.10), (0.010, 0.12), (0.005, 0.10)):
        pick = noise(rng, texels, size * metre * 1.3, size * metre * 0.7, slope=0.0)
        level = np.quantile(pick[::8, ::8], 1.0 - share)
        inside = smoothstep(float(level), float(level) + 0.12, pick)
        tint = noise(rng, texels, size * metre * 6, size * metre * 3, slope=0.0)
        index = np.clip(np.floor((tint + 1.6) / 3.2 * len(palette)), 0, len(palette) - 1).astype(np.intp)
        colour = mix(colour, palette[index], inside)
    return Tile(as_field(cv2.GaussianBlur(colour, (0, 0), 0.6)), side, gloss=0.22, roughness=0.25)
