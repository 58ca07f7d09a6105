"""Podiums: a drum or a block, single or stacked, in a studio sweep or before a wall or a view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Radiance, as_field, rgb, smoothstep, triple
from backcloth.scene.studio.floor import draw_floor, fill_light, shadows_of
from backcloth.scene.studio.light import lamps
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.scene import VIEWS, WALLS
from backcloth.scene.studio.sets.blocks import Build, podium, size_of, steps
from backcloth.scene.studio.sets.faces import compose, faces
from backcloth.scene.studio.sets.pattern import on_floor, on_points
from backcloth.scene.studio.sets.solid import Solid
from backcloth.scene.studio.sets.sweep import dressed_cove, lit_cove, unnamed
from backcloth.scene.studio.sets.table import behind_stand
from backcloth.scene.studio.sets.thrown import light_left
from backcloth.scene.studio.sets.walls import subject_on_wall, wall
from backcloth.scene.studio.shadow import no_shadows
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build, ray
from backcloth.scene.studio.texture import Tile, lay

_WALL = (1.9, 2.5)
"""Depth of the wall in multiples of the subject's."""

_SMALL = 0.6
"""Size of what lies on a podium's top, as a share of the usual."""

_LEDGES = {"dunes": "sand", "snow": "snow"}
"""Ground around a podium that goes on into the view; a ledge of concrete before the others."""

_OPEN = 4.0
"""How much farther such ground reaches than a ledge."""

_FLOOR = {
    "plaster": Colour(222, 217, 209),
    "concrete": Colour(160, 158, 154),
    "brick": Colour(158, 152, 146),
    "tiles": Colour(206, 205, 202),
    "oak": Colour(214, 205, 192),
    "dark wood": Colour(96, 88, 82),
    "white wood": Colour(218, 215, 209),
    "marble": Colour(216, 214, 211),
}
"""The floor before a wall of some material."""


def draw_podium(stage: Stage) -> Radiance:
    """Draws a podium under the subject; a subject cut off by the frame gets what stands behind alone."""
    return _draw(stage, podium(stage))


def draw_steps(stage: Stage) -> Radiance:
    """Draws blocks of different heights, the subject on the middle one."""
    return _draw(stage, steps(stage))


def _draw(stage: Stage, built: Build) -> Radiance:
    scene, camera = stage.scene, stage.camera
    colour = scene.surface_colour or (scene.backdrop_colour if not scene.surface else None)
    tile = build(
        scene.surface or "plaster",
        colour or (None if scene.surface else unnamed(stage)),
        stage.rng(12),
        stage.texels,
        camera.pixel,
        lit=ray(stage),
    )
    cut = stage.stance.present and not stage.stance.grounded
    if scene.backdrop in WALLS | VIEWS:
        out = _before(stage, built, cut=cut)
    else:
        out = _in_cove(stage, built, scene.backdrop_colour or _companion(colour or unnamed(stage)), cut=cut)
    if cut:
        return out
    tint = fill_light(out, camera.horizon + 1.0).mean(axis=(0, 1)) * rgb(stage.light.ambient)
    ambient = triple(tint)
    around_it = replace(stage, light=replace(stage.light, ambient=ambient))
    usual = Tile(tile.colour, tile.side, max(tile.gloss, 0.14), min(tile.roughness, 0.4))
    for index, solid in enumerate(built.solids):
        seen = faces(around_it, solid, tile)
        if seen is None:
            continue
        if index == built.under:
            top = _stood_on(stage, built, usual, out)
        else:
            top = _bare(around_it, built, solid, tile)
        out = compose(out, seen, top)
    return out


def _companion(colour: Colour) -> Colour:
    """A wall for a podium whose wall nobody named: its own colour, lifted; near white for white."""
    lift = 0.45 if max(colour.rgb) > 90 else 0.16
    red, green, blue = (round(c + (242 - c) * lift) for c in colour.rgb)
    return Colour(red, green, blue)


def _before(stage: Stage, built: Build, *, cut: bool) -> Radiance:
    """A floor before a wall of some material, or a ledge before a view, with the solids' shadows."""
    camera, scene = stage.camera, stage.scene
    below = _lowered(stage, built)
    depth = _end_at(stage)
    edge = float(below.camera.row(depth))
    far = behind_stand(stage)
    seen = far is not None
    if far is None:
        far = wall(stage, scene.backdrop_colour, depth=depth, material=scene.backdrop)
    ledge = seen and scene.backdrop not in _LEDGES
    far = behind(stage, far, edge, plants=cut or ledge)
    if cut:
        return far
    name = _LEDGES.get(scene.backdrop, "concrete") if seen else "plaster"
    colour = None if seen else scene.backdrop_colour or _FLOOR[scene.backdrop]
    floor = build(name, colour, stage.rng(23), stage.texels, camera.pixel, lit=ray(stage))
    none, pattern = no_shadows((camera.width, camera.height)), on_floor(below, depth)
    overlay = around(below, none, pattern, edge=edge, keep_off=_footprint(stage, built))
    out = draw_floor(below, floor, far, edge, none, pattern=pattern, overlay=overlay)
    left = light_left(stage, built.solids, built.foot)
    rows = np.arange(camera.height, dtype=np.float32)[:, None]
    left = 1.0 - (1.0 - left) * smoothstep(edge - 1.0, edge + 0.02 * camera.height, rows)
    return standing(below, as_field(out * left[..., None]), edge, plants=not ledge)


