"""From a scene spec and a subject to the finished plate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance
from backcloth.scene.studio.camera import camera_of
from backcloth.scene.studio.grain import noise_of, softness_of
from backcloth.scene.studio.lens import vignette
from backcloth.scene.studio.light import light_of, place_key, sun_in_view
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.sets.clouds import draw_clouds
from backcloth.scene.studio.sets.flatlay import draw_flatlay
from backcloth.scene.studio.sets.gallery import draw_gallery, gallery_end
from backcloth.scene.studio.sets.outdoors import PLACES, draw_outdoors, outdoors_end
from backcloth.scene.studio.sets.podium import draw_podium, draw_steps, podium_end
from backcloth.scene.studio.sets.room import INTERIORS, draw_room, room_end
from backcloth.scene.studio.sets.shelf import draw_shelf, shelf_end
from backcloth.scene.studio.sets.spotlight import draw_stage
from backcloth.scene.studio.sets.sweep import draw_sweep
from backcloth.scene.studio.sets.table import draw_table, table_end
from backcloth.scene.studio.sets.water import draw_lake, draw_water
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.stance import read_stance
from backcloth.scene.studio.tone import develop

_DRAW: dict[str, Callable[[Stage], Radiance]] = {
    "table": draw_table,
    "sweep": draw_sweep,
    "podium": draw_podium,
    "steps": draw_steps,
    "shelf": draw_shelf,
    "stage": draw_stage,
    "gallery": draw_gallery,
    **dict.fromkeys(PLACES, draw_outdoors),
    "lake": draw_lake,
    "water": draw_water,
    "sky": draw_clouds,
    **dict.fromkeys(INTERIORS, draw_room),
}

_PITCH = {"table": 13.0, "podium": 8.0, "steps": 9.0, "shelf": 7.0, "stage": 9.0, "sweep": 9.0}
"""Degrees that the camera looks down in a set built for products, where the subject does not tell."""

_IN_FOCUS = 0.7
"""Share of the subject's own softness that ground in focus is given."""


_ENDS: dict[str, Callable[[Stage], float]] = {
    "table": table_end,
    "podium": podium_end,
    "steps": podium_end,
    "shelf": shelf_end,
    "gallery": gallery_end,
    **dict.fromkeys(PLACES, outdoors_end),
    **dict.fromkeys(INTERIORS, room_end),
}
"""The row where a set's ground ends; the horizon for the others."""


def render(scene: Scene, subject: npt.NDArray[np.uint8], matte: Field, seed: int) -> npt.NDArray[np.uint8]:
    """Draws the plate: `draw` on the stage of `set_up`, which has the arguments."""
    return draw(set_up(scene, subject, matte, seed))


def set_up(scene: Scene, subject: npt.NDArray[np.uint8], matte: Field, seed: int) -> Stage:
    """Places camera, light and lens for one picture.

    Args:
        scene: What to draw.
        subject: (H, W, 3) uint8 sRGB photo at plate size.
        matte: (H, W) float32 coverage 0..1.
        seed: 0 and up; the same seed gives the same bytes.
    """
    stance = read_stance(subject, matte)
    camera = camera_of(stance, (matte.shape[1], matte.shape[0]), _PITCH.get(scene.setting))
    light = light_of(scene)
    chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 1])))
    key = place_key(light, stance.lit_from, chance, behind=sun_in_view(scene))
    product = scene.setting in _PITCH
    strength = scene.blur * float(chance.uniform(0.9, 1.12)) * max(camera.width, camera.height)
    far, near = (0.026, 0.026) if product else (0.018, 0.011)
    bust = stance.present and not stance.grounded
    bokeh, depth_blur = far * strength, (far if bust else near) * strength
    softness = _IN_FOCUS * softness_of(subject, matte)
    return Stage(scene, camera, stance, light, key, subject, matte, seed, bokeh, depth_blur, softness)


def draw(stage: Stage) -> npt.NDArray[np.uint8]:
    """Draws the plate: (H, W, 3) uint8 sRGB, shadows included, without the subject."""
    scene = stage.scene
    drawn = draw_flatlay(stage) if scene.view == "top" else _DRAW[scene.setting](stage)
    grain = noise_of(stage.subject, stage.matte) * scene.grain
    return develop(vignette(drawn, 0.10), stage.rng(91), grain=grain)


def share_behind(stage: Stage) -> float:
    """Share of the plate's height, 0..1, that lies beyond the ground that the subject stands on.

    It is small for a cup seen from above: whatever was asked to stand behind is outside the picture.
    """
    if stage.scene.view == "top":
        return 0.0
    if stage.stance.present and not stage.stance.grounded:
        return 1.0
    end = _ENDS[stage.scene.setting](stage) if stage.scene.setting in _ENDS else stage.camera.horizon
    return float(np.clip(end / stage.camera.height, 0.0, 1.0))
