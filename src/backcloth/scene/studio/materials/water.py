"""Still or gently moving water, as a surface that mirrors."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import as_field, rgb
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import rise
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.texture import Tile


def water(rng: np.random.Generator, patch: Patch) -> Tile:
    """Open water: its body's colour, a full mirror on top, and the slopes of waves that bend the mirror.

    Wind waves of several lengths run mostly one way; a slow field of calm and ruffled patches
    scales the shortest.
    """
    texels = patch.texels
    wave = patch.texels / 5.0
    swell = noise(rng, texels, 1.2 * wave, 0.4 * wave, slope=1.2, stretch=0.5)
    chop = noise(rng, texels, 0.4 * wave, 0.08 * wave, slope=1.3, stretch=0.6)
    ripple = noise(rng, texels, 0.10 * wave, 0.020 * wave, slope=1.0, stretch=0.7)
    calm = np.clip(0.65 + 0.45 * noise(rng, texels, 2.4 * wave, 0.5 * wave, slope=1.3), 0.1, 1.8)
    ruffle = float(rng.uniform(0.5, 1.3))
    height = as_field(0.036 * wave * swell + ruffle * calm * (0.010 * wave * chop + 0.0017 * wave * ripple))
    slope = np.dstack(rise(height))
    depth = 1.0 + 0.05 * swell + 0.03 * chop
    colour = rgb(patch.base) * depth[..., None]
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=1.0, roughness=0.03, slope=as_field(slope))
