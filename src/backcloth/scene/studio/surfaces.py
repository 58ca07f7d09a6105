"""The surfaces by name, in their own colours or in a colour that was asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Rgb, as_field, rgb
from backcloth.scene.studio.materials import boards, cast, cloth, earth, paving, plants, stone
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import Ray
from backcloth.scene.studio.materials.water import water
from backcloth.scene.studio.materials.wood import Timber, planks, wood
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import surface_colour

_PLANK = 0.15
"""Metres across a plank of a laid floor, where a standing person or a chair is taken for 1.4 m."""

_ZOOM = 1.1
"""Tile sides per plate side, so that one tile covers what is in focus."""

USUAL = Ray()
"""Light from the left and a little from behind."""

_Make = Callable[[np.random.Generator, Patch], Tile]


@dataclass(frozen=True, slots=True)
class Surface:
    """One material.

    Attributes:
        colour: sRGB shown under unit light when no other is asked for.
        make: Draws the tile.
        fits: Metres that its pattern is made for; 0 for a pattern in true scale.
        least: Metres that a pattern in true scale is made for at least: stones larger than a table
            top would show as none.
        varies: How far its own colour differs from seed to seed, as a share.
        bound: Whether the colour is only that of what binds stones of other colours.
    """

    colour: tuple[int, int, int]
    make: _Make
    fits: float = 0.0
    least: float = 0.0
    varies: float = 0.05
    bound: bool = False


def _marble(rng: np.random.Generator, patch: Patch) -> Tile:
    base = patch.base
    dark = sum(base) / 3 < 0.18
    vein = (0.62, 0.58, 0.50) if dark else (base[0] * 0.26, base[1] * 0.25, base[2] * 0.25)
    return stone.marble(rng, patch, vein)


def _timber(base: Rgb, shade: float, contrast: float, gloss: float, knots: float) -> Timber:
    light = (base[0] * 1.12, base[1] * 1.08, base[2] * 1.05)
    dark = (base[0] * shade, base[1] * shade * 0.86, base[2] * shade * 0.72)
    return Timber(light, dark, contrast, gloss, knots)


def _wood(contrast: float, gloss: float, shade: float, knots: float = 0.0) -> _Make:
    def make(rng: np.random.Generator, patch: Patch) -> Tile:
        return wood(rng, patch, _timber(patch.base, shade, contrast, gloss, knots))

    return make


def _planks(contrast: float, gloss: float, shade: float) -> _Make:
    def make(rng: np.random.Generator, patch: Patch) -> Tile:
        return planks(rng, patch, _timber(patch.base, shade, contrast, gloss, 0.0), width=_PLANK)

    return make


def _floor_tiles(rng: np.random.Generator, patch: Patch) -> Tile:
    return paving.tiles(rng, patch, floor=True)


SURFACES = {
    "marble": Surface((226, 224, 220), _marble, 0.75, varies=0.025),
    "wood": Surface((186, 144, 98), _wood(1.0, 0.10, 0.45), 0.8, varies=0.10),
    "oak": Surface((196, 156, 108), _wood(0.9, 0.10, 0.48), 0.8, varies=0.08),
    "walnut": Surface((112, 76, 52), _wood(1.0, 0.12, 0.40), 0.8, varies=0.08),
    "dark wood": Surface((82, 56, 42), _wood(1.0, 0.14, 0.35), 0.8, varies=0.10),
    "white wood": Surface((222, 216, 206), _wood(0.75, 0.06, 0.62), 0.8, varies=0.03),
    "pine": Surface((222, 186, 136), _wood(0.8, 0.08, 0.55, 0.35), 0.8),
    "concrete": Surface((168, 166, 161), cast.concrete, 0.8, varies=0.10),
    "slate": Surface((72, 74, 79), stone.slate, 0.7, varies=0.10),
    "terrazzo": Surface((226, 221, 213), stone.terrazzo, 0.8, varies=0.03, bound=True),
    "linen": Surface((224, 214, 198), cloth.linen, 0.6, varies=0.04),
    "silk": Surface((226, 212, 196), cloth.silk, 0.7),
    "velvet": Surface((92, 32, 48), cloth.velvet, 0.7, varies=0.08),
    "leather": Surface((124, 78, 48), cloth.leather, 0.55, varies=0.12),
    "paper": Surface((240, 237, 230), boards.paper, 0.6, varies=0.015),
    "plaster": Surface((232, 228, 222), cast.plaster, 0.9, varies=0.02),
    "cork": Surface((196, 152, 108), boards.cork, 0.5, varies=0.07),
    "brushed metal": Surface((178, 180, 183), boards.brushed_metal, 0.7, varies=0.05),
    "acrylic": Surface((22, 22, 24), boards.acrylic, 0.7, varies=0.0),
    "brick": Surface((150, 92, 74), paving.brick, least=0.9, varies=0.10),
    "tiles": Surface((228, 228, 224), paving.tiles, least=0.6, varies=0.02),
    "slabs": Surface((150, 143, 132), paving.slabs, least=1.6, varies=0.10),
    "cobbles": Surface((122, 118, 113), paving.cobbles, least=0.9, varies=0.08),
    "gravel": Surface((150, 142, 130), paving.gravel, least=0.4, varies=0.10),
    "rock": Surface((132, 126, 117), stone.rock, least=0.8, varies=0.10),
    "asphalt": Surface((104, 103, 103), cast.asphalt, varies=0.07),
    "sand": Surface((224, 203, 168), earth.sand, varies=0.04),
    "wet sand": Surface((142, 122, 96), earth.wet_sand, varies=0.06),
    "soil": Surface((96, 76, 56), earth.soil, varies=0.10),
    "leaf litter": Surface((158, 108, 62), plants.leaf_litter, least=0.5, varies=0.08),
    "moss": Surface((92, 112, 44), plants.moss, varies=0.10),
    "lawn": Surface((112, 138, 62), plants.lawn, varies=0.08),
    "snow": Surface((228, 233, 241), earth.snow, varies=0.01),
    "carpet": Surface((198, 190, 180), cloth.carpet, varies=0.06),
    "water": Surface((38, 62, 68), water, varies=0.10),
}


_LAID: dict[str, _Make] = {
    "wood": _planks(0.9, 0.10, 0.62),
    "oak": _planks(0.9, 0.10, 0.62),
    "walnut": _planks(1.0, 0.12, 0.55),
    "dark wood": _planks(1.0, 0.14, 0.50),
    "white wood": _planks(0.8, 0.08, 0.72),
    "pine": _planks(0.85, 0.08, 0.66),
    "tiles": _floor_tiles,
}
"""How woods and tiles are made where they are a floor."""

_TRUE = frozenset(_LAID) | {"concrete", "terrazzo", "marble", "slate"}
"""Surfaces that are made in true scale where they are a floor."""

WOODS = frozenset(_LAID) - {"tiles"}
"""The surfaces that have boards, and so a direction."""


def ray(stage: Stage, yaw: float = 0.0) -> Ray:
    """The stage's key light as a surface turned by `yaw` on the ground sees it."""
    cosine, sine = math.cos(yaw), math.sin(yaw)
    x, depth = stage.key.away
    return Ray(x * cosine + depth * sine, depth * cosine - x * sine, stage.key.reach, stage.light.key_share)


