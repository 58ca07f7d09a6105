"""Poured and spread: concrete, plaster, asphalt."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import Field, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.materials.cells import scatter, voronoi
from backcloth.scene.studio.materials.patch import Patch
from backcloth.scene.studio.materials.relief import relief, soften
from backcloth.scene.studio.materials.stamp import draw_discs
from backcloth.scene.studio.noise import noise, warp
from backcloth.scene.studio.texture import Tile


def concrete(rng: np.random.Generator, patch: Patch) -> Tile:
    """Smooth cast concrete: clouds of cement, trowel marks, bug holes, now and then a hairline crack."""
    texels, metre = patch.texels, patch.metre
    cloud = noise(rng, texels, 0.7 * metre, 0.015 * metre, slope=1.25)
    tide = noise(rng, texels, 0.5 * metre, 0.01 * metre, slope=1.5)
    bands = warp(tide, 0.03 * metre * cloud, 0.02 * metre * cloud)
    marks = np.sin(5.0 * bands) * smoothstep(-0.5, 1.5, cloud)
    trowel = warp(
        noise(rng, texels, 0.25 * metre, 0.006 * metre, slope=0.9, stretch=4), 0.05 * metre * tide, cloud
    )
    grit = noise(rng, texels, 0.004 * metre, 2.0, slope=0.1, even=True)
    holes = _holes(rng, patch, float(rng.uniform(15, 130)))
    crack = _crack(rng, patch, tide) * (1.0 if rng.random() < 0.4 else 0.0)
    tone = 1.0 + 0.055 * cloud + 0.020 * marks + 0.022 * trowel + 0.025 * grit
    dip = soften(holes, 0.7)
    shade = relief(as_field(grit * 0.5 - 7.0 * dip - 3.0 * crack), 0.045, patch.ray)
    colour = rgb(patch.base) * (tone * shade * (1.0 - 0.55 * holes) * (1.0 - 0.35 * crack))[..., None]
    colour *= 1.0 + rgb((0.007, 0.0, -0.009)) * (cloud + 0.6 * bands)[..., None]
    polish = as_field(np.clip(0.7 + 0.18 * trowel + 0.12 * cloud - holes, 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=0.11, roughness=0.45, polish=polish)


def _holes(rng: np.random.Generator, patch: Patch, every: float) -> Field:
    """Bubbles that broke at the surface: many tiny ones, few large, in loose swarms."""
    count = int(every * min(patch.side, 2.5) ** 2 * 2.5)
    centres = rng.uniform(0, patch.texels, (count, 2))
    swarm = rng.uniform(0, patch.texels, (max(2, count // 9), 2))
    near = swarm[rng.integers(len(swarm), size=count)] + 0.05 * patch.texels * rng.standard_normal((count, 2))
    follow = rng.random(count) < 0.6
    centres[follow] = np.mod(near[follow], patch.texels)
    radii = 0.00045 * np.exp(rng.exponential(0.55, count)) * patch.metre
    radii = np.clip(radii, 0.6, 0.004 * patch.metre + 0.6)
    return draw_discs(
        patch.texels, as_field(centres), as_field(radii), as_field(rng.uniform(0.5, 1.0, count))
    )


def _crack(rng: np.random.Generator, patch: Patch, push: Field) -> Field:
    wide = noise(rng, patch.texels, 0.8 * patch.texels, 0.25 * patch.texels, slope=1.5)
    rough = noise(rng, patch.texels, 0.2 * patch.metre, 2.0, slope=1.4)
    bent = warp(wide, 0.012 * patch.metre * rough, 0.008 * patch.metre * push)
    rise = np.hypot(np.roll(bent, -1, axis=0) - bent, np.roll(bent, -1, axis=1) - bent)
    line = np.abs(bent) / (rise + np.float32(1e-4))
    fade = smoothstep(0.2, 1.0, np.roll(push, patch.texels // 3, axis=(0, 1)))
    return as_field(np.clip(1.4 - line / 1.0, 0.0, 1.0) * fade)


def plaster(rng: np.random.Generator, patch: Patch) -> Tile:
    """A painted wall: barely structured."""
    texels, metre = patch.texels, patch.metre
    cloud = noise(rng, texels, 1.5 * metre, 0.05 * metre, slope=1.4)
    roller = noise(rng, texels, 0.010 * metre, 2.0, slope=0.4)
    sweep = noise(rng, texels, 0.2 * metre, 0.01 * metre, slope=1.2, stretch=2)
    tone = 1.0 + 0.016 * cloud + 0.006 * sweep
    shade = relief(roller, 0.025, patch.ray) * relief(sweep, 0.05, patch.ray)
    polish = as_field(np.clip(0.8 + 0.1 * cloud, 0.0, 1.0))
    return Tile(
        np.maximum(rgb(patch.base) * (tone * shade)[..., None], 0.0), patch.side, 0.03, 0.9, polish=polish
    )


def asphalt(rng: np.random.Generator, patch: Patch) -> Tile:
    """Worn asphalt: stones in tar, patches, oil stains, hairline cracks."""
    texels, metre = patch.texels, patch.metre
    grade = float(rng.uniform(0.8, 1.3))
    cells = voronoi(scatter(rng, texels, max(3.4, 0.0085 * grade * metre), jitter=1.0), texels)
    fines = noise(rng, texels, 0.005 * metre, 2.0, slope=0.0, even=True)
    patchy = noise(rng, texels, 3.0 * metre, 0.10 * metre, slope=1.2)
    worn = noise(rng, texels, 0.5 * metre, 0.02 * metre, slope=1.0)
    stain = smoothstep(1.0, 2.6, noise(rng, texels, 1.6 * metre, 0.10 * metre, slope=1.4))
    push = noise(rng, texels, 0.8 * metre, 0.02 * metre, slope=1.35) * (0.10 * metre)
    line = warp(noise(rng, texels, 3.0 * metre, 1.0 * metre, slope=1.5), push, -push)
    crack = np.clip(1.0 - np.abs(line) / 0.010, 0.0, 1.0) * (patchy > 0.4)
    size = 0.5 * max(3.4, 0.0085 * grade * metre)
    dome = np.clip(cells.border / size, 0.0, 1.0)
    stone = rng.normal(0.0, 1.0, cells.count)
    bare = cells.each(stone)
    lift = as_field(dome * (0.6 + 0.25 * bare) + 0.15 * fines)
    tone = (1.0 + 0.045 * patchy + 0.04 * worn + 0.12 * bare * dome + 0.06 * fines) * (0.80 + 0.32 * dome)
    tone = tone * (1.0 - 0.22 * stain) * (1.0 - 0.45 * crack)
    colour = rgb(patch.base) * (tone * relief(lift, 0.30, patch.ray))[..., None]
    pale = smoothstep(1.2, 2.2, bare + 0.4 * worn) * smoothstep(0.25, 0.6, dome) * 0.5
    warm = rgb(patch.base) * rgb((2.2, 2.1, 1.9)) * (1.0 + 0.2 * fines)[..., None]
    colour = mix(as_field(colour), as_field(warm), as_field(pale))
    polish = as_field(np.clip(0.5 + 0.5 * dome + 0.3 * stain - crack, 0.0, 1.0))
    return Tile(np.maximum(colour, 0.0), patch.side, gloss=0.10, roughness=0.75, polish=polish)
