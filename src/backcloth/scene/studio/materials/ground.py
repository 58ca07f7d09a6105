"""Concrete, asphalt, sand, soil, snow and cloth: matt surfaces made of grains."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import Rgb, mix, rgb, smoothstep
from backcloth.scene.studio.materials.relief import relief
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile


def concrete(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """Smooth cast concrete: clouds, trowel marks, pin holes."""
    metre = texels / side
    cloud = noise(rng, texels, 1.2 * metre, 0.02 * metre, slope=1.3)
    trowel = noise(rng, texels, 0.4 * metre, 0.01 * metre, slope=1.0, stretch=5)
    grit = noise(rng, texels, 0.004 * metre, 2.0, slope=0.1)
    spots = noise(rng, texels, 0.02 * metre, 0.003 * metre, slope=0.2)
    holes = smoothstep(2.75, 3.3, spots)
    tone = 1.0 + 0.060 * cloud + 0.030 * trowel + 0.040 * grit
    shade = relief(grit + 0.6 * spots - 5.0 * holes, 0.045)
    colour = rgb(base) * (tone * shade * (1.0 - 0.55 * holes))[..., None]
    colour *= 1.0 + rgb((0.010, 0.0, -0.014)) * cloud[..., None]
    return Tile(np.maximum(colour, 0.0), side, gloss=0.10, roughness=0.5)


def plaster(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """A painted wall: barely structured."""
    metre = texels / side
    cloud = noise(rng, texels, 1.5 * metre, 0.05 * metre, slope=1.4)
    roller = noise(rng, texels, 0.010 * metre, 2.0, slope=0.4)
    tone = (1.0 + 0.018 * cloud) * relief(roller, 0.025)
    return Tile(np.maximum(rgb(base) * tone[..., None], 0.0), side, gloss=0.03, roughness=0.9)


def asphalt(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """Worn asphalt: stones in tar, oil stains, hairline cracks."""
    metre = texels / side
    stones = noise(rng, texels, 0.030 * metre, 2.0, slope=0.15)
    chips = noise(rng, texels, 0.006 * metre, 2.0, slope=0.0)
    patch = noise(rng, texels, 3.0 * metre, 0.15 * metre, slope=1.2)
    stain = smoothstep(1.0, 2.6, noise(rng, texels, 1.6 * metre, 0.10 * metre, slope=1.4))
    push = noise(rng, texels, 0.8 * metre, 0.05 * metre, slope=1.3) * (0.10 * metre)
    line = warp(noise(rng, texels, 3.0 * metre, 1.0 * metre, slope=1.5), push, -push)
    crack = np.clip(1.0 - np.abs(line) / 0.010, 0.0, 1.0) * (patch > 0.4)
    tone = (1.0 + 0.045 * patch + 0.09 * stones + 0.13 * chips) * (1.0 - 0.22 * stain) * (1.0 - 0.45 * crack)
    pale = smoothstep(1.1, 2.6, chips + 0.5 * stones) * 0.42
    tarry = smoothstep(1.3, 2.8, -chips) * 0.45
    colour = rgb(base) * (tone * (1.0 - tarry) * relief(stones, 0.03))[..., None]
    colour = mix(colour, np.broadcast_to(rgb((0.30, 0.285, 0.26)), colour.shape), pale)
    return Tile(np.maximum(colour, 0.0), side, gloss=0.10, roughness=0.8)


def sand(rng: np.random.Generator, texels: int, side: float, base: Rgb, *, hollows: float = 1.0) -> Tile:
    """Dry sand: trodden hollows, wind ripples, grains."""
    metre = texels / side
    dents = noise(rng, texels, 0.34 * metre, 0.03 * metre, slope=1.7)
    push = noise(rng, texels, 0.6 * metre, 0.08 * metre, slope=1.2)
    ripples = warp(noise(rng, texels, 0.075 * metre, 0.03 * metre, slope=0.5, stretch=2), push * 6, push * 4)
    grains = noise(rng, texels, 0.008 * metre, 2.0, slope=0.0)
    clumps = noise(rng, texels, 0.045 * metre, 0.006 * metre, slope=0.5)
    shade = (
        relief(clumps, 0.17)
        * relief(dents * (metre * 0.022), 0.16 * hollows)
        * relief(ripples * (metre * 0.003), 0.10)
    )
    shade *= relief(grains, 0.13)
    tone = 1.0 + 0.03 * dents + 0.16 * grains + 0.05 * clumps
    colour = rgb(base) * (shade * tone)[..., None]
    return Tile(np.maximum(colour, 0.0), side)


def soil(rng: np.random.Generator, texels: int, side: float, base: Rgb, leaf: Rgb) -> Tile:
    """A forest or park floor: earth, moss and litter, lumpy."""
    metre = texels / side
    lumps = noise(rng, texels, 0.5 * metre, 0.02 * metre, slope=1.2)
    litter = noise(rng, texels, 0.05 * metre, 0.012 * metre, slope=0.3, stretch=1.6)
    bits = noise(rng, texels, 0.012 * metre, 2.0, slope=0.2)
    share = smoothstep(-0.6, 2.4, litter + 0.6 * lumps)
    colour = mix(
        np.broadcast_to(rgb(base), (texels, texels, 3)),
        np.broadcast_to(rgb(leaf), (texels, texels, 3)),
        share,
    )
    shade = relief(lumps * (metre * 0.012), 0.20) * relief(litter, 0.10) * relief(bits, 0.10)
    tone = 1.0 + 0.10 * lumps + 0.10 * bits + 0.10 * litter
    return Tile(np.maximum(colour * (shade * tone)[..., None], 0.0), side)


def snow(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """Fresh snow: soft drifts and a faint sparkle."""
    metre = texels / side
    drifts = noise(rng, texels, 1.2 * metre, 0.10 * metre, slope=1.9)
    crust = noise(rng, texels, 0.03 * metre, 2.0, slope=0.8)
    shade = relief(drifts * (metre * 0.05), 0.16) * relief(crust, 0.05)
    return Tile(np.maximum(rgb(base) * (shade * (1.0 + 0.02 * crust))[..., None], 0.0), side, gloss=0.05)


def carpet(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """A short woollen pile."""
    metre = texels / side
    tufts = noise(rng, texels, 0.010 * metre, 2.0, slope=0.1)
    sweep = noise(rng, texels, 0.5 * metre, 0.05 * metre, slope=1.2)
    tone = (1.0 + 0.07 * sweep + 0.12 * tufts) * relief(tufts, 0.12)
    return Tile(np.maximum(rgb(base) * tone[..., None], 0.0), side)


def linen(rng: np.random.Generator, texels: int, side: float, base: Rgb) -> Tile:
    """Woven cloth with soft folds."""
    metre = texels / side
    folds = noise(rng, texels, 0.5 * metre, 0.08 * metre, slope=1.8, stretch=2)
    warp_threads = noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, stretch=14)
    weft_threads = np.ascontiguousarray(noise(rng, texels, 0.004 * metre, 2.0, slope=0.0, stretch=14).T)
    weave = warp_threads + weft_threads
    shade = relief(folds * (metre * 0.02), 0.35) * (1.0 + 0.045 * weave)
    return Tile(np.maximum(rgb(base) * shade[..., None], 0.0), side)
