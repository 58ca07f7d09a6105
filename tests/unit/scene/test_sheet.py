"""Where light lays the subject's silhouette."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.camera import place_camera
from backcloth.scene.studio.light import LIGHTS, Key
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.stance import read_stance


def test_no_shadow_is_folded_over_the_sky() -> None:
    """Four legs that stand one behind the other darken nothing above the horizon, whatever the direction."""
    width, height = 480, 350
    matte = np.zeros((height, width), np.float32)
    matte[60:230, 105:300] = 1.0
    for first, last, row in ((112, 118, 317), (165, 172, 324), (225, 233, 312), (262, 270, 304)):
        matte[200:row, first:last] = 1.0
    stance = read_stance(np.full((height, width, 3), 128, np.uint8), matte)
    camera = place_camera(stance, (width, height), pitch=9.0, real_size=0.25)
    shadows = cast_shadows(matte, stance, camera, LIGHTS["soft"], Key(1.0, (-0.7, 0.7), 1.0))
    sky = slice(0, int(camera.horizon) - 20)
    assert len(stance.feet) == 4
    assert shadows.ambient.max() > 0.3
    assert shadows.ambient[sky].max() < 0.002
    assert shadows.cast[sky].max() < 0.002
