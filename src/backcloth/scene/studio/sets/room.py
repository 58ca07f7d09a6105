"""Rooms: a floor of wood, carpet or concrete, and a photographed interior out of focus behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backcloth.scene.studio.arrays import Radiance
from backcloth.scene.studio.far import indoors
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import WOODS, build_floor


@dataclass(frozen=True, slots=True)
class Interior:
    """One room: its panorama, headings in it, floor, and brightness."""

    around: str
    headings: tuple[float, ...]
    floor: str
    level: float


INTERIORS = {
    "room": Interior("home", (100, 150, 205, 290), "oak", 0.46),
    "living room": Interior("hotel", (150, 165, 180, 200), "oak", 0.34),
    "bedroom": Interior("hotel", (215, 285), "carpet", 0.34),
    "office": Interior("home", (205, 290, 150), "carpet", 0.46),
    "kitchen": Interior("hotel", (150, 60, 170), "oak", 0.38),
    "warehouse": Interior("warehouse", (60, 150, 200, 250, 320), "concrete", 0.34),
}


_OBLIQUE = (0.14, 0.46)
"""Radians that planks turn from running straight away from the camera."""


def _lengthwise(stage: Stage) -> float:
    """Yaw of planks that run away from the camera, a little to one side."""
    rng = stage.rng(13)
    side = 1.0 if rng.random() < 0.5 else -1.0
    return math.pi / 2 + side * float(rng.uniform(*_OBLIQUE))


def draw_room(stage: Stage) -> Radiance:
    """Draws one of INTERIORS."""
    scene, camera = stage.scene, stage.camera
    interior = INTERIORS[scene.setting]
    heading = interior.headings[int(stage.rng(15).integers(len(interior.headings)))]
    far = indoors(stage, interior.around, radius=0.85 * stage.bokeh, level=interior.level, heading=heading)
    floor = scene.surface or interior.floor
    tile = build_floor(floor, scene.surface_colour, stage.rng(12), stage.texels, camera.pixel)
    pattern = on_floor(stage)
    yaw = float(stage.rng(13).uniform(-0.12, 0.12))
    if floor in WOODS:
        yaw = _lengthwise(stage)
    edge = camera.row(camera.focus * 3.4)
    shadows = shadows_of(stage)
    out = draw_floor(
        stage,
        tile,
        behind(stage, far, camera.row(2.2 * camera.focus)),
        edge,
        shadows,
        fade=(1.9, 3.2),
        pattern=pattern,
        yaw=yaw,
        overlay=around(stage, shadows, pattern, edge=camera.row(1.9 * camera.focus)),
    )
    return standing(stage, out, camera.row(1.9 * camera.focus))
