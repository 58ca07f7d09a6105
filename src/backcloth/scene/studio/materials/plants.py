"""Ground that plants cover: lawn, moss, fallen leaves."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.leaf import leaf_sprites
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import cast, cavity, relief, soften, unit
from backcloth.scene.studio.materials.stamp import Pile, draw_strokes
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.texture import Tile

_BLADES = 16_000
"""Most blades drawn on one tile; more would cost more than they show."""


def _blades(
    rng: np.random.Generator, texels: int, length: float, count: int, bend: Field, *, width: int
) -> Field:
    """Blades drawn over one another from the ground up, over the same blades elsewhere and in shade.

    Args:
        rng: Draws them.
        texels: Side of the tile.
        length: Of a blade, in texels.
        count: How many, at most _BLADES.
        bend: (T, T) which way they lean in which place.
        width: Of a blade, in texels.

    Returns:
        (T, T, 3) 0..1: how high and light, how yellow, how dry.
    """
    count = min(count, _BLADES)
    start = rng.uniform(0, texels, (count, 1, 2))
    here = bend[start[:, 0, 1].astype(np.intp), start[:, 0, 0].astype(np.intp)]
    angle = float(rng.uniform(0, 2 * np.pi)) + 1.1 * here + rng.normal(0.0, 1.1, count)
    curl = rng.uniform(-0.7, 0.7, count)
    reach = length * rng.uniform(0.45, 1.15, count)
    turn = np.stack([angle, angle + 0.5 * curl, angle + curl], axis=1)
    moves = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * (reach / 3.0)[:, None, None]
    paths = np.concatenate([start, start + np.cumsum(moves, axis=1)], axis=1)
    light = 0.24 + 0.62 * np.linspace(0.0, 1.0, count) + rng.normal(0.0, 0.12, count)
    dry = np.where(rng.random(count) < float(rng.uniform(0.01, 0.10)), rng.uniform(0.5, 1.0, count), 0.0)
    hue = np.clip(0.4 + 0.13 * rng.standard_normal(count) + 0.08 * here, 0.1, 1.0)
    values = np.stack([np.clip(light, 0.05, 1.0), hue, dry], axis=1) * 255
    canvas = np.zeros((texels, texels, 3), np.uint8)
    canvas[..., 0], canvas[..., 1] = 26, 100
    draw_strokes(canvas, as_field(paths), values.astype(np.int64), width)
    thick = canvas.copy()
    for dim in (0.88, 0.78, 0.68):
        move = rng.integers(texels // 5, texels - texels // 5, 2)
        lower = np.roll(canvas, (int(move[0]), int(move[1])), axis=(0, 1))
        lower[..., 0] = cv2.convertScaleAbs(lower[..., 0], alpha=dim)
        cv2.copyTo(lower, cv2.compare(lower[..., 0], thick[..., 0], cv2.CMP_GT), thick)
    return as_field(thick) * np.float32(1 / 255)


def lawn(rng: np.random.Generator, patch: Patch) -> Tile:
    """Mown grass from above: blades over blades, the lower ones in shade, some of them dry."""
    texels, metre = patch.texels, patch.metre
    length = float(np.clip(0.036 * metre, 9.0, 90.0))
    clump = noise(rng, texels, 0.25 * metre, 0.03 * metre, slope=1.1)
    count = int(14.4 * (texels / length) ** 2)
    layers = _blades(rng, texels, length, count, clump, width=max(1, round(length / 16)))
    tone = 0.36 + 1.10 * layers[..., 0] + 0.06 * clump
    colour = rgb(patch.base) * tone[..., None]
    colour *= 1.0 + (layers[..., 1] - 0.4)[..., None] * rgb((0.9, 0.15, -0.7))
    straw = rgb((2.1, 1.35, 1.9)) * rgb(patch.base)
    colour = mix(as_field(colour), as_field(straw * tone[..., None]), as_field(0.75 * layers[..., 2]))
    shade = relief(soften(layers[..., 0], 0.7), 0.9, patch.ray)
    return Tile(np.maximum(colour * shade[..., None], 0.0), patch.side, height=as_field(layers[..., 0]))


def moss(rng: np.random.Generator, patch: Patch) -> Tile:
    """Cushions of moss: soft mounds of tiny shoots, bright at the tips."""
    texels, metre = patch.texels, patch.metre
    broad = noise(rng, texels, 0.35 * metre, 0.05 * metre, slope=1.4)
    mounds = np.zeros((texels, texels), np.float32)
    for size in (0.11, 0.055):
        spacing = max(6.0, size * metre * float(rng.uniform(0.8, 1.3)))
        cells = voronoi(scatter(rng, texels, spacing), texels)
        inner = np.clip(soften(cells.border, 0.06 * spacing) / (0.5 * spacing), 0.0, 1.0)
        mounds += size * np.sqrt(inner * (2.0 - inner)) * cells.each(rng.uniform(0.5, 1.0, cells.count))
    mounds = soften(mounds, 0.004 * metre)
    fine = noise(rng, texels, 0.006 * metre, 2.0, slope=0.2, even=True)
    length = float(np.clip(0.010 * metre, 6.0, 26.0))
    shoots = _blades(
        rng,
        texels,
        length,
        int(4.0 * (texels / length) ** 2),
        6.0 * fine,
        width=max(1, round(length / 10)),
    )
    tip = shoots[..., 0]
    height = as_field(metre * (0.32 * mounds + 0.010 * broad + 0.0030 * tip + 0.0008 * fine))
    shade = relief(height, 0.26, patch.ray) * cast(height, patch.ray, 0.05 * metre, soft=0.010 * metre)
    shade *= cavity(height, 0.03 * metre, 45.0 / metre)
    lit = np.clip(0.30 + 1.15 * tip + 0.08 * fine + 0.10 * broad, 0.1, 1.7)
    colour = rgb(patch.base) * (shade * (0.35 + 0.80 * lit))[..., None]
    yellow = 0.6 * (shoots[..., 1] - 0.4) + 0.5 * (lit - 0.9) + 0.12 * broad
    colour *= 1.0 + yellow[..., None] * rgb((0.6, 0.08, -0.5))
    brown = smoothstep(1.1, 2.4, noise(rng, texels, 0.2 * metre, 0.01 * metre, slope=0.9)) * 0.6
    dead = rgb(patch.base) * (rgb((1.6, 0.9, 1.0)) * (shade * (0.4 + tip))[..., None])
    colour = mix(as_field(colour), as_field(dead), as_field(brown))
    return Tile(np.maximum(colour, 0.0), patch.side, height=unit(height))


_TONES = (
    (1.42, 1.22, 0.70),
    (1.30, 0.80, 0.50),
    (1.20, 0.95, 0.75),
    (0.85, 0.72, 0.70),
    (0.62, 0.55, 0.60),
    (1.35, 0.58, 0.50),
    (0.50, 0.42, 0.45),
    (0.95, 1.30, 0.55),
)
"""Leaves relative to the asked colour: yellow, orange, tan, brown, dark, red, wet, still green."""

_DYED = 80
"""Different leaves on one tile."""

_SHARES = (0.20, 0.18, 0.20, 0.16, 0.10, 0.06, 0.06, 0.04)
"""Share of the leaves that have each tone, before the seed varies it."""


def leaf_litter(rng: np.random.Generator, patch: Patch) -> Tile:
    """Fallen leaves that lie over one another, each with its shadow, over dark earth and twigs."""
    texels, metre = patch.texels, patch.metre
    size = float(np.clip(0.085 * metre * rng.uniform(0.85, 1.2), 16.0, 150.0))
    grain = noise(rng, texels, 0.012 * metre, 2.0, slope=0.5, even=True)
    base = rgb(patch.base)
    earth = as_field(base * rgb((0.26, 0.28, 0.32)) * (1.0 + 0.2 * grain)[..., None])
    forms = leaf_sprites(rng, round(size), patch.ray)
    shares = np.asarray(_SHARES) * rng.uniform(0.4, 1.6, len(_SHARES))
    kinds = rng.choice(len(_TONES), _DYED, p=shares / shares.sum())
    tones = np.asarray(_TONES)[kinds] * rng.uniform(0.72, 1.15, (_DYED, 1)) * base
    dyed = [forms[index % len(forms)].dyed(tone) for index, tone in enumerate(tones)]
    drop = 0.035 * size * min(patch.ray.reach, 2.0)
    move = (drop * patch.ray.x, drop * patch.ray.y)
    sheet = np.dstack([earth, np.zeros((texels, texels), np.float32)])
    count = int(1.5 * (texels / size) ** 2)
    for layer in range(2):
        pile = Pile(sheet, 2 * round(size), move)
        for x, y, pick in zip(
            *rng.uniform(0, texels, (2, count)), rng.integers(_DYED, size=count), strict=True
        ):
            pile.lay(dyed[pick], float(x), float(y))
        sheet = pile.sheet
        if layer == 0:
            sheet = _heaped(sheet, rng)
    colour = sheet[..., :3] * (1.0 + 0.03 * grain)[..., None]
    return Tile(as_field(np.maximum(colour, 0.0)), patch.side, 0.05, 0.7, height=_level(sheet[..., 3]))


def _heaped(sheet: Field, rng: np.random.Generator) -> Field:
    """Leaves with the same leaves, moved and in shade, filling the gaps between them."""
    texels = sheet.shape[0]
    for dim in (0.64, 0.52):
        move = rng.integers(texels // 5, texels // 2, 2)
        lower = np.roll(sheet, (int(move[0]), int(move[1])), axis=(0, 1)) * np.float32(dim)
        bare = smoothstep(0.2, 0.02, sheet[..., 3])[..., None]
        sheet = as_field(sheet + (lower - sheet) * bare)
    sheet[..., :3] *= np.float32(0.72)
    return sheet


def _level(height: Field) -> Field:
    return unit(as_field(cv2.GaussianBlur(height, (0, 0), 0.6)))
