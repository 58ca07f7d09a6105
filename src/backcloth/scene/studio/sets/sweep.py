"""A studio sweep: one colour that runs from the floor up the wall without an edge."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb, smoothstep
from backcloth.scene.studio.floor import pool_of_light, shadows_of, slant_of_light
from backcloth.scene.studio.lens import blur_rows
from backcloth.scene.studio.light import lamps
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.reflection import with_reflection
from backcloth.scene.studio.scene import SHAPES
from backcloth.scene.studio.sets.pattern import on_cove
from backcloth.scene.studio.shadow import Shadows
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour

_NEUTRAL, _DARK = Colour(214, 212, 208), Colour(66, 65, 67)

_WALL = 1.9
"""Depth of the cove's wall in multiples of the subject's, for light that falls through something."""


def draw_sweep(stage: Stage) -> Radiance:
    """Draws a seamless paper or painted cove."""
    scene = stage.scene
    of_shapes = SHAPES.intersection(scene.props)
    colour = scene.backdrop_colour or (None if of_shapes else scene.surface_colour) or unnamed(stage)
    shadows = shadows_of(stage)
    cove = lit_cove(stage, shadows, colour, _lower(stage))
    if stage.scene.reflection:
        cove = with_reflection(stage, cove, gloss=0.9, roughness=0.2)
    return dressed_cove(stage, cove, shadows)


def unnamed(stage: Stage) -> Colour:
    """The colour of a studio for which none was asked: pale, or dark where the light is to stand out."""
    return _DARK if stage.scene.light in ("dramatic", "night", "neon") else _NEUTRAL


def dressed_cove(
    stage: Stage, cove: Radiance, shadows: Shadows, keep_off: tuple[float, float] | None = None
) -> Radiance:
    """The cove with the scene's props on its wall and floor; `keep_off` as in `dress.around`."""
    edge = float(_foot(stage) - 0.06 * stage.camera.height)
    cove = behind(stage, cove, edge)
    overlay = around(stage, shadows, None, edge=edge, keep_off=keep_off)
    first = int(np.clip(edge, 0, stage.camera.height))
    if overlay is not None and first < stage.camera.height:
        rows = np.arange(first, stage.camera.height, dtype=np.float32) + 0.5
        cove = cove.copy()
        cove[first:] = blur_rows(overlay(cove[first:], first), stage.circle(rows))
    return standing(stage, cove, edge)


def _lower(stage: Stage) -> Colour | None:
    """The colour that the cove turns into below; None for one colour throughout."""
    scene = stage.scene
    of_shapes = SHAPES.intersection(scene.props)
    return None if scene.backdrop_colour is None or of_shapes else scene.surface_colour


def _graded(height: int, upper: Colour, lower: Colour) -> Radiance:
    """(H, 1, 3) reflectance that turns evenly, to the eye, from one colour above to another below."""
    rows = (np.arange(height, dtype=np.float32)[:, None, None] + 0.5) / height
    share = smoothstep(0.02, 0.90, rows)
    ends = [rgb(surface_colour(colour.rgb)) ** (1 / _EYE) for colour in (upper, lower)]
    return as_field((ends[0] * (1.0 - share) + ends[1] * share) ** _EYE)


_EYE = 2.2
"""Power by which light grows with what the eye takes for even steps."""


def lit_cove(stage: Stage, shadows: Shadows, colour: Colour, lower: Colour | None = None) -> Radiance:
    """The cove's colour in the stage's light, (H, W, 3); `lower` is what it turns into below."""
    light = stage.light
    wall_share = _rise(stage)
    key, second = lamps(light, stage.key, stage.camera.width)
    key = as_field(key * (1.0 - shadows.cast * (1.0 - wall_share))[..., None])
    if stage.scene.pattern:
        key = key * on_cove(stage, _WALL * stage.camera.focus)[..., None]
    if shadows.second is not None:
        second = as_field(second * (1.0 - shadows.second * (1.0 - wall_share))[..., None])
    sky = rgb(light.ambient) * (1.0 - shadows.ambient * (1.0 - 0.8 * wall_share))[..., None]
    shape = _glow(stage, wall_share) * (1.0 - shadows.contact * (1.0 - wall_share))
    own = rgb(surface_colour(colour.rgb)) if lower is None else _graded(len(shape), colour, lower)
    return np.asarray(own * (key + second + sky) * shape[..., None], np.float32)


def _rise(stage: Stage) -> Field:
    """(H, 1) how far each row has turned from floor (0) to wall (1)."""
    camera = stage.camera
    rows = np.arange(camera.height, dtype=np.float32)[:, None] + 0.5
    foot = _foot(stage)
    return smoothstep(foot, foot - 0.40 * camera.height, rows)


def _foot(stage: Stage) -> float:
    """Row where the floor begins to turn."""
    if stage.stance.present and not stage.stance.grounded:
        return 1.15 * stage.camera.height
    return stage.camera.contact_row - 0.10 * stage.stance.extent


def _glow(stage: Stage, wall_share: Field) -> Field:
    """(H, W) brightness: a glow on the wall behind the subject, an even floor, a darker curve between."""
    camera, stance = stage.camera, stage.stance
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5) / camera.width * 2 - 1
    y = (np.arange(camera.height, dtype=np.float32)[:, None] + 0.5) / camera.height * 2 - 1
    middle = (stance.centre / camera.width * 2 - 1) * 0.6 + 0.15 * stage.key.side
    distance = np.sqrt(((x - middle) / 1.25) ** 2 + ((y + 0.10) / 1.10) ** 2)
    depth = 0.16 + 0.75 * stage.light.pool
    on_wall = 1.03 - depth * smoothstep(0.05, 1.55, distance)
    on_floor = pool_of_light(stage, 0.06 + stage.light.pool) * slant_of_light(stage, 0.05)
    turn = 1.0 - 0.07 * np.sin(np.pi * np.clip(wall_share, 0.0, 1.0))
    return np.asarray((on_wall * wall_share + on_floor * (1.0 - wall_share)) * turn, np.float32)
