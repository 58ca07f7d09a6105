"""Cloth and hide: linen, silk, velvet, carpet, leather."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import Field, as_field, rgb, smoothstep
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import Ray, cavity, relief, rise, soften
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile

_EYE = (0.0, -0.42, 0.91)
"""Where cloth is seen from: above, and from the nearer side."""


def linen(rng: np.random.Generator, patch: Patch) -> Tile:
    """Woven linen: threads of uneven thickness, slubs, soft folds."""
    texels, metre = patch.texels, patch.metre
    folds = noise(rng, texels, 0.5 * metre, 0.08 * metre, slope=1.9, stretch=float(rng.uniform(1.0, 2.6)))
    crease = 1.0 - np.abs(noise(rng, texels, 0.6 * metre, 0.10 * metre, slope=2.0))
    over = noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, stretch=14)
    under = np.ascontiguousarray(noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, stretch=14).T)
    slub = smoothstep(1.5, 3.0, noise(rng, texels, 0.006 * metre, 2.6, slope=0.1, stretch=30))
    fade = np.clip(1.0 + 0.25 * noise(rng, texels, 0.2 * metre, 0.03 * metre, slope=1.0), 0.4, 1.6)
    weave = (over + under) * fade
    height = as_field(metre * (0.013 * folds + 0.0020 * crease))
    shade = relief(height, 0.55, patch.ray) * cavity(height, 0.03 * metre, 14.0 / metre)
    shade *= (1.0 + 0.040 * weave + 0.05 * slub) * relief(as_field(over - under), 0.015, patch.ray)
    colour = rgb(patch.base) * shade[..., None]
    colour *= 1.0 + (0.012 * (over - under))[..., None] * rgb((1.0, 0.2, -0.8))
    return Tile(np.maximum(colour, 0.0), patch.side)


def _draped(rng: np.random.Generator, patch: Patch, size: float, depth: float) -> tuple[Field, Field, Field]:
    """Long folds that flow side by side and die out: (height in texels, slope along x, along y).

    A fold runs along a line of equal phase of a slanting wave that is bent by a slow noise; its profile
    is drawn over the true distance to that line, one flank steeper, so that folds keep their width.
    """
    texels, metre = patch.texels, patch.metre
    axis = np.arange(texels, dtype=np.float32) / texels
    count = max(1, round(patch.side / size))
    height = 0.55 * noise(rng, texels, 2.4 * size * metre, 0.5 * size * metre, slope=2.2)
    side = int(rng.integers(1, count + 1)) * (1 if rng.random() < 0.5 else -1)
    swing = noise(rng, texels, 3.0 * size * metre, 0.5 * size * metre, slope=2.2, stretch=1.6)
    phase = side * axis[None, :] + count * axis[:, None] + np.float32(rng.uniform(0.16, 0.34)) * swing
    for start, share in ((0.0, 1.0), (0.17, 0.7), (0.33, 0.5)):
        wave = np.sin(np.float32(2 * np.pi) * (phase + np.float32(start + rng.uniform(0.0, 0.1))))
        distance = _signed(as_field(wave)) / np.float32(metre * size)
        level = smoothstep(-0.5, 1.4, noise(rng, texels, 3.0 * size * metre, 0.5 * size * metre, slope=1.6))
        wide = float(rng.uniform(0.09, 0.16))
        profile = np.exp(-np.square(distance / as_field(np.where(distance > 0, wide, 0.6 * wide))))
        height = height + share * level * profile
    height = soften(as_field(metre * size * depth * height), 0.022 * size * metre)
    return height, *rise(height)


def _signed(field: Field) -> Field:
    """Texels to the nearest zero of a periodic field, to first order, with the field's sign."""
    steep = soften(as_field(np.hypot(*rise(field))), 6.0)
    return as_field(field / (steep + np.float32(1e-4)))


def _towards(ray: Ray) -> tuple[float, float, float]:
    """Unit vector to the light."""
    low = min(max(ray.reach, 0.45), 1.6)
    length = float(np.sqrt(low * low + 1.0))
    return -ray.x * low / length, -ray.y * low / length, 1.0 / length


def _facing(over: Field, down: Field, normal: Field, ray: Ray) -> Field:
    """Light on a slope relative to flat ground, as far as light comes from the key at all."""
    x, y, z = _towards(ray)
    key = np.maximum((z - x * over - y * down) * normal, 0.0) / z
    return as_field(1.0 + min(1.0, 1.8 * ray.share) * (key - 1.0))


def silk(rng: np.random.Generator, patch: Patch) -> Tile:
    """Satin in draped folds: broad soft highlights that follow the folds.

    The sheen is the lobe around the half vector between light and eye (Blinn, Models of Light
    Reflection for Computer Synthesized Pictures, 1977), once wide and once narrow.
    Two readings of folds would mix to folds of a third kind, so the tile asks for none.
    """
    height, over, down = _draped(rng, patch, float(rng.uniform(0.26, 0.42)), 0.16)
    normal = as_field(1.0 / np.sqrt(1.0 + over * over + down * down))
    light = _towards(patch.ray)
    half = np.asarray(light) + np.asarray(_EYE)
    half = as_field(half / np.linalg.norm(half))
    facing = _facing(over, down, normal, patch.ray)
    gleam = np.maximum((half[2] - half[0] * over - half[1] * down) * normal, 0.0)
    texels, metre = patch.texels, patch.metre
    thread = noise(rng, texels, 0.003 * metre, 2.0, slope=0.0, stretch=20)
    dark = cavity(height, 0.03 * metre, 26.0 / metre)
    body = (0.30 + 0.52 * facing) * dark
    sheen = (0.34 * np.power(gleam, 14.0) + 0.55 * np.power(gleam, 60.0)) * (0.55 + 0.8 * patch.ray.share)
    base = rgb(patch.base)
    shine = as_field(0.45 * base + 0.55 * np.sqrt(base) * float(np.sqrt(np.mean(base))))
    colour = base * (body * (1.0 + 0.012 * thread))[..., None] + shine * (sheen * dark)[..., None]
    return Tile(np.maximum(colour, 0.0).astype(np.float32), patch.side, 0.06, 0.6, lattice=patch.side)


