"""Ground that people laid: bricks, tiles, slabs, cobbles, gravel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.cells import Cells, scatter, voronoi
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import cast, cavity, relief, soften, unit
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import TURNS, Tile


@dataclass(frozen=True, slots=True, eq=False)
class _Courses:
    """Rectangles in rows.

    Attributes:
        index: (T, T) number of the rectangle that each texel belongs to.
        count: How many there are.
        border: (T, T) texels inward from the rectangle's edge, negative in the joint.
        step: Texels from one rectangle to the next in its row.
        turn: (T, T) what a rectangle's number turns by beyond the tile's edge.
    """

    index: npt.NDArray[np.intp]
    count: int
    border: Field
    step: float
    turn: Field

    def each(self, values: npt.NDArray[np.floating]) -> Field:
        """(T, T, ...) map of one value for each rectangle: (count, ...)."""
        return as_field(np.take(as_field(values), self.index, axis=0))

    def numbers(self, rng: np.random.Generator) -> Field:
        """(T, T) one number 0..1 for each rectangle, as a tile's stones are numbered."""
        return as_field(np.mod(self.each(rng.random(self.count)) + self.turn, 1.0))


def _courses(
    patch: Patch, size: tuple[float, float], joint: float, bond: float, push: tuple[Field, Field]
) -> _Courses:
    """Rows of rectangles of about `size` metres, every second row moved by `bond` of one."""
    texels, metre = patch.texels, patch.metre
    columns = max(1, round(patch.side / size[0]))
    rows = max(1, round(patch.side / size[1]))
    if bond:
        rows = max(2, rows + rows % 2)
    wide, tall = texels / columns, texels / rows
    axis = np.arange(texels, dtype=np.float32) + 0.5
    y = (axis[:, None] + push[1]) / np.float32(tall)
    row = np.floor(y)
    x = (axis[None, :] + push[0]) / np.float32(wide) + np.float32(bond) * np.mod(row, 2.0)
    column = np.floor(x)
    index = (np.mod(row, rows) * columns + np.mod(column, columns)).astype(np.intp)
    along, across = 2.0 * (x - column) - 1.0, 2.0 * (y - row) - 1.0
    half = joint * metre / 2.0
    corner = 0.8 * half + 0.02 * min(wide, tall)
    over = np.abs(along) * (wide / 2) - (wide / 2 - half - corner)
    down = np.abs(across) * (tall / 2) - (tall / 2 - half - corner)
    outside = np.hypot(np.maximum(over, 0.0), np.maximum(down, 0.0))
    border = corner - outside - np.minimum(np.maximum(over, down), 0.0)
    turn = np.floor(column / columns) * np.float32(TURNS[0]) + np.floor(row / rows) * np.float32(TURNS[1])
    return _Courses(index, rows * columns, as_field(border), wide, as_field(turn))


def brick(rng: np.random.Generator, patch: Patch) -> Tile:
    """Fired bricks in running bond with sanded mortar."""
    texels, metre = patch.texels, patch.metre
    rough = noise(rng, texels, 0.03 * metre, 2.0, slope=0.7)
    wobble = noise(rng, texels, 0.06 * metre, 0.004 * metre, slope=1.0)
    bricks = _courses(patch, (0.225, 0.075), 0.011, 0.5, (0.0014 * metre * wobble, 0.0012 * metre * rough))
    face = smoothstep(-0.4, 0.0015 * metre + 0.6, bricks.border + 0.0007 * metre * rough)
    tone = np.clip(1.0 + 0.13 * rng.standard_normal(bricks.count), 0.6, 1.4)
    burnt = rng.random(bricks.count) < float(rng.uniform(0.03, 0.14))
    tone[burnt] *= 0.62
    hue = 0.10 * rng.standard_normal(bricks.count)
    proud = rng.uniform(-0.0018, 0.0018, bricks.count)
    fire = noise(rng, texels, 0.16 * metre, 0.008 * metre, slope=1.1)
    pits = smoothstep(1.9, 2.6, noise(rng, texels, 0.008 * metre, 2.0, slope=0.2))
    clay = rgb(patch.base) * (bricks.each(tone) * (1.0 + 0.09 * fire + 0.06 * rough))[..., None]
    clay *= 1.0 + bricks.each(hue)[..., None] * rgb((0.4, 0.5, 0.9))
    clay *= (1.0 - 0.35 * pits)[..., None]
    light = float(rng.uniform(0.22, 0.52))
    grit = noise(rng, texels, 0.006 * metre, 2.0, slope=0.1, even=True)
    mortar = rgb((light, 0.95 * light, 0.86 * light)) * (1.0 + 0.10 * grit + 0.05 * fire)[..., None]
    height = as_field(
        metre * (face * (0.006 + bricks.each(proud)) + 0.0005 * rough * face + 0.0004 * grit * (1 - face))
        - 0.001 * metre * pits
    )
    shade = relief(height, 0.34, patch.ray) * cast(height, patch.ray, 0.009 * metre, soft=0.002 * metre)
    shade *= cavity(height, 0.008 * metre, 90.0 / metre)
    colour = mix(as_field(mortar), as_field(clay), face) * shade[..., None]
    stones = np.where(face > 0.5, bricks.numbers(rng), np.float32(-1.0))
    colour, step = np.maximum(colour, 0.0), bricks.step / metre
    return Tile(colour, patch.side, 0.03, 0.9, None, None, None, step, stones, 0.16)


