"""Seasons: what they do to the colours of plants and of the ground."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.scene import Scene

GRASS = {
    "spring": Colour(122, 156, 62),
    "autumn": Colour(142, 130, 66),
    "winter": Colour(132, 126, 98),
}
"""Colour of grass in a season; in summer, and where none is named, it has its own."""

_TURNED = ((0.86, 0.56, 0.10), (0.80, 0.36, 0.08), (0.62, 0.20, 0.09), (0.66, 0.50, 0.24))
"""Hues of leaves in autumn."""

_BLOSSOM = (1.0, 0.86, 0.88)
"""Hue of blossom in spring."""


def season_of(scene: Scene) -> str:
    """The season that a scene is in: winter where it snows or snow lies and no other is named."""
    if scene.season:
        return scene.season
    return "winter" if scene.weather == "snowfall" or scene.setting == "snow" else ""


def greenness(light: Radiance) -> Field:
    """(H, W) how much of a pixel's colour is that of living plants, 0..1."""
    red, green, blue = light[..., 0], light[..., 1], light[..., 2]
    lead = (green - 0.5 * (0.85 * red + blue) - 0.10 * red) / np.maximum(green, 1e-4)
    return smoothstep(0.06, 0.36, as_field(lead))


def turn(light: Radiance, season: str, clumps: Field) -> Radiance:
    """Plants in a season's colours.

    Args:
        light: (H, W, 3) linear light, any exposure.
        season: Name of the season; unchanged in summer and where none is named.
        clumps: (H, W) field with mean 0 and variance 1: which tree or bush a pixel belongs to.
    """
    if season not in ("spring", "autumn", "winter"):
        return light
    share = greenness(light)
    level = light @ np.asarray((0.27, 0.62, 0.11), np.float32)
    if season == "spring":
        fresh = level[..., None] * rgb((1.02, 1.22, 0.42))
        flowering = 0.75 * smoothstep(1.0, 1.7, clumps)
        bloom = (1.6 * level + 0.05)[..., None] * rgb(_BLOSSOM)
        fresh = mix(as_field(fresh), as_field(bloom), flowering)
        return mix(light, fresh, as_field(0.8 * share))
    if season == "winter":
        bare = (0.82 * level)[..., None] * rgb((1.06, 0.99, 0.90))
        return mix(light, as_field(bare), as_field(0.62 + 0.32 * share))
    hues = np.asarray(_TURNED, np.float32)
    at = np.clip(1.5 + 1.1 * clumps, 0.0, 2.999)
    first = at.astype(np.intp)
    hue = hues[first] + (hues[first + 1] - hues[first]) * (at - first)[..., None]
    turned = (1.55 * level)[..., None] * hue / 0.62
    return mix(light, as_field(turned), as_field(0.95 * share))


def snowed(light: Radiance, white: Radiance, elevation: Field, clumps: Field) -> Radiance:
    """Snow on what stands around: all over the ground, and on what looks up in trees and on roofs.

    Args:
        light: (H, W, 3) linear light of the land, without sky.
        white: (3,) light of snow.
        elevation: (H, W) radians.
        clumps: (H, W) field with mean 0 and variance 1 in which branches carry more and less.
    """
    level = light.mean(axis=2)
    near = np.maximum(as_field(np.quantile(level, 0.8)), 1e-4)
    grey = mix(
        light,
        as_field(np.repeat(level[..., None], 3, axis=2) * rgb((0.96, 1.0, 1.06))),
        as_field(np.full(level.shape, 0.75)),
    )
    lying = smoothstep(-0.5, 1.3, as_field(clumps + 1.2 * (level / near - 0.5)))
    on_trees = mix(grey, as_field(np.broadcast_to(white * 0.72, light.shape)), as_field(0.48 * lying))
    ground = smoothstep(0.012, -0.012, elevation)
    relief = 0.90 + 0.10 * np.clip(level / near, 0.0, 1.0)
    return mix(on_trees, as_field(white * relief[..., None]), as_field(0.96 * ground))
