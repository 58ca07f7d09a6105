"""The surfaces by name, in their own colours or in a colour that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Rgb
from backcloth.scene.studio.materials import ground, stone
from backcloth.scene.studio.materials.wood import Timber, planks, wood
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import surface_colour

_PLANK = 0.15
"""Metres across a plank of a laid floor, where a standing person or a chair is taken for 1.4 m."""

_Make = Callable[[np.random.Generator, int, float, Rgb], Tile]


@dataclass(frozen=True, slots=True)
class Surface:
    """One material.

    Attributes:
        colour: sRGB shown under unit light when no other is asked for.
        make: Draws the tile: (generator, texels, metres, linear colour).
        fits: Metres that its pattern is made for; 0 for a pattern in true scale.
    """

    colour: tuple[int, int, int]
    make: _Make
    fits: float = 0.0


def _marble(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    dark = sum(base) / 3 < 0.18
    vein = (0.62, 0.58, 0.50) if dark else (base[0] * 0.26, base[1] * 0.25, base[2] * 0.25)
    return stone.marble(rng, texels, side, base, vein)


def _wood(contrast: float, gloss: float, depth: float) -> _Make:
    def make(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
        light = (base[0] * 1.12, base[1] * 1.08, base[2] * 1.05)
        dark = (base[0] * depth, base[1] * depth * 0.86, base[2] * depth * 0.72)
        return wood(rng, texels, side, Timber(light, dark, contrast, gloss), boards=5)

    return make


def _planks(contrast: float, gloss: float, depth: float) -> _Make:
    def make(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
        light = (base[0] * 1.10, base[1] * 1.08, base[2] * 1.06)
        dark = (base[0] * depth, base[1] * depth * 0.90, base[2] * depth * 0.80)
        return planks(rng, texels, side, Timber(light, dark, contrast, gloss), width=_PLANK)

    return make


def _soil(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    return ground.soil(rng, texels, side, base, (base[0] * 1.7, base[1] * 1.55, base[2] * 1.2))


def _lawn(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    return ground.soil(rng, texels, side, (base[0] * 0.6, base[1] * 0.62, base[2] * 0.7), base)


SURFACES = {
    "marble": Surface((226, 224, 220), _marble, 0.75),
    "wood": Surface((186, 144, 98), _wood(1.0, 0.10, 0.45), 0.8),
    "oak": Surface((196, 156, 108), _wood(0.9, 0.10, 0.48), 0.8),
    "walnut": Surface((112, 76, 52), _wood(1.0, 0.12, 0.40), 0.8),
    "dark wood": Surface((82, 56, 42), _wood(1.0, 0.14, 0.35), 0.8),
    "white wood": Surface((222, 216, 206), _wood(0.75, 0.06, 0.62), 0.8),
    "pine": Surface((222, 186, 136), _wood(0.8, 0.08, 0.55), 0.8),
    "concrete": Surface((168, 166, 161), ground.concrete, 0.8),
    "slate": Surface((72, 74, 79), stone.slate, 0.7),
    "terrazzo": Surface((226, 221, 213), stone.terrazzo, 0.8),
    "linen": Surface((224, 214, 198), ground.linen, 0.6),
    "plaster": Surface((232, 228, 222), ground.plaster, 0.9),
    "asphalt": Surface((104, 103, 103), ground.asphalt),
    "sand": Surface((224, 203, 168), ground.sand),
    "soil": Surface((112, 94, 70), _soil),
    "lawn": Surface((112, 138, 62), _lawn),
    "snow": Surface((236, 240, 246), ground.snow),
    "carpet": Surface((198, 190, 180), ground.carpet),
}


_LAID = {
    "wood": _planks(0.9, 0.10, 0.62),
    "oak": _planks(0.9, 0.10, 0.62),
    "walnut": _planks(1.0, 0.12, 0.55),
    "dark wood": _planks(1.0, 0.14, 0.50),
    "white wood": _planks(0.8, 0.08, 0.72),
    "pine": _planks(0.85, 0.08, 0.66),
}
"""How woods are made where they are a floor."""

WOODS = frozenset(_LAID)
"""The surfaces that have boards, and so a direction."""


def build_floor(
    name: str, colour: Colour | None, rng: np.random.Generator, texels: int, pixel: float
) -> Tile:
    """The tile of a surface that people walk on: as `build`, but woods are planks in true scale."""
    if name not in _LAID:
        return build(name, colour, rng, texels, pixel)
    side = texels * pixel * 1.1
    return _LAID[name](rng, texels, side, surface_colour(colour.rgb if colour else SURFACES[name].colour))


def build(
    name: str,
    colour: Colour | None,
    rng: np.random.Generator,
    texels: int,
    pixel: float,
    *,
    zoom: float = 1.1,
) -> Tile:
    """The tile of a surface.

    Args:
        name: In SURFACES.
        colour: Asked for, or None for the surface's own.
        rng: Draws its pattern.
        texels: Side of the tile.
        pixel: Metres that a pixel shows at the subject.
        zoom: Tile sides per plate side, so that one tile covers what is in focus.
    """
    surface = SURFACES[name]
    base = surface_colour(colour.rgb if colour else surface.colour)
    covered = texels * pixel * zoom
    tile = surface.make(rng, texels, surface.fits or covered, base)
    return replace(tile, side=covered)
