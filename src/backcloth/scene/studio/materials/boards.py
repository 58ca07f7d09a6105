"""Sheets and boards: paper, cork, brushed metal, acrylic."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import relief, soften
from backcloth.scene.studio.materials.stamp import draw_strokes
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile


def paper(rng: np.random.Generator, patch: Patch) -> Tile:
    """Matt paper: tooth, cloudy pulp, a few fibres, more of them in a darker sheet."""
    texels, metre = patch.texels, patch.metre
    tooth = noise(rng, texels, 0.0035 * metre, 2.0, slope=0.3)
    pulp = noise(rng, texels, 0.05 * metre, 0.004 * metre, slope=0.8)
    wave = noise(rng, texels, 0.8 * metre, 0.2 * metre, slope=2.0)
    rough = float(rng.uniform(0.3, 1.0))
    count = int((240 if float(np.mean(patch.base)) > 0.5 else 1100) * rng.uniform(0.4, 1.2))
    canvas = np.full((texels, texels, 1), 128, np.uint8)
    start = rng.uniform(0, texels, (count, 1, 2))
    turn = np.cumsum(rng.normal(0.0, 0.7, (count, 3)), axis=1) + rng.uniform(0, 2 * np.pi, (count, 1))
    step = metre * rng.uniform(0.0005, 0.0022, (count, 1, 1))
    moves = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * step
    paths = np.concatenate([start, start + np.cumsum(moves, axis=1)], axis=1)
    draw_strokes(canvas, as_field(paths), rng.integers(70, 190, (count, 1)), 1)
    fibre = soften((as_field(canvas[..., 0]) - np.float32(128)) / np.float32(128), 0.6)
    tone = 1.0 + 0.006 * pulp + 0.006 * tooth + 0.11 * fibre
    shade = relief(tooth, 0.028 * rough, patch.ray) * relief(as_field(0.004 * metre * wave), 0.5, patch.ray)
    return Tile(np.maximum(rgb(patch.base) * (tone * shade)[..., None], 0.0), patch.side)


def cork(rng: np.random.Generator, patch: Patch) -> Tile:
    """Pressed cork: grains of many browns, dark bark, pores."""
    texels, metre = patch.texels, patch.metre
    bend = noise(rng, texels, 0.012 * metre, 0.003 * metre, slope=1.4)
    other = np.roll(bend, (texels // 3, texels // 5), axis=(0, 1))
    fine = noise(rng, texels, 0.003 * metre, 2.0, slope=0.3, even=True)
    grade = float(rng.uniform(0.75, 1.4))
    colour = np.broadcast_to(rgb(patch.base), (texels, texels, 3))
    height = 0.4 * fine
    for size, share in ((0.0036, 1.0), (0.0075, 0.5)):
        spacing = max(4.0, grade * size * metre)
        cells = voronoi(scatter(rng, texels, spacing), texels)
        axis, push = np.arange(texels), 0.16 * spacing
        x = (axis[None, :] + np.round(push * bend).astype(np.intp)) % texels
        y = (axis[:, None] + np.round(push * other).astype(np.intp)) % texels
        label, border = cells.label[y, x], cells.border[y, x]
        tone = np.clip(1.0 + 0.17 * rng.standard_normal((cells.count, 1)), 0.5, 1.5)
        bark = rng.random(cells.count) < 0.06
        tone[bark] *= rng.uniform(0.25, 0.6, (int(bark.sum()), 1))
        hue = 1.0 + 0.06 * rng.standard_normal((cells.count, 1)) * np.asarray([0.6, 0.0, -1.2])
        grain = rgb(patch.base) * np.take(as_field(tone * hue), label, axis=0)
        grain *= (1.0 + 0.07 * fine)[..., None] * (0.80 + 0.20 * smoothstep(0.0, 0.2 * spacing, border))[
            ..., None
        ]
        cover = np.take(as_field(rng.random(cells.count) < share), label) * smoothstep(0.2, 1.2, border)
        colour = mix(as_field(colour), as_field(grain), cover if share < 1 else np.ones_like(border))
        height = height + 0.05 * spacing * smoothstep(0.0, 0.3 * spacing, border)
    pits = smoothstep(2.0, 2.7, noise(rng, texels, 0.006 * metre, 2.0, slope=0.3))
    shade = relief(as_field(height - 2.0 * pits), 0.07, patch.ray) * (1.0 - 0.45 * pits)
    colour = _softened(colour * shade[..., None])
    return Tile(np.maximum(colour, 0.0).astype(np.float32), patch.side, 0.02, 0.9)


def _softened(colour: np.ndarray) -> np.ndarray:
    """A (T, T, 3) map blurred a little, so that no grain has jagged edges."""
    return np.dstack([soften(np.ascontiguousarray(as_field(colour[..., c])), 0.6) for c in range(3)])


def brushed_metal(rng: np.random.Generator, patch: Patch) -> Tile:
    """Brushed metal: hairlines along x, faint bands, a few deeper scratches."""
    texels, metre = patch.texels, patch.metre
    hair = noise(rng, texels, 0.0012 * metre, 2.0, slope=0.1, stretch=120)
    long = noise(rng, texels, 0.004 * metre, 2.0, slope=0.4, stretch=70)
    bands = noise(rng, texels, 0.20 * metre, 0.012 * metre, slope=1.0, stretch=30)
    smudge = noise(rng, texels, 0.4 * metre, 0.03 * metre, slope=1.4)
    deep = smoothstep(2.4, 3.2, noise(rng, texels, 0.002 * metre, 2.0, slope=0.0, stretch=60))
    strength = float(rng.uniform(0.6, 1.2))
    tone = 1.0 + strength * (0.11 * hair + 0.10 * long + 0.06 * bands) + 0.008 * smudge - 0.16 * deep
    colour = rgb(patch.base) * tone[..., None]
    polish = as_field(np.clip(0.80 + 0.12 * hair + 0.10 * long + 0.08 * bands - 0.02 * smudge, 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=0.75, roughness=0.34, polish=polish, metal=0.55)


def acrylic(rng: np.random.Generator, patch: Patch) -> Tile:
    """A glossy sheet, black, white or coloured: flawless but for a breath of dust and a wiped smear."""
    texels, metre = patch.texels, patch.metre
    push = noise(rng, texels, 0.4 * metre, 0.05 * metre, slope=1.6)
    smear = warp(
        noise(rng, texels, 0.3 * metre, 0.01 * metre, slope=1.2, stretch=6), 20.0 * push, 30.0 * push
    )
    dust = rng.random((texels, texels), dtype=np.float32) > np.float32(0.99985)
    colour = rgb(patch.base) * np.ones((texels, texels, 1), np.float32)
    colour = colour + (0.05 * soften(as_field(dust), 0.7))[..., None]
    polish = as_field(np.clip(0.97 + 0.012 * smear, 0.0, 1.0))
    slope = as_field(0.0012 * np.dstack([push, np.roll(push, texels // 3, axis=0)]))
    return Tile(as_field(colour), patch.side, gloss=0.95, roughness=0.02, polish=polish, slope=slope)
