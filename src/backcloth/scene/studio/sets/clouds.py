"""Above the clouds: a bank of cloud under an open sky."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backcloth.scene.studio.arrays import Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.far import outdoors
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.weather import DARK, SKY_OF_LIGHT, air_colour, let_fall, under


def draw_clouds(stage: Stage) -> Radiance:
    """The sky, and for a subject that stands a bank of cloud under it that fades into the sky's haze."""
    stage = replace(stage, light=under(stage.light, stage.scene.weather))
    behind = outdoors(stage, "", None, radius=0.5 * stage.bokeh)
    camera, stance = stage.camera, stage.stance
    if stance.present and not stance.grounded:
        return let_fall(stage, behind)
    shadows = shadows_of(stage)
    soft = replace(shadows, cast=as_field(0.45 * shadows.cast), ambient=as_field(0.7 * shadows.ambient))

    def into_haze(ground: Radiance, first: int) -> Radiance:
        depth = camera.depth(np.arange(first, camera.height, dtype=np.float32) + 0.5) / camera.focus
        share = as_field(smoothstep(1.2, 6.0, depth)[:, None])
        low = as_field(behind[min(max(int(camera.horizon) - 2, 0), camera.height - 1)])
        return mix(
            ground,
            as_field(np.broadcast_to(low, ground.shape)),
            as_field(np.broadcast_to(share, ground.shape[:2])),
        )

    yaw = float(stage.rng(13).uniform(-0.3, 0.3))
    return let_fall(
        stage, draw_floor(stage, _bank(stage), behind, camera.horizon, soft, yaw=yaw, overlay=into_haze)
    )


def _bank(stage: Stage) -> Tile:
    """Billows seen from above: round tops in the light, blue shade between them."""
    texels = 768
    rng = stage.rng(12)
    swell = noise(rng, texels, 330, 60, slope=1.6)
    puffs = noise(rng, texels, 150, 12, slope=1.7)
    height = swell + 0.8 * np.abs(puffs)
    step = 6
    turned = (
        height
        - np.roll(height, int(step * stage.key.side), axis=1)
        + 0.5 * (height - np.roll(height, -step, axis=0))
    )
    light = smoothstep(-0.75, 0.75, as_field(turned))
    hollow = smoothstep(-1.6, 0.9, as_field(height))
    shade = (
        rgb((0.60, 0.66, 0.76)) if SKY_OF_LIGHT[stage.scene.light] not in DARK else rgb(air_colour(stage)) * 2
    )
    tone = mix(
        as_field(np.broadcast_to(shade, (texels, texels, 3))),
        np.full((texels, texels, 3), 0.93, np.float32),
        light,
    )
    return Tile(
        as_field(tone * (0.74 + 0.26 * hollow)[..., None]), 3.4 * stage.stance.extent * stage.camera.pixel
    )