def tiles(rng: np.random.Generator, patch: Patch, *, floor: bool = False) -> Tile:
    """Glazed ceramic tiles with grout: squares or bricks, each a little different in tone and gloss."""
    texels, metre = patch.texels, patch.metre
    metro = not floor and rng.random() < 0.4
    edge = float(rng.choice((0.30, 0.33, 0.40) if floor else (0.10, 0.108, 0.15)))
    size = (0.20, 0.075) if metro else (edge, edge)
    glaze = noise(rng, texels, 0.12 * metre, 0.01 * metre, slope=1.3)
    straight = np.zeros((texels, texels), np.float32)
    laid = _courses(patch, size, 0.0030, 0.5 if metro else 0.0, (straight, straight))
    face = smoothstep(-0.5, 0.6, laid.border)
    tone = np.clip(1.0 + float(rng.uniform(0.012, 0.05)) * rng.standard_normal(laid.count), 0.8, 1.2)
    hue = float(rng.uniform(0.0, 0.009)) * rng.standard_normal(laid.count)
    bevel = 0.0035 * metre
    pillow = 1.0 - np.square(np.clip(1.0 - laid.border / bevel, 0.0, 1.0))
    height = as_field(0.0022 * metre * face * pillow + 0.00018 * metre * glaze * face)
    shade = relief(height, 0.22, patch.ray) * cavity(height, 0.003 * metre, 130.0 / metre)
    pool = 1.0 - 0.05 * smoothstep(0.7, 0.0, laid.border / (2.0 * bevel))
    body = rgb(patch.base) * (laid.each(tone) * (1.0 + 0.012 * glaze) * pool)[..., None]
    body *= 1.0 + laid.each(hue)[..., None] * rgb((1.0, 0.0, -1.2))
    grit = noise(rng, texels, 0.004 * metre, 2.0, slope=0.2, even=True)
    pale = float(np.mean(patch.base)) > 0.25
    grout = float(rng.uniform(0.34, 0.62)) if pale else float(rng.uniform(0.12, 0.5))
    dirt = 1.0 - 0.12 * smoothstep(0.0, 2.0, glaze)
    joint = rgb((grout, 0.97 * grout, 0.92 * grout)) * ((1.0 + 0.07 * grit) * dirt)[..., None]
    colour = mix(as_field(joint), as_field(body), face) * shade[..., None]
    tilt = 0.0035 * rng.standard_normal((laid.count, 2)) * (0.5 if floor else 1.0)
    slope = laid.each(tilt) + 0.0025 * np.dstack([glaze, warp(glaze, 40.0 + straight, 90.0 + straight)])
    polish = as_field(face * laid.each(rng.uniform(0.86, 1.0, laid.count)))
    return Tile(
        np.maximum(colour, 0.0),
        patch.side,
        gloss=0.30 if floor else 0.45,
        roughness=0.16 if floor else 0.08,
        polish=polish,
        slope=as_field(slope),
        lattice=laid.step / metre,
    )


