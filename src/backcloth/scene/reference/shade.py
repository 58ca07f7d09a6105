"""The subject's shadows on a photographed ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from backcloth.domain.placement import Shadow
from backcloth.scene.studio.arrays import Field, smoothstep
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.light import LIGHTS, Light, place_key
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.stance import Stance

_AMBIENT, _CONTACT = 0.85, 0.90
"""Strength of the shadows on a ground whose light is not known: weaker than in the studio."""


@dataclass(frozen=True, slots=True)
class _Caster:
    """A light, and how strong the shadow is that it casts on a photographed ground."""

    light: Light
    strength: float


_SUN = _Caster(replace(LIGHTS["day"], elevation=54.0, softness=0.14), 0.45)
_CLOUD = _Caster(replace(LIGHTS["overcast"], elevation=60.0, softness=0.45), 0.38)
_HARD = _Caster(replace(LIGHTS["day"], elevation=50.0), 0.75)
"""Lights that stand high, so that what they cast stays near the feet: where a plate's sun stands is a guess.
What seems to be sunshine may be a bright cloud, so its shadow is softer than sunshine's, unless asked for."""

_SUNNY = frozenset({"day", "golden", "sunset", "warm", "window"})


@dataclass(frozen=True, slots=True)
class Lighting:
    """What a plate's light is like.

    Attributes:
        name: In `studio.light.LIGHTS`.
        side: Where it comes from, -1 left .. 1 right, 0 unknown.
    """

    name: str
    side: float


def shade(
    matte: Field, stance: Stance, camera: Camera, light: Lighting, wish: Shadow, rng: np.random.Generator
) -> Field:
    """(H, W) share of the light that the subject takes from the ground, 0..1.

    Args:
        matte: (H, W) 0..1.
        stance: How the subject stands; one that does not stand in the frame casts nothing.
        camera: How the ground is seen; nothing falls beyond its horizon.
        light: Of the plate.
        wish: What shadow was asked for.
        rng: Draws the side of an unknown light, and a small turn.
    """
    height = matte.shape[0]
    none = np.zeros(matte.shape, np.float32)
    if wish is Shadow.NONE or not (stance.present and stance.grounded and stance.contact_row > 0.4 * height):
        return none
    sunny = wish is Shadow.AUTO and light.name in _SUNNY
    cast = _HARD if wish is Shadow.HARD else _SUN if sunny else _CLOUD
    shadows = cast_shadows(matte, stance, camera, cast.light, place_key(cast.light, light.side, rng))
    rows = np.arange(height, dtype=np.float32)[:, None]
    fade = 0.25 * max(stance.contact_row - camera.horizon, 1.0)
    ground = smoothstep(camera.horizon, camera.horizon + fade, rows)
    open_share = 1.0 - _AMBIENT * shadows.ambient
    open_share *= 1.0 - cast.strength * shadows.cast
    open_share *= 1.0 - _CONTACT * shadows.contact
    return np.asarray((1.0 - open_share) * ground, np.float32)