def velvet(rng: np.random.Generator, patch: Patch) -> Tile:
    """Velvet: dark where the pile is seen head-on, bright along the folds' flanks, brushed in patches."""
    texels, metre = patch.texels, patch.metre
    height, over, down = _draped(rng, patch, float(rng.uniform(0.30, 0.45)), 0.10)
    brush = noise(rng, texels, 0.25 * metre, 0.02 * metre, slope=1.2, stretch=1.5)
    marks = smoothstep(-0.9, 0.9, warp(brush, 0.012 * metre * brush, 0.006 * metre * brush))
    pile = noise(rng, texels, 0.003 * metre, 2.0, slope=0.1, even=True)
    eye = _EYE[2] - _EYE[0] * over - _EYE[1] * down
    normal = as_field(1.0 / np.sqrt(1.0 + over * over + down * down))
    rim = 1.0 - np.clip(eye * normal, 0.0, 1.0)
    facing = _facing(over, down, normal, patch.ray)
    glow = 2.6 * np.power(rim, 1.3) * (0.4 + 0.6 * facing)
    tone = (0.50 + 0.22 * facing + 0.20 * marks + glow) * (1.0 + 0.06 * pile)
    tone *= cavity(height, 0.03 * metre, 20.0 / metre)
    colour = rgb(patch.base) * tone[..., None] + 0.03 * float(np.mean(patch.base)) * glow[..., None]
    return Tile(np.maximum(colour, 0.0).astype(np.float32), patch.side, lattice=patch.side)


def carpet(rng: np.random.Generator, patch: Patch) -> Tile:
    """A short woollen pile: tufts, brushed this way and that."""
    texels, metre = patch.texels, patch.metre
    sweep = noise(rng, texels, 0.5 * metre, 0.05 * metre, slope=1.3)
    fibre = noise(rng, texels, 0.004 * metre, 2.0, slope=0.1, even=True)
    spacing = max(3.6, float(rng.uniform(0.006, 0.011)) * metre)
    tufts = voronoi(scatter(rng, texels, spacing, jitter=0.8, rows=True), texels)
    border = warp(tufts.border, 0.12 * spacing * fibre, 0.12 * spacing * sweep)
    inner = np.clip(border / (0.5 * spacing), 0.0, 1.0)
    yarn = tufts.each(float(rng.uniform(0.03, 0.13)) * rng.standard_normal(tufts.count))
    height = as_field(0.35 * spacing * np.sqrt(inner * (2.0 - inner)) + 0.5 * fibre)
    tone = (1.0 + 0.06 * sweep + yarn + 0.07 * fibre) * (0.66 + 0.38 * inner)
    tone *= relief(height, 0.12, patch.ray)
    return Tile(np.maximum(rgb(patch.base) * tone[..., None], 0.0), patch.side)


def leather(rng: np.random.Generator, patch: Patch) -> Tile:
    """Grained leather: pebbles of all sizes between fine creases, rubbed shiny in places."""
    texels, metre = patch.texels, patch.metre
    broad = noise(rng, texels, 0.35 * metre, 0.04 * metre, slope=1.5)
    bend = noise(rng, texels, 0.02 * metre, 0.003 * metre, slope=1.0)
    grade = float(rng.uniform(0.8, 1.5))
    spacing = max(4.0, 0.0030 * grade * metre)
    height = np.zeros((texels, texels), np.float32)
    lines = np.zeros((texels, texels), np.float32)
    for scale, weight in ((1.0, 1.0), (2.1, 0.9)):
        cells = voronoi(scatter(rng, texels, scale * spacing), texels)
        border = warp(cells.border, 0.35 * spacing * bend, 0.35 * spacing * np.roll(bend, 61, axis=0))
        inner = np.clip(soften(border, 0.5) / (0.36 * scale * spacing), 0.0, 1.0)
        height += weight * spacing * 0.25 * np.sqrt(inner * (2.0 - inner))
        lines = np.maximum(lines, weight * (1.0 - smoothstep(0.0, 0.45, inner)))
    pore = noise(rng, texels, 0.003 * metre, 2.0, slope=0.0, even=True)
    wave = as_field(0.0014 * metre * broad)
    tone = (1.0 + 0.035 * broad + 0.03 * pore) * (1.0 - 0.30 * lines)
    shade = relief(height, 0.26, patch.ray) * relief(wave, 0.5, patch.ray)
    rubbed = smoothstep(0.0, 2.2, broad)
    colour = rgb(patch.base) * (tone * shade * (1.0 + 0.05 * rubbed))[..., None]
    colour *= 1.0 + rgb((0.02, 0.0, -0.025)) * broad[..., None]
    gleam = np.maximum(relief(height, 0.5, patch.ray) - 1.12, 0.0) * (0.4 + 0.6 * patch.ray.share)
    colour = colour + as_field(0.10 * gleam)[..., None] * (0.3 + rgb(patch.base))
    polish = as_field(np.clip((0.65 + 0.35 * rubbed) * (1.0 - 0.8 * lines), 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0).astype(np.float32), patch.side, 0.14, 0.45, polish=polish)
