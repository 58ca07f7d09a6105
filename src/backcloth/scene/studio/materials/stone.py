"""Marble, slate, terrazzo and bare rock."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import cast, cavity, relief, soften, unit
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile

_RUNS = ((1, 1), (1, 2), (2, 1), (1, -1), (2, -1), (1, -2))
"""How often a family of veins crosses the tile along x and y."""


def marble(rng: np.random.Generator, patch: Patch, vein: Rgb) -> Tile:
    """Polished marble: cloudy stone crossed by veins that wander, branch, fade and sharpen.

    Bold veins are lines of equal phase of a slanting wave that noise pushes about (Perlin, An Image
    Synthesizer, 1985); fine ones are zero lines of a noise. Either is divided by its own gradient, so
    that a vein is as wide as it should be however steep the field under it is.
    """
    texels, metre = patch.texels, patch.metre * float(rng.uniform(1.0, 1.7))
    run = _RUNS[int(rng.integers(len(_RUNS)))]
    drama, wander = float(rng.uniform(0.45, 1.0)), float(rng.uniform(0.09, 0.18))
    push = noise(rng, texels, 0.7 * metre, 0.010 * metre, slope=2.1)
    other = noise(rng, texels, 0.5 * metre, 0.010 * metre, slope=2.1)
    cloud = _slanted(noise(rng, texels, 0.8 * metre, 0.01 * metre, slope=1.5, stretch=3), run[0] * run[1])
    thick = noise(rng, texels, 0.35 * metre, 0.02 * metre, slope=1.0)
    presence = smoothstep(-0.9, 1.1, noise(rng, texels, 0.6 * metre, 0.10 * metre, slope=1.2))
    bold = _phase(rng, texels, run, 1) + wander * push
    branch = _phase(rng, texels, run, 2) + 2.0 * wander * other + wander * push
    bold_line, branch_line = _distance(_wave(bold)), _distance(_wave(branch))
    fine = _distance(_wave(_phase(rng, texels, (run[1], -run[0]), 3) + 0.4 * push - 0.5 * other))
    width = metre * 0.0014 * np.exp2(0.9 * thick)
    veins = drama * np.exp(-bold_line / width) * (0.25 + 0.75 * presence)
    veil = 1.0 if sum(vein) < sum(patch.base) else 0.3
    veins += 0.34 * veil * drama * np.exp(-bold_line / (metre * 0.026 * np.exp2(0.9 * thick))) * presence
    veins += 0.55 * np.exp(-branch_line / (0.55 * width)) * presence
    veins += 0.20 * veil * np.exp(-branch_line / (metre * 0.016 * np.exp2(0.9 * thick))) * presence
    veins += 0.40 * np.exp(-fine / (metre * 0.0007)) * (1.0 - presence) * smoothstep(-0.3, 1.2, thick)
    warm = float(rng.uniform(0.0, 1.0)) ** 2
    tinted = rgb((vein[0] * (1.0 + 0.5 * warm), vein[1] * (1.0 + 0.18 * warm), vein[2] * (1.0 - 0.25 * warm)))
    colour = rgb(patch.base) * (1.0 + 0.020 * (1.0 + drama) * cloud)[..., None]
    colour = mix(
        as_field(colour), np.broadcast_to(tinted, colour.shape), as_field(np.clip(veins * 0.85, 0.0, 1.0))
    )
    colour *= (1.0 + 0.010 * noise(rng, texels, 0.01 * metre, 2.0, slope=0.2, even=True))[..., None]
    polish = as_field(np.clip(1.0 - 0.25 * np.clip(veins, 0.0, 1.0) + 0.03 * cloud, 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=0.34, roughness=0.18, polish=polish)


def _phase(rng: np.random.Generator, texels: int, run: tuple[int, int], times: int) -> Field:
    """(T, T) phase of a slanting wave in turns, periodic up to whole turns."""
    axis = np.arange(texels, dtype=np.float32) / texels
    start = float(rng.random())
    return as_field(times * (run[0] * axis[None, :] + run[1] * axis[:, None]) + np.float32(start))


def _wave(phase: Field) -> Field:
    return as_field(np.sin(np.float32(np.pi) * phase))


def _distance(field: Field) -> Field:
    """Texels to the nearest zero of a field, to first order."""
    over = np.roll(field, -1, axis=1) - field
    down = np.roll(field, -1, axis=0) - field
    over[:, -1], down[-1] = over[:, -2], down[-2]
    return as_field(np.abs(field) / np.sqrt(over * over + down * down + np.float32(1e-7)))


def _slanted(field: Field, shear: int) -> Field:
    """The periodic field sheared by whole texels, which keeps it periodic."""
    texels = field.shape[0]
    axis = np.arange(texels)
    step = 1 if shear > 0 else -1
    return as_field(field[(axis[:, None] + step * axis[None, :]) % texels, axis[None, :]])


def slate(rng: np.random.Generator, patch: Patch) -> Tile:
    """Split slate: thin layers broken off in steps, matt, darker in the clefts, now and then rusty."""
    texels, metre = patch.texels, patch.metre
    height = noise(rng, texels, 0.40 * metre, 0.008 * metre, slope=1.9, stretch=1.7)
    cloud = noise(rng, texels, 0.5 * metre, 0.003 * metre, slope=1.1)
    layers = 2.2 * height + 0.05 * cloud
    whole = np.floor(layers)
    steps = whole + smoothstep(0.80, 1.0, layers - whole) * 1.0
    rough = noise(rng, texels, 0.03 * metre, 2.0, slope=0.8)
    rust = smoothstep(1.2, 2.6, noise(rng, texels, 0.3 * metre, 0.01 * metre, slope=1.2)) * float(
        rng.random()
    )
    sheet = soften(as_field(steps), 0.8)
    shade = relief(sheet, 0.50, patch.ray) * relief(rough, 0.07, patch.ray)
    shade *= cavity(sheet, 0.004 * metre, 0.5)
    tone = 1.0 + 0.10 * cloud + 0.045 * rough + 0.08 * np.sin(2.4 * whole)
    colour = rgb(patch.base) * (tone * shade)[..., None]
    colour *= 1.0 + rust[..., None] * rgb((0.55, 0.12, -0.25))
    polish = as_field(np.clip(0.75 + 0.2 * height - 0.1 * rough, 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=0.08, roughness=0.6, polish=polish)


_CHIPS = (
    ((0.66, 0.60, 0.52), (0.28, 0.25, 0.23), (0.55, 0.32, 0.22), (0.75, 0.74, 0.70), (0.30, 0.36, 0.36)),
    ((0.10, 0.10, 0.11), (0.30, 0.30, 0.31), (0.55, 0.55, 0.55), (0.80, 0.79, 0.77)),
    ((0.62, 0.30, 0.24), (0.70, 0.45, 0.30), (0.78, 0.66, 0.50), (0.45, 0.20, 0.16), (0.74, 0.70, 0.66)),
    ((0.16, 0.24, 0.20), (0.30, 0.40, 0.34), (0.62, 0.62, 0.55), (0.12, 0.13, 0.14), (0.70, 0.60, 0.42)),
    ((0.42, 0.33, 0.24), (0.60, 0.50, 0.38), (0.24, 0.19, 0.15), (0.72, 0.66, 0.58)),
)
"""Linear colours of the stones in one mix."""


def terrazzo(rng: np.random.Generator, patch: Patch) -> Tile:
    """Chips of broken marble in cement, ground flat and polished."""
    texels, metre = patch.texels, patch.metre
    palette = np.asarray(_CHIPS[int(rng.integers(len(_CHIPS)))], np.float32)
    if float(np.mean(patch.base)) < 0.2:
        palette = 0.15 + 0.85 * palette
    colour = rgb(patch.base) * (1.0 + 0.025 * noise(rng, texels, 0.2 * metre, 2.0, slope=0.8))[..., None]
    inner = noise(rng, texels, 0.012 * metre, 2.0, slope=0.9, even=True)
    grade = float(rng.uniform(0.7, 1.35))
    bare = np.ones((texels, texels), np.float32)
    for size, share, gap in ((0.034, 0.34, 0.0030), (0.017, 0.44, 0.0020), (0.008, 0.46, 0.0010)):
        spacing = max(3.0, grade * size * metre)
        cells = voronoi(scatter(rng, texels, spacing, jitter=1.0), texels)
        margin = gap * metre + spacing * rng.uniform(0.02, 0.26, cells.count)
        margin[rng.random(cells.count) > share] = 1e6
        inside = np.clip(cells.border - cells.each(margin) + 0.5, 0.0, 1.0)
        clear = cells.each(_clear(cells.label, cells.count, inside, bare))
        stone = palette[rng.integers(len(palette), size=cells.count)]
        stone *= rng.uniform(0.75, 1.2, (cells.count, 1))
        chip = cells.each(stone) * (1.0 + 0.07 * inner)[..., None]
        cover = as_field(inside * clear)
        colour = mix(as_field(colour), as_field(chip), cover)
        bare = bare * (1.0 - cover)
    colour = as_field(cv2.GaussianBlur(colour, (0, 0), 0.55))
    polish = as_field(1.0 - 0.22 * bare)
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=0.24, roughness=0.20, polish=polish)


def _clear(label: npt.NDArray[np.int32], count: int, inside: Field, bare: Field) -> Field:
    """(count,) 1 for cells whose chip meets no chip that lies there already."""
    taken = np.bincount(label.ravel(), weights=(inside * (1.0 - bare)).ravel(), minlength=count)
    return as_field(taken < 1.5)


def rock(rng: np.random.Generator, patch: Patch) -> Tile:
    """Weathered rock: ledges, cracks, grain, a little lichen."""
    texels, metre = patch.texels, patch.metre
    size = min(1.4, 0.7 * patch.side)
    broad = noise(rng, texels, 0.8 * size * metre, 0.08 * size * metre, slope=1.7)
    bend = noise(rng, texels, 0.30 * size * metre, 0.006 * metre, slope=1.7)
    grain = noise(rng, texels, 0.04 * metre, 2.0, slope=0.8)
    other = np.roll(bend, (texels // 3, texels // 5), axis=(0, 1))
    height = as_field(0.030 * size * metre * broad + 0.0045 * size * metre * bend + 0.0011 * metre * grain)
    crack = np.zeros((texels, texels), np.float32)
    facet = np.zeros((texels, texels), np.float32)
    for scale, steep in ((0.34, 0.24), (0.11, 0.20)):
        spacing = scale * size * metre
        points = scatter(rng, texels, spacing)
        cells = voronoi(points, texels)
        push = 0.07 * spacing
        near = _moved(cells.label, push * bend, push * other)
        lean = as_field(rng.uniform(-steep, steep, (cells.count, 2)))
        lift = as_field(spacing * rng.uniform(-0.05, 0.05, cells.count))
        for axis in (0, 1):
            height += np.take(lean[:, axis], near) * _ramp(near, points, axis)
        height += np.take(lift, near)
        facet += np.take(as_field(0.4 * rng.standard_normal(cells.count)), near)
        border = warp(cells.border, push * bend, push * other)
        crack = np.maximum(crack, np.exp(-border / (0.006 * spacing + 0.7)) * smoothstep(-0.3, 1.2, broad))
    height -= as_field(0.010 * metre * crack)
    height = soften(as_field(height), 0.9)
    shade = relief(height, 0.34, patch.ray)
    shade *= cast(height, patch.ray, 0.10 * size * metre, soft=0.025 * size * metre)
    shade *= cavity(height, 0.03 * size * metre, 0.8 / (0.02 * size * metre))
    tone = (1.0 + 0.08 * broad + 0.07 * grain + 0.07 * facet + 0.05 * bend) * (1.0 - 0.5 * crack)
    colour = rgb(patch.base) * (tone * shade)[..., None]
    colour *= 1.0 + rgb((0.05, 0.0, -0.07)) * (other + 0.5 * facet)[..., None]
    spots = noise(rng, texels, 0.10 * metre, 0.006 * metre, slope=0.6)
    lichen = smoothstep(1.5, 2.0, spots + 0.3 * broad) * 0.55 * float(rng.random())
    pale = as_field(rgb((0.46, 0.46, 0.34)) * shade[..., None])
    colour = mix(as_field(colour), pale, as_field(lichen))
    return Tile(np.maximum(colour, 0.0), patch.side, height=unit(height))


def _ramp(label: npt.NDArray[np.int32], points: npt.NDArray[np.float32], axis: int) -> Field:
    """Texels from the cell's point along one axis."""
    half = np.float32(0.5 * label.shape[0])
    place = np.arange(label.shape[0], dtype=np.float32)
    away = (place[None, :] if axis == 0 else place[:, None]) - np.take(points[:, axis], label)
    away[away > half] -= 2 * half
    away[away < -half] += 2 * half
    return as_field(away)


def _moved(label: npt.NDArray[np.int32], shift_x: Field, shift_y: Field) -> npt.NDArray[np.int32]:
    """The cells' numbers looked up at moved places."""
    texels = label.shape[0]
    axis = np.arange(texels)
    x = (axis[None, :] + np.rint(shift_x).astype(np.intp)) % texels
    y = (axis[:, None] + np.rint(shift_y).astype(np.intp)) % texels
    return np.asarray(label[y, x], np.int32)
