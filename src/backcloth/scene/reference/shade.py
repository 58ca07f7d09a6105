"""The subject's shadows on a photographed ground."""

from __future__ import annotations

import numpy as np

from backcloth.domain.placement import Shadow
from backcloth.scene.studio.arrays import Field, smoothstep
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.light import LIGHTS, place_key
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.stance import Stance

_AMBIENT, _CONTACT = 0.55, 0.75
"""Strength of the shadows on a ground whose light is not known: weaker than in the studio."""

_CAST = {Shadow.AUTO: 0.22, Shadow.SOFT: 0.12, Shadow.HARD: 0.60}
"""Strength of the shadow that the main light casts, by what was asked for."""

_LIGHT = {Shadow.AUTO: "window", Shadow.SOFT: "soft", Shadow.HARD: "day"}
"""The light that casts it."""

_LEAST_LIFT = 0.10
"""Share of the canvas's height that the horizon lies above the contact at least, for the ground's slant."""


def shade(
    matte: Field, stance: Stance, horizon: float, lit_from: float, wish: Shadow, rng: np.random.Generator
) -> Field:
    """(H, W) share of the light that the subject takes from the ground, 0..1.

    Args:
        matte: (H, W) 0..1.
        stance: How the subject stands; one that does not stand in the frame casts nothing.
        horizon: Row where the ground ends; nothing falls beyond it.
        lit_from: Side of the light, -1 left .. 1 right, 0 unknown.
        wish: What shadow was asked for.
        rng: Draws the side of an unknown light, and a small turn.
    """
    height, width = matte.shape
    none = np.zeros(matte.shape, np.float32)
    if wish is Shadow.NONE or not (stance.present and stance.grounded and stance.contact_row > 0.4 * height):
        return none
    row = min(horizon, stance.contact_row - _LEAST_LIFT * height)
    camera = Camera(width, height, 1.5 * max(width, height), row, stance.contact_row, 1.0)
    light = LIGHTS[_LIGHT[wish]]
    shadows = cast_shadows(matte, stance, camera, light, place_key(light, lit_from, rng))
    rows = np.arange(height, dtype=np.float32)[:, None]
    ground = smoothstep(horizon, horizon + 0.25 * max(stance.contact_row - horizon, 1.0), rows)
    open_share = 1.0 - _AMBIENT * shadows.ambient
    open_share *= 1.0 - _CAST[wish] * shadows.cast
    open_share *= 1.0 - _CONTACT * shadows.contact
    return np.asarray((1.0 - open_share) * ground, np.float32)
