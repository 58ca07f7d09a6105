"""Loose ground: sand dry and wet, soil, snow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backcloth.scene.studio.arrays import Field, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import cast, cavity, relief, rise, soften, unit
from backcloth.scene.studio.materials.stamp import draw_discs, draw_strokes
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile

_LOWEST = 1.1
"""Reach of the light that dry sand is shaded by at most: a lower sun is scattered between its grains."""


def sand(rng: np.random.Generator, patch: Patch) -> Tile:
    """Dry sand: trodden hollows, wind ripples in some places, grains, a few bits of shell."""
    texels, metre = patch.texels, patch.metre
    ray = replace(patch.ray, reach=min(patch.ray.reach, _LOWEST))
    dents = noise(rng, texels, 0.40 * metre, 0.035 * metre, slope=1.8)
    clumps = noise(rng, texels, 0.045 * metre, 0.006 * metre, slope=0.7)
    grains = noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, even=True)
    ripples = _ripples(rng, patch, dents, float(rng.uniform(0.055, 0.09)))
    windy = float(rng.uniform(0.0, 1.0))
    blown = smoothstep(
        0.7 - 1.6 * windy, 1.8 - 1.2 * windy, noise(rng, texels, metre, 0.2 * metre, slope=1.2)
    )
    height = as_field(metre * (0.010 * dents + 0.0034 * ripples * blown + 0.0013 * clumps))
    shade = relief(height, 0.33, ray) * cast(height, ray, 0.02 * metre, soft=0.012 * metre)
    shade *= relief(grains, 0.08, ray)
    tone = 1.0 + 0.03 * dents + 0.12 * grains + 0.03 * clumps - 0.03 * ripples * blown
    colour = rgb(patch.base) * (shade * tone)[..., None]
    count = int(26 * min(patch.side, 3.0) ** 2)
    bits = draw_discs(
        texels,
        as_field(rng.uniform(0, texels, (count, 2))),
        as_field(metre * 0.0011 * np.exp(rng.exponential(0.45, count))),
        as_field(rng.uniform(0.4, 1.0, count)),
    )
    shell = rgb(patch.base) * as_field(np.where(dents > 0, 1.35, 0.5))[..., None]
    colour = mix(as_field(colour), as_field(shell * shade[..., None]), as_field(0.8 * bits))
    return Tile(np.maximum(colour, 0.0), patch.side)


def _ripples(rng: np.random.Generator, patch: Patch, push: Field, spacing: float) -> Field:
    """Ripples with a long windward and a short lee side, forking here and there."""
    texels, metre = patch.texels, patch.metre
    count = max(2, round(patch.side / spacing))
    lean = int(rng.integers(-count // 4, count // 4 + 1))
    axis = np.arange(texels, dtype=np.float32) / texels
    swing = noise(rng, texels, 0.5 * metre, 0.06 * metre, slope=1.4, stretch=1.6)
    phase = lean * axis[None, :] + count * axis[:, None] + 0.42 * swing + 0.10 * push
    turn = np.mod(phase, 1.0)
    return as_field(np.where(turn < 0.68, turn / 0.34 - 1.0, 1.0 - (turn - 0.68) / 0.16))


def wet_sand(rng: np.random.Generator, patch: Patch) -> Tile:
    """Sand that a wave has just left: dark, smooth, a film of water in the hollows."""
    texels, metre = patch.texels, patch.metre
    dents = noise(rng, texels, 0.7 * metre, 0.06 * metre, slope=1.9)
    small = noise(rng, texels, 0.10 * metre, 0.010 * metre, slope=1.3, stretch=2.2)
    grains = noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, even=True)
    ripples = soften(_ripples(rng, patch, dents, 0.10), 0.010 * metre)
    flow = float(rng.uniform(0.1, 1.0))
    height = as_field(metre * (0.008 * dents + 0.0022 * flow * ripples + 0.0008 * small))
    film = smoothstep(0.55, -0.35, dents + 0.35 * flow * ripples + 0.25 * small)
    shade = relief(height, 0.42, patch.ray) * relief(grains, 0.05, patch.ray)
    shade = 1.0 + (shade - 1.0) * (1.0 - 0.6 * film)
    tone = (1.0 + 0.07 * grains * (1.0 - 0.5 * film) + 0.02 * dents) * (1.0 - 0.16 * film)
    colour = rgb(patch.base) * (shade * tone)[..., None]
    slope = 0.35 * np.dstack(rise(height))
    polish = as_field(0.25 + 0.75 * film)
    return Tile(
        np.maximum(colour, 0.0),
        patch.side,
        0.62,
        0.10,
        polish=polish,
        slope=as_field(slope * film[..., None]),
    )


def soil(rng: np.random.Generator, patch: Patch) -> Tile:
    """Earth: crumbs and clods of all sizes, stones, bits of straw and twig."""
    texels, metre = patch.texels, patch.metre
    broad = noise(rng, texels, 0.5 * metre, 0.03 * metre, slope=1.5)
    grain = noise(rng, texels, 0.012 * metre, 2.0, slope=0.5, even=True)
    crumble = noise(rng, texels, 0.08 * metre, 0.004 * metre, slope=0.9)
    height = as_field(metre * (0.014 * broad + 0.0022 * crumble + 0.0007 * grain))
    tone = 1.0 + 0.06 * broad + 0.10 * grain + 0.05 * crumble
    stones = np.zeros((texels, texels), np.float32)
    for size, share in ((0.006, 0.55), (0.014, 0.40), (0.034, 0.22)):
        spacing = max(3.5, size * metre)
        cells = voronoi(scatter(rng, texels, spacing), texels)
        margin = rng.uniform(0.02, 0.16, cells.count) * spacing
        margin[rng.random(cells.count) > share] = 1e6
        push = 0.10 * spacing
        border = warp(cells.border - cells.each(margin), push * crumble, push * grain)
        inner = np.clip(border / (0.4 * spacing), 0.0, 1.0)
        dome = np.sqrt(inner * (2.0 - inner)) * (1.0 + 0.12 * grain)
        lift = cells.each(rng.uniform(0.2, 0.5, cells.count)) * spacing
        height = height + as_field(lift * dome)
        shift = cells.each(0.13 * rng.standard_normal(cells.count))
        tone = tone * (1.0 + shift * (inner > 0))
        stony = cells.each((rng.random(cells.count) < 0.05).astype(np.float32))
        stones = np.maximum(stones, stony * smoothstep(0.0, 0.2, inner))
    colour = rgb(patch.base) * tone[..., None]
    grey = float(np.mean(patch.base))
    pebble = rgb((1.7 * grey + 0.08, 1.65 * grey + 0.075, 1.5 * grey + 0.065))
    colour = mix(as_field(colour), as_field(pebble * (1.0 + 0.1 * grain)[..., None]), stones)
    straw, cover = _straw(rng, patch)
    height = as_field(height + 0.0025 * metre * cover)
    colour = mix(as_field(colour), as_field(rgb(patch.base) * straw[..., None]), cover)
    shade = relief(soften(height, 0.8), 0.26, patch.ray)
    shade *= cast(height, patch.ray, 0.030 * metre, soft=0.010 * metre)
    shade *= cavity(height, 0.014 * metre, 120.0 / metre)
    return Tile(np.maximum(colour * shade[..., None], 0.0), patch.side, height=unit(height))


def _straw(rng: np.random.Generator, patch: Patch) -> tuple[Field, Field]:
    """Bits of plants on the ground: (how much brighter than it, cover)."""
    count = int(float(rng.uniform(60, 320)) * min(patch.side, 2.4) ** 2)
    start = rng.uniform(0, patch.texels, (count, 1, 2))
    angle, bend = rng.uniform(0, 2 * np.pi, count), rng.uniform(-0.5, 0.5, count)
    length = patch.metre * rng.uniform(0.008, 0.05, count)
    turn = np.stack([angle, angle + bend], axis=1)
    moves = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * (0.5 * length)[:, None, None]
    paths = np.concatenate([start, start + moves[:, :1], start + moves[:, :1] + moves[:, 1:]], axis=1)
    tone = rng.integers(30, 230, count)
    canvas = np.zeros((patch.texels, patch.texels, 3), np.uint8)
    width = max(1, round(0.0016 * patch.metre))
    values = np.stack([tone, np.full(count, 255), tone], axis=1)
    draw_strokes(canvas, as_field(paths), values, width)
    return as_field(canvas[..., 0]) * np.float32(2.6 / 255) + np.float32(0.4), as_field(
        canvas[..., 1]
    ) * np.float32(0.9 / 255)


def snow(rng: np.random.Generator, patch: Patch) -> Tile:
    """Fresh snow: soft drifts, a crust blown into low waves, blue in the hollows, sparkling."""
    texels, metre = patch.texels, patch.metre
    drifts = noise(rng, texels, 1.1 * metre, 0.10 * metre, slope=2.3)
    blown = noise(rng, texels, 0.30 * metre, 0.02 * metre, slope=1.6, stretch=2.2)
    lumps = noise(rng, texels, 0.06 * metre, 0.005 * metre, slope=1.1)
    crust = noise(rng, texels, 0.010 * metre, 2.0, slope=0.5, even=True)
    rough = smoothstep(-0.6, 1.4, noise(rng, texels, 0.7 * metre, 0.08 * metre, slope=1.2))
    height = as_field(metre * (0.042 * drifts + 0.0030 * blown + 0.0008 * lumps * rough))
    shade = relief(height, 0.26, patch.ray) * relief(crust, 0.03, patch.ray)
    shade *= cavity(height, 0.05 * metre, 9.0 / metre) * (1.0 + 0.015 * crust)
    dark = np.minimum(shade, 1.0)[..., None]
    colour = rgb(patch.base) * np.maximum(shade, 1.0)[..., None] * np.power(dark, rgb((1.15, 1.0, 0.78)))
    glint = rng.random((texels, texels), dtype=np.float32) > np.float32(0.9988)
    colour = colour + as_field(glint)[..., None] * rgb((0.55, 0.58, 0.64)) * float(rng.uniform(0.5, 1.3))
    polish = as_field(np.clip(0.6 + 0.3 * crust, 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0).astype(np.float32), patch.side, 0.05, 0.8, polish=polish)