def build_floor(
    name: str,
    colour: Colour | None,
    rng: np.random.Generator,
    texels: int,
    pixel: float,
    *,
    lit: Ray = USUAL,
) -> Tile:
    """The tile of a surface that people walk on: as `build`, but boards, tiles and stone in true scale."""
    surface = SURFACES[name]
    if name in _TRUE:
        surface = replace(surface, make=_LAID.get(name, surface.make), fits=0.0)
    return _made(surface, colour, rng, texels, texels * pixel * _ZOOM, lit)


def build(
    name: str,
    colour: Colour | None,
    rng: np.random.Generator,
    texels: int,
    pixel: float,
    *,
    lit: Ray = USUAL,
) -> Tile:
    """The tile of a surface.

    Args:
        name: In SURFACES.
        colour: Asked for, or None for the surface's own, which differs a little from seed to seed.
        rng: Draws its pattern.
        texels: Side of the tile.
        pixel: Metres that a pixel shows at the subject.
        lit: The key light, which relief is shaded by.
    """
    return _made(SURFACES[name], colour, rng, texels, texels * pixel * _ZOOM, lit)


def _made(
    surface: Surface, colour: Colour | None, rng: np.random.Generator, texels: int, covered: float, lit: Ray
) -> Tile:
    shift = rng.standard_normal(2)
    base = surface_colour(colour.rgb if colour else surface.colour)
    if colour is None:
        base = _shifted(base, surface.varies, float(shift[0]), float(shift[1]))
    side = surface.fits or max(covered, surface.least)
    tile = surface.make(rng, Patch(texels, side, base, lit))
    shown = tile.colour
    if not surface.bound:
        seen = np.median(shown[::5, ::5].reshape(-1, 3), axis=0)
        shown = shown * as_field(np.clip(rgb(base) / np.maximum(seen, 1e-4), 0.25, 4.0))
    return replace(tile, colour=as_field(shown), side=covered, lattice=tile.lattice * covered / side)


def _shifted(base: Rgb, varies: float, light: float, warm: float) -> Rgb:
    """The colour a little lighter or darker, warmer or cooler."""
    level = 1.0 + varies * max(-1.6, min(1.6, light))
    turn = 0.4 * varies * max(-1.6, min(1.6, warm))
    return (base[0] * level * (1.0 + turn), base[1] * level, base[2] * level * (1.0 - turn))
