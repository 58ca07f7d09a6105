"""Wood: boards with growth rings, fibres, pores and gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.relief import relief
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.texture import Tile


@dataclass(frozen=True, slots=True)
class Timber:
    """One kind of wood: its light and dark colour (linear), how strongly they differ, and its gloss."""

    light: Rgb
    dark: Rgb
    contrast: float = 1.0
    gloss: float = 0.10


def wood(rng: np.random.Generator, texels: int, side: float, timber: Timber, *, boards: int) -> Tile:
    """Boards along x, `boards` of them in the tile.

    Rings are distances from a tree's axis that runs nearly along the board (Peachey, Solid Texturing,
    1985), so boards sawn near the axis show arches and those far from it straight lines.
    """
    metre = texels / side
    board, across = _boards(rng, texels, boards)
    count = boards
    axis_offset = rng.uniform(-0.55, 0.55, count).astype(np.float32)[board]
    axis_depth = rng.uniform(0.02, 0.10, count).astype(np.float32)[board]
    tone = rng.uniform(0.84, 1.14, count).astype(np.float32)[board]
    slide = rng.integers(0, texels, count)[board]
    columns = (np.arange(texels)[None, :] + slide[:, None]) % texels
    rows = np.arange(texels)[:, None]

    def shifted(field: Field) -> Field:
        return np.asarray(field[rows, columns], np.float32)

    sway = shifted(noise(rng, texels, 1.6 * metre, 0.20 * metre, slope=1.4, stretch=5))
    waver = shifted(noise(rng, texels, 0.16 * metre, 0.02 * metre, slope=1.3, stretch=10))
    width = side / count
    y = (across - 0.5 - axis_offset)[:, None] * width + 0.010 * sway + 0.0015 * waver
    z = axis_depth[:, None] + 0.022 * shifted(
        noise(rng, texels, 2.0 * metre, 0.4 * metre, slope=1.2, stretch=4)
    )
    ring = np.sqrt(y * y + z * z) / 0.0075 + 0.25 * waver
    phase = ring - np.floor(ring)
    late = smoothstep(0.25, 0.92, phase) * (1.0 - smoothstep(0.93, 1.0, phase))
    fibre = shifted(noise(rng, texels, 0.02 * metre, 2.0, slope=0.35, stretch=30))
    streak = shifted(noise(rng, texels, 0.10 * metre, 0.006 * metre, slope=0.8, stretch=24))
    pores = smoothstep(1.5, 2.5, shifted(noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, stretch=22)))
    share = np.clip((0.16 + 0.42 * late + 0.13 * streak + 0.07 * fibre) * timber.contrast, 0.0, 1.0)
    colour = mix(_flat(timber.light, texels), _flat(timber.dark, texels), np.asarray(share, np.float32))
    gap = np.minimum(across, 1.0 - across) * width
    seam = np.clip(1.0 - gap / max(0.0011, 0.7 / metre), 0.0, 1.0)[:, None]
    bevel = np.exp(-gap / 0.0035)[:, None] * 0.20
    factor = tone[:, None] * (1.0 - 0.30 * pores) * relief(fibre - 2.0 * pores, 0.035)
    colour *= (factor * (1.0 - 0.85 * seam) * (1.0 - bevel))[..., None]
    return Tile(np.maximum(colour, 0.0).astype(np.float32), side, gloss=timber.gloss, roughness=0.45)


def planks(rng: np.random.Generator, texels: int, side: float, timber: Timber, *, width: float) -> Tile:
    """A laid floor of narrow planks along x, calmer than a table top: fine grain, staggered ends.

    Args:
        rng: Draws tones, joints and grain.
        texels: Side of the tile.
        side: Metres that the tile covers.
        timber: Its wood.
        width: Metres of one plank.
    """
    metre, count = texels / side, max(4, round(side / width))
    board, across = _boards(rng, texels, count)
    along = (np.arange(texels)[None, :] + rng.integers(0, texels, count)[board][:, None]) / texels
    pieces = max(1, round(side / (9.0 * width)))
    piece = (along * pieces).astype(np.intp) % pieces
    tone = (1.0 + 0.075 * rng.standard_normal((count, pieces))).clip(0.78, 1.2)[board[:, None], piece]
    warmth = (0.016 * rng.standard_normal((count, pieces)))[board[:, None], piece]
    slide = ((along * texels).astype(np.intp) + piece * (texels // 3)) % texels
    rows = np.arange(texels)[:, None]
    figure = noise(rng, texels, 1.2 * width * metre, 0.10 * width * metre, slope=1.0, stretch=12)[rows, slide]
    fibre = noise(rng, texels, 0.12 * width * metre, 2.0, slope=0.3, stretch=26)[rows, slide]
    share = np.clip((0.30 + 0.13 * figure + 0.07 * fibre) * timber.contrast, 0.0, 1.0)
    colour = mix(_flat(timber.light, texels), _flat(timber.dark, texels), as_field(share))
    gap = (np.minimum(across, 1.0 - across) * width)[:, None]
    place = along * pieces - np.floor(along * pieces)
    end = np.minimum(place, 1.0 - place) * (side / pieces)
    joint = np.clip(1.0 - np.minimum(gap, end) / max(0.0016, 0.9 / metre), 0.0, 1.0)
    factor = tone * relief(as_field(fibre), 0.02) * (1.0 - 0.55 * joint)
    colour = colour * (factor[..., None] * (1.0 + warmth[..., None] * rgb((1.0, 0.0, -1.0))))
    return Tile(np.maximum(colour, 0.0).astype(np.float32), side, gloss=1.6 * timber.gloss, roughness=0.55)


def _boards(rng: np.random.Generator, texels: int, boards: int) -> tuple[npt.NDArray[np.intp], Field]:
    """For each row of the tile, its board's number and the place across that board, 0..1."""
    cuts = (np.arange(boards) + rng.uniform(0.0, 0.12, boards)) * texels / boards
    centre = (np.arange(texels) + 0.5 - cuts[0]) % texels + cuts[0]
    board = np.searchsorted(cuts, centre, side="right") - 1
    ends = np.append(cuts[1:], cuts[0] + texels)
    across = (centre - cuts[board]) / (ends[board] - cuts[board])
    return board, across.astype(np.float32)


def _flat(colour: Rgb, texels: int) -> Field:
    return np.broadcast_to(rgb(colour), (texels, texels, 3))