def podium_end(stage: Stage) -> float:
    """The row where the floor around a podium or steps ends; a cove's wall and floor are one."""
    if stage.scene.backdrop not in WALLS | VIEWS:
        return float(stage.camera.height)
    built = steps(stage) if stage.scene.setting == "steps" else podium(stage)
    return float(_lowered(stage, built).camera.row(_end_at(stage)))


def _end_at(stage: Stage) -> float:
    """Metres from the camera to the far end of the floor."""
    share = float(stage.rng(20).uniform(*_WALL))
    return (_OPEN if stage.scene.backdrop in _LEDGES else 1.0) * share * stage.camera.focus


def _in_cove(stage: Stage, built: Build, colour: Colour, *, cut: bool) -> Radiance:
    """A seamless studio around the solids, with their shadows and the subject's on its wall."""
    camera = stage.camera
    none = no_shadows((camera.width, camera.height))
    if cut:
        return behind(stage, lit_cove(stage, none, colour), camera.height, plants=True)
    below = _lowered(stage, built)
    out = dressed_cove(below, lit_cove(below, none, colour), none, _footprint(stage, built))
    depth = float(stage.rng(20).uniform(*_WALL)) * camera.focus
    on_wall = subject_on_wall(stage, depth, camera.width, camera.height)
    rows = np.arange(camera.height, dtype=np.float32)[:, None]
    turned = np.clip((below.camera.row(0.9 * depth) - rows) / (0.12 * camera.height), 0.0, 1.0)
    out = out * (1.0 - 0.75 * stage.light.key_share * on_wall * turned)[..., None]
    return as_field(out * light_left(stage, built.solids, built.foot)[..., None])


def _lowered(stage: Stage, built: Build) -> Stage:
    """The stage whose ground is the floor that the solids stand on."""
    camera = stage.camera
    rise = camera.rise - built.foot
    contact = camera.horizon + camera.focal * rise / camera.focus
    return replace(stage, camera=replace(camera, rise=rise, contact_row=contact))


def _footprint(stage: Stage, built: Build) -> tuple[float, float]:
    """Half the width and half the depth that the solids take around the subject."""
    middle = size_of(stage)[2:]
    points = np.concatenate([solid.outline for solid in built.solids]) - middle
    half = np.abs(points).max(axis=0)
    return float(half[0]), float(half[1])


def _stood_on(stage: Stage, built: Build, tile: Tile, back: Radiance) -> Radiance:
    """The top that the subject stands on: its shadows and reflection, and shadows of higher blocks."""
    pattern, shadows = on_floor(stage), shadows_of(stage)
    solid = built.solids[built.under]

    def inside(points: npt.NDArray[np.float64], half: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        out = ((points[:, None] - solid.outline[None]) * solid.normals[None]).sum(axis=2)
        return np.asarray(out.max(axis=1) < -half, np.bool_)

    overlay = around(stage, shadows, pattern, allowed=inside, size=_SMALL)
    plane = draw_floor(
        stage, tile, back, stage.camera.horizon + 1.0, shadows, pattern=pattern, overlay=overlay
    )
    return as_field(plane * light_left(stage, built.solids, 0.0)[..., None])


def _bare(stage: Stage, built: Build, solid: Solid, tile: Tile) -> Radiance:
    """A top with nothing on it but the shadows of what is higher, (H, W, 3)."""
    camera = stage.camera
    rise = camera.rise - solid.high
    out = np.zeros((camera.height, camera.width, 3), np.float32)
    if rise <= 0.02 * camera.rise:
        return out
    at = replace(camera, rise=rise, contact_row=camera.horizon + camera.focal * rise / camera.focus)
    first = int(np.clip(at.row(float(solid.outline[:, 1].max())) - 3, 0, camera.height))
    last = int(
        np.clip(at.row(float(max(solid.outline[:, 1].min(), 0.1 * camera.focus))) + 3, 0, camera.height)
    )
    if last <= first:
        return out
    shift = stage.rng(36).uniform(0.0, tile.side, 2)
    ground = lay(tile, at, (first, last), yaw=0.0, offset=(float(shift[0]), float(shift[1])))
    first_lamp, second = lamps(stage.light, stage.key, camera.width)
    key = np.broadcast_to(first_lamp + second, ground.shape)
    depth = at.depth(np.arange(first, last, dtype=np.float32) + 0.5)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - stage.stance.centre) * depth
    through = on_points(stage, as_field(x / camera.focal), np.full((1, 1), solid.high, np.float32), depth)
    if through is not None:
        key = key * through[..., None]
    left = light_left(stage, built.solids, solid.high)[first:last, :, None] * (1.0 - 0.25 * stage.light.pool)
    out[first:last] = ground * (key + rgb(stage.light.ambient)) * as_field(left)
    return out
