"""Rooms: a floor of wood, carpet or concrete, and a photographed interior out of focus behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backcloth.scene.studio.arrays import Radiance
from backcloth.scene.studio.far import indoors
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.sets.views import view
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import WOODS, build_floor, ray


@dataclass(frozen=True, slots=True)
class Interior:
    """One room.

    Attributes:
        views: Panorama, heading in it and brightness, one of them by chance; an empty name is the view of
            the room's own name, which is drawn.
        floor: Its usual floor.
    """

    views: tuple[tuple[str, float, float], ...]
    floor: str


INTERIORS = {
    "room": Interior(
        (("home", 150, 0.48), ("home", 205, 0.46), ("home", 232, 0.46), ("home", 290, 0.50)), "oak"
    ),
    "living room": Interior((("hotel", 165, 0.38), ("hotel", 200, 0.40), ("home", 212, 0.46)), "oak"),
    "bedroom": Interior((("hotel", 285, 0.40), ("hotel", 272, 0.40), ("hotel", 222, 0.42)), "carpet"),
    "office": Interior(
        (("lobby", 190, 0.44), ("lobby", 130, 0.44), ("bridge", 95, 0.40), ("bridge", 150, 0.40)), "carpet"
    ),
    "kitchen": Interior((("", 0, 0),), "oak"),
    "cafe": Interior((("lobby", 265, 0.30), ("lobby", 130, 0.30), ("hotel", 150, 0.28)), "walnut"),
    "bathroom": Interior((("", 0, 0),), "tiles"),
    "warehouse": Interior(
        tuple(("warehouse", heading, 0.38) for heading in (60, 150, 200, 250, 320)), "concrete"
    ),
}

_FADE = (1.9, 3.2)
"""Depths, in multiples of the subject's, over which the floor turns into the room's own."""

_OBLIQUE = (0.14, 0.46)
"""Radians that planks turn from running straight away from the camera."""


def _lengthwise(stage: Stage) -> float:
    """Yaw of planks that run away from the camera, a little to one side."""
    rng = stage.rng(13)
    side = 1.0 if rng.random() < 0.5 else -1.0
    return math.pi / 2 + side * float(rng.uniform(*_OBLIQUE))


def room_end(stage: Stage) -> float:
    """The row above which more is seen of the room than of its floor."""
    return stage.camera.row(0.5 * sum(_FADE) * stage.camera.focus)


def draw_room(stage: Stage) -> Radiance:
    """Draws one of INTERIORS."""
    scene, camera = stage.scene, stage.camera
    interior = INTERIORS[scene.setting]
    name, heading, level = interior.views[int(stage.rng(15).integers(len(interior.views)))]
    radius = 0.85 * stage.bokeh
    if name:
        far = indoors(stage, name, radius=radius, level=level, heading=heading)
    else:
        far = view(stage, scene.setting, radius)
    floor = scene.surface or interior.floor
    pattern = on_floor(stage)
    yaw = _lengthwise(stage) if floor in WOODS else float(stage.rng(13).uniform(-0.12, 0.12))
    lit = ray(stage, yaw)
    tile = build_floor(floor, scene.surface_colour, stage.rng(12), stage.texels, camera.pixel, lit=lit)
    edge = camera.row(camera.focus * 3.4)
    shadows = shadows_of(stage)
    out = draw_floor(
        stage,
        tile,
        behind(stage, far, camera.row(2.2 * camera.focus)),
        edge,
        shadows,
        fade=_FADE,
        pattern=pattern,
        yaw=yaw,
        overlay=around(stage, shadows, pattern, edge=camera.row(1.9 * camera.focus)),
    )
    return standing(stage, out, camera.row(1.9 * camera.focus))
