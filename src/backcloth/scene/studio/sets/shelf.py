"""A shelf: a board before a wall, its front edge in the picture."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, smoothstep
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.sets.faces import compose, faces
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.sets.solid import block
from backcloth.scene.studio.sets.table import behind_stand, wall_behind
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build, ray

_BOARD = Colour(206, 170, 126)


def draw_shelf(stage: Stage) -> Radiance:
    """Draws the board under the subject; a subject cut off by the frame gets the wall alone."""
    camera, scene, stance = stage.camera, stage.scene, stage.stance
    extent = stance.extent * camera.pixel
    rng = stage.rng(19)
    depth = _wall_at(stage, rng)
    far = behind_stand(stage)
    walled = far is None
    if far is None:
        far = wall_behind(stage, depth)
    edge = camera.row(depth)
    cut = stance.present and not stance.grounded
    far = behind(stage, far, edge, plants=cut)
    if cut:
        return far
    below = camera.height - camera.contact_row
    lip = camera.contact_row + float(rng.uniform(0.36, 0.56)) * below - camera.horizon
    front = max(camera.focal * camera.rise / lip, camera.focus - 0.42 * extent, 0.35 * camera.focus)
    front = min(front, camera.focus - 0.05 * extent)
    thick = float(rng.uniform(0.055, 0.095)) * extent
    reach = 3.0 * camera.width * depth / camera.focal
    board = block((0.0, (front + depth) / 2), (reach, depth - front), (-thick, 0.0))
    named = scene.surface_colour or (None if scene.surface else _BOARD)
    lit = ray(stage)
    tile = build(scene.surface or "oak", named, stage.rng(12), stage.texels, camera.pixel, lit=lit)
    seen = faces(stage, board, tile)
    if walled:
        far = as_field(far * _on_wall(stage, depth, depth - front, thick)[..., None])
    shadows, pattern = shadows_of(stage), on_floor(stage, depth)
    plane = draw_floor(
        stage,
        tile,
        far,
        camera.horizon + 1.0,
        shadows,
        pattern=pattern,
        yaw=float(stage.rng(13).uniform(-0.02, 0.02)),
        overlay=around(stage, shadows, pattern, edge=edge, front=front),
        foot=edge if walled else None,
    )
    if seen is None:
        return far
    if walled:
        rows = np.arange(camera.height, dtype=np.float32) + 0.5
        away = np.maximum(depth - camera.depth(rows), 0.0)
        plane = as_field(plane * (1.0 - 0.40 * np.exp(-away / (0.10 * extent)))[:, None, None])
    return standing(stage, compose(far, seen, plane), edge)


def shelf_end(stage: Stage) -> float:
    """The row where a shelf meets the wall."""
    return stage.camera.row(_wall_at(stage, stage.rng(19)))


def _wall_at(stage: Stage, rng: np.random.Generator) -> float:
    """Metres from the camera to the wall."""
    camera, stance = stage.camera, stage.stance
    extent = stance.extent * camera.pixel
    own = 0.8 * min(max(stance.base_width, 0.3 * (stance.right - stance.left)) * camera.pixel, extent)
    return camera.focus + own + float(rng.uniform(0.18, 0.45)) * extent


def _on_wall(stage: Stage, depth: float, deep: float, thick: float) -> Field:
    """(H, W) light left on the wall by the board: a crevice above it, its shadow below it."""
    camera = stage.camera
    rows = np.arange(camera.height, dtype=np.float32)[:, None] + 0.5
    high = camera.rise - (rows - camera.horizon) * depth / camera.focal
    crevice = 1.0 - 0.30 * np.exp(-np.maximum(high, 0.0) / (0.12 * deep))
    band = deep / max(abs(stage.key.away[1]) * stage.key.reach, 0.3)
    soft = (0.10 + 0.7 * stage.light.softness) * band
    below = -high - thick
    cast = smoothstep(band + soft, band - soft, below) * (below > 0)
    sky = 0.45 * np.exp(-np.maximum(below, 0.0) / (0.9 * deep)) * (below > 0)
    strength = 0.35 if stage.scene.shadow == "none" else 0.85
    left = crevice * (1.0 - strength * stage.light.key_share * cast) * (1.0 - sky)
    return as_field(np.broadcast_to(left, (camera.height, camera.width)))