def slabs(rng: np.random.Generator, patch: Patch) -> Tile:
    """Irregular stone slabs in sand."""
    texels, metre = patch.texels, patch.metre
    rough = noise(rng, texels, 0.25 * metre, 0.004 * metre, slope=1.25)
    wobble = noise(rng, texels, 0.30 * metre, 0.05 * metre, slope=1.5)
    cells = voronoi(scatter(rng, texels, float(rng.uniform(0.34, 0.52)) * metre, jitter=0.85), texels)
    other = np.roll(wobble, (texels // 3, texels // 4), axis=(0, 1))
    cells = _worn(cells, 0.008 * metre, wobble, other)
    joint = 0.014 * metre
    face = smoothstep(-0.6, 0.6 + 0.002 * metre, cells.border - joint + 0.0014 * metre * rough)
    grain = noise(rng, texels, 0.02 * metre, 2.0, slope=0.5)
    layers = np.tanh(4.0 * (rough * 1.6 - np.round(rough * 1.6))) * 0.5 + np.round(rough * 1.6)
    tone = cells.each(np.clip(1.0 + 0.06 * rng.standard_normal(cells.count), 0.8, 1.2))
    hue = cells.each(0.03 * rng.standard_normal(cells.count))
    lean = cells.each(rng.uniform(-0.0025, 0.0025, cells.count))
    rounded = 1.0 - np.exp(-np.maximum(cells.border - joint, 0.0) / (0.009 * metre))
    grit = noise(rng, texels, 0.010 * metre, 2.0, slope=0.2, even=True)
    height = as_field(metre * (face * (0.008 + lean + 0.005 * rounded + 0.0011 * layers) + 0.0006 * grit))
    shade = relief(height, 0.30, patch.ray) * cast(height, patch.ray, 0.02 * metre, soft=0.003 * metre)
    shade *= cavity(height, 0.012 * metre, 60.0 / metre) * relief(grain, 0.05, patch.ray)
    stone = rgb(patch.base) * (tone * (1.0 + 0.07 * rough + 0.06 * grain))[..., None]
    stone *= 1.0 + hue[..., None] * rgb((1.0, 0.1, -1.2))
    sand = (
        rgb((0.34, 0.30, 0.24))
        * float(rng.uniform(0.55, 1.25))
        * (1.0 + 0.16 * grit + 0.08 * wobble)[..., None]
    )
    colour = mix(as_field(sand), as_field(stone), face) * shade[..., None]
    polish = as_field(face * np.clip(0.75 + 0.25 * rough, 0.0, 1.0))
    stones = np.where(face > 0.5, cells.numbers(rng), np.float32(-1.0))
    colour = np.maximum(colour, 0.0)
    return Tile(colour, patch.side, 0.06, 0.7, polish, None, None, patch.side, stones, 0.22)


def cobbles(rng: np.random.Generator, patch: Patch) -> Tile:
    """Granite setts in rows, rounded by traffic."""
    texels, metre = patch.texels, patch.metre
    wobble = noise(rng, texels, 0.16 * metre, 0.055 * metre, slope=1.3)
    points = scatter(rng, texels, float(rng.uniform(0.095, 0.13)) * metre, jitter=0.34, rows=True)
    other = np.roll(wobble, (texels // 3, texels // 4), axis=(0, 1))
    cells = _worn(voronoi(points, texels), 0.0035 * metre, wobble, other)
    joint = 0.0055 * metre
    inner = np.maximum(cells.border - joint, 0.0)
    dome = 1.0 - np.exp(-inner / (0.015 * metre))
    face = smoothstep(-0.6, 0.6, cells.border - joint)
    grain = noise(rng, texels, 0.012 * metre, 2.0, slope=0.4)
    speck = noise(rng, texels, 0.005 * metre, 2.0, slope=0.1, even=True)
    tone = cells.each(np.clip(1.0 + 0.08 * rng.standard_normal(cells.count), 0.75, 1.25))
    hue = cells.each(0.03 * rng.standard_normal(cells.count))
    level = cells.each(rng.uniform(-0.004, 0.004, cells.count))
    height = as_field(metre * (face * (0.006 + level) + 0.019 * dome * face + 0.0012 * wobble * face))
    height += as_field(0.0007 * metre * grain)
    shade = relief(soften(height, 0.8), 0.30, patch.ray)
    shade *= cast(height, patch.ray, 0.028 * metre, soft=0.004 * metre)
    shade *= cavity(height, 0.02 * metre, 75.0 / metre)
    stone = rgb(patch.base) * (tone * (1.0 + 0.10 * grain + 0.08 * speck + 0.05 * wobble))[..., None]
    stone *= 1.0 + hue[..., None] * rgb((1.0, 0.0, -1.1))
    dirt = rgb((0.16, 0.14, 0.11)) * (1.0 + 0.2 * grain)[..., None]
    colour = mix(as_field(dirt), as_field(stone), face) * shade[..., None]
    polish = as_field(face * np.clip(0.55 + 0.5 * dome, 0.0, 1.0))
    stones = np.where(face > 0.5, cells.numbers(rng), np.float32(-1.0))
    colour = np.maximum(colour, 0.0)
    return Tile(colour, patch.side, 0.10, 0.5, polish, None, None, patch.side, stones, 0.20)


def gravel(rng: np.random.Generator, patch: Patch) -> Tile:
    """Round pebbles of several sizes, heaped."""
    texels, metre = patch.texels, patch.metre
    grade = float(rng.uniform(0.75, 1.4))
    grain = noise(rng, texels, 0.006 * metre, 2.0, slope=0.4, even=True)
    wide = noise(rng, texels, 0.4 * metre, 0.05 * metre, slope=1.2)
    colour = rgb(patch.base) * (0.45 + 0.06 * grain)[..., None]
    height = as_field(0.0015 * metre * grain)
    spread = float(rng.uniform(0.10, 0.24))
    for size, share in ((0.009, 0.95), (0.015, 0.62), (0.025, 0.36)):
        spacing = max(3.5, grade * size * metre)
        cells = voronoi(scatter(rng, texels, spacing), texels)
        margin = rng.uniform(0.01, 0.12, cells.count) * spacing
        margin[rng.random(cells.count) > share] = 1e6
        inner = np.clip((cells.border - cells.each(margin)) / (0.42 * spacing), 0.0, 1.0)
        dome = np.sqrt(inner * (2.0 - inner))
        lift = cells.each(rng.uniform(0.25, 0.6, cells.count)) * spacing
        stone = np.clip(1.0 + spread * rng.standard_normal((cells.count, 1)), 0.4, 1.7) * (
            1.0 + 0.07 * rng.standard_normal((cells.count, 1)) * np.asarray([1.0, 0.0, -1.1])
        )
        cover = smoothstep(0.0, 0.10, inner)
        shown = rgb(patch.base) * cells.each(stone) * (1.0 + 0.06 * grain)[..., None]
        colour = mix(as_field(colour), as_field(shown), cover)
        top = as_field(height + cover * lift * (0.3 + 0.7 * dome))
        height = np.maximum(height, top)
    tall = grade * 0.02 * metre
    smooth = soften(height, 0.9)
    shade = relief(smooth, 0.34, patch.ray) * cast(height, patch.ray, tall, soft=0.12 * tall)
    shade *= cavity(height, 0.5 * tall, 1.3 / (0.4 * tall))
    colour = colour * (shade * (1.0 + 0.05 * wide))[..., None]
    return Tile(np.maximum(colour, 0.0).astype(np.float32), patch.side, 0.04, 0.8, height=unit(height))


def _worn(cells: Cells, push: float, wobble: Field, other: Field) -> Cells:
    """The cells with straight borders made uneven."""
    texels = cells.border.shape[0]
    axis = np.arange(texels)
    x = (axis[None, :] + np.round(push * wobble).astype(np.intp)) % texels
    y = (axis[:, None] + np.round(push * other).astype(np.intp)) % texels
    border = warp(cells.border, as_field(push * wobble), as_field(push * other))
    return Cells(cells.label[y, x], cells.count, border, cells.points)
