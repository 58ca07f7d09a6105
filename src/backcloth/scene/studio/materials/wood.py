"""Wood: boards with growth rings, fibres, pores and gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import relief
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.texture import Tile


@dataclass(frozen=True, slots=True)
class Timber:
    """One kind of wood.

    Attributes:
        light, dark: Linear colours of early and late wood.
        contrast: How strongly they differ.
        gloss: Of its finish.
        knots: Knots in a board, on average.
    """

    light: Rgb
    dark: Rgb
    contrast: float = 1.0
    gloss: float = 0.10
    knots: float = 0.0


def wood(rng: np.random.Generator, patch: Patch, timber: Timber) -> Tile:
    """Boards along x of a table top.

    Rings are distances from a tree's axis that runs nearly along the board (Peachey, Solid Texturing,
    1985), so boards sawn near the axis show arches and those far from it straight lines.
    """
    texels, metre = patch.texels, patch.metre
    count = int(rng.integers(3, 7))
    board, across = _boards(rng, texels, count)
    axis_offset = rng.uniform(-0.55, 0.55, count).astype(np.float32)[board]
    axis_depth = rng.uniform(0.015, 0.09, count).astype(np.float32)[board]
    tone = rng.uniform(0.86, 1.12, count).astype(np.float32)[board]
    hue = (0.035 * rng.standard_normal(count)).astype(np.float32)[board]
    spacing = float(rng.uniform(0.0055, 0.0100))
    slide = rng.integers(0, texels, count)[board]
    columns = (np.arange(texels)[None, :] + slide[:, None]) % texels
    rows = np.arange(texels)[:, None]

    def shifted(field: Field) -> Field:
        return np.asarray(field[rows, columns], np.float32)

    sway = shifted(noise(rng, texels, 1.6 * metre, 0.20 * metre, slope=1.5, stretch=5))
    waver = shifted(noise(rng, texels, 0.16 * metre, 0.008 * metre, slope=1.3, stretch=12))
    width = patch.side / count
    y = (across - 0.5 - axis_offset)[:, None] * width + 0.010 * sway + 0.0013 * waver
    drift = noise(rng, texels, 1.2 * metre, 0.30 * metre, slope=1.6)
    roam = rng.uniform(0.006, 0.024, count).astype(np.float32)[board]
    z = axis_depth[:, None] + roam[:, None] * drift[(rng.integers(0, texels, count))[board][:, None], columns]
    knot, eye = _knots(rng, patch, timber.knots * count)
    ring = np.sqrt(y * y + z * z) / spacing + 0.22 * waver + 4.5 * knot
    phase = ring - np.floor(ring)
    late = smoothstep(0.15, 0.90, phase) * (1.0 - smoothstep(0.92, 1.0, phase))
    strong = 0.75 + 0.35 * np.sin(2.4 * np.floor(ring) + 5.0 * axis_offset[:, None])
    fibre = shifted(noise(rng, texels, 0.02 * metre, 2.0, slope=0.35, stretch=30))
    streak = shifted(noise(rng, texels, 0.10 * metre, 0.004 * metre, slope=0.8, stretch=24))
    pores = smoothstep(1.5, 2.5, shifted(noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, stretch=22)))
    pores *= 0.45 + 0.55 * (1.0 - late)
    share = (0.16 + 0.40 * late * strong + 0.10 * streak + 0.06 * fibre) * timber.contrast + 0.40 * eye
    colour = mix(_flat(timber.light, texels), _flat(timber.dark, texels), as_field(np.clip(share, 0.0, 1.25)))
    gap = np.minimum(across, 1.0 - across) * width
    seam = np.clip(1.0 - gap / max(0.0011, 0.7 / metre), 0.0, 1.0)[:, None]
    bevel = np.exp(-gap / 0.0030)[:, None] * 0.18
    factor = tone[:, None] * (1.0 - 0.30 * pores) * relief(fibre - 2.0 * pores, 0.035, patch.ray)
    factor = factor * (1.0 - 0.18 * eye)
    colour *= (factor * (1.0 - 0.85 * seam) * (1.0 - bevel))[..., None]
    colour *= 1.0 + hue[:, None, None] * rgb((0.6, 0.0, -1.2))
    polish = as_field(np.clip((1.0 - 0.5 * pores + 0.10 * streak - 0.15 * late) * (1.0 - seam), 0.0, 1.0))
    return Tile(
        np.maximum(colour, 0.0).astype(np.float32),
        patch.side,
        timber.gloss,
        0.40,
        polish,
        lattice=patch.side / 64,
    )


def _knots(rng: np.random.Generator, patch: Patch, mean: float) -> tuple[Field, Field]:
    """Knots: (how far they push the rings, how dark their heart is), both (T, T) and 0..1."""
    texels, metre = patch.texels, patch.metre
    push, heart = np.zeros((texels, texels), np.float32), np.zeros((texels, texels), np.float32)
    axis = np.arange(texels, dtype=np.float32)
    for _ in range(int(rng.poisson(mean))):
        x, y = rng.uniform(0, texels, 2)
        size = float(rng.uniform(0.005, 0.014)) * metre
        over = (axis[None, :] - x + texels / 2) % texels - texels / 2
        down = (axis[:, None] - y + texels / 2) % texels - texels / 2
        distance = np.sqrt((over / 2.2) ** 2 + down**2) / size
        push += np.exp(-0.38 * distance).astype(np.float32)
        inner = np.sqrt((over / 1.25) ** 2 + down**2) / size
        rings = 0.80 + 0.20 * np.cos(9.0 * inner)
        heart = np.maximum(heart, smoothstep(1.25, 0.75, inner) * rings)
    return push, as_field(heart)


def planks(rng: np.random.Generator, patch: Patch, timber: Timber, *, width: float) -> Tile:
    """A laid floor of narrow planks along x, calmer than a table top: fine grain, staggered ends.

    Args:
        rng: Draws tones, joints and grain.
        patch: What to make.
        timber: Its wood.
        width: Metres of one plank.
    """
    texels, side, metre = patch.texels, patch.side, patch.metre
    width *= float(rng.uniform(0.8, 1.25))
    count = max(4, round(side / width))
    board, across = _boards(rng, texels, count)
    run = np.arange(texels)[None, :] + rng.integers(0, texels, count)[board][:, None]
    along = as_field(run / texels)
    pieces = max(1, round(side / (9.0 * width)))
    piece = (along * pieces).astype(np.intp) % pieces
    lively = float(rng.uniform(0.05, 0.11))
    tone = as_field(1.0 + lively * rng.standard_normal((count, pieces))).clip(0.76, 1.24)[
        board[:, None], piece
    ]
    warmth = as_field(0.020 * rng.standard_normal((count, pieces)))[board[:, None], piece]
    slide = (run + piece * (texels // 3)) % texels
    rows = np.arange(texels)[:, None]
    figure = noise(rng, texels, 1.2 * width * metre, 0.05 * width * metre, slope=1.0, stretch=12)[rows, slide]
    fibre = noise(rng, texels, 0.12 * width * metre, 2.0, slope=0.3, stretch=26)[rows, slide]
    lines = np.sin(3.2 * figure) * 0.6 + 0.6 * figure
    share = np.clip((0.30 + 0.14 * lines + 0.07 * fibre) * timber.contrast, 0.0, 1.0)
    colour = mix(_flat(timber.light, texels), _flat(timber.dark, texels), as_field(share))
    gap = as_field(np.minimum(across, 1.0 - across) * width)[:, None]
    place = along * pieces - np.floor(along * pieces)
    end = np.minimum(place, 1.0 - place) * (side / pieces)
    joint = np.clip(1.0 - np.minimum(gap, end) / max(0.0016, 0.9 / metre), 0.0, 1.0)
    factor = tone * relief(as_field(fibre), 0.02, patch.ray) * (1.0 - 0.55 * joint)
    colour = colour * (factor[..., None] * (1.0 + warmth[..., None] * rgb((1.0, 0.0, -1.0))))
    sheen = as_field(rng.uniform(0.75, 1.0, (count, pieces)))[board[:, None], piece]
    polish = as_field(np.clip(sheen * (1.0 + 0.06 * fibre) * (1.0 - joint), 0.0, 1.0))
    tilt = as_field(0.0022 * rng.standard_normal((count, pieces)))[board[:, None], piece]
    slope = as_field(np.dstack([0.2 * tilt, tilt]))
    return Tile(
        np.maximum(colour, 0.0).astype(np.float32),
        side,
        1.6 * timber.gloss,
        0.5,
        polish,
        slope,
        lattice=side / 64,
    )


def _boards(rng: np.random.Generator, texels: int, boards: int) -> tuple[npt.NDArray[np.intp], Field]:
    """For each row of the tile, its board's number and the place across that board, 0..1."""
    cuts = (np.arange(boards) + rng.uniform(0.0, 0.12, boards)) * texels / boards
    cuts[0] = 0.0
    centre = np.arange(texels) + 0.5
    board = np.searchsorted(cuts, centre, side="right") - 1
    ends = np.append(cuts[1:], texels)
    across = (centre - cuts[board]) / (ends[board] - cuts[board])
    return board, across.astype(np.float32)


def _flat(colour: Rgb, texels: int) -> Field:
    return np.broadcast_to(rgb(colour), (texels, texels, 3))
