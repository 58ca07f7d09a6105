"""The shadow that a subject casts on a flat colour, where one is asked for."""

from __future__ import annotations

import math

import cv2
import numpy as np

from backcloth.domain.placement import Shadow
from backcloth.scene.protocol import Picture, SceneJob
from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import place_camera, seen_from
from backcloth.scene.studio.light import LIGHTS, place_key
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.stance import read_stance
from backcloth.scene.studio.tone import encoded, linear

_LIT = {Shadow.SOFT: LIGHTS["bright"], Shadow.HARD: LIGHTS["day"]}
"""The studio's light for each shadow that can be asked for; its colour is left out."""

_PITCH = 9.0
"""Degrees the camera looks down where the subject does not tell."""

_TOE = 0.015
"""Share of the light below which a shadow ends, so that the colour is exact at some distance."""

_SHADED = 1024 * 1024
"""Pixels that a shadow is computed at, at most: it is soft enough to be enlarged."""


_STRIP = 256
"""Rows shaded at once: a large picture then takes no more memory than it must."""


def darkness(job: SceneJob) -> Field | None:
    """(H, W) share of the light that the subject takes, 0..1; None where it does not stand in the picture."""
    width, height = job.size
    scale = min(1.0, math.sqrt(_SHADED / (width * height)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    matte = as_field(cv2.resize(job.matte, size, interpolation=cv2.INTER_AREA))
    subject = cv2.resize(job.subject, size, interpolation=cv2.INTER_AREA)
    stance = read_stance(np.asarray(subject, np.uint8), matte)
    if not (stance.present and stance.grounded):
        return None
    camera = place_camera(stance, size, pitch=seen_from(stance, _PITCH), real_size=0.25)
    light = _LIT[job.shadow]
    chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([job.seed, 1])))
    shadows = cast_shadows(matte, stance, camera, light, place_key(light, stance.lit_from, chance))
    key = light.key_share
    bright = (1.0 - key * shadows.cast - (1.0 - key) * shadows.ambient) * (1.0 - shadows.contact)
    dark = np.maximum(1.0 - bright - _TOE, 0.0) / (1.0 - _TOE)
    return as_field(cv2.resize(dark, job.size, interpolation=cv2.INTER_LINEAR))


def shade(picture: Picture, dark: Field, seed: int) -> None:
    """Darkens an sRGB picture in linear light, dithered; where nothing is dark it stays exact."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 2])))
    colour = linear(picture[0, 0].astype(np.float32) / 255.0)
    for top in range(0, len(picture), _STRIP):
        strip, dimmed = picture[top : top + _STRIP], dark[top : top + _STRIP]
        if not dimmed.any():
            continue
        steps = encoded((1.0 - dimmed)[..., None] * colour) * np.float32(255.0)
        steps += rng.random(steps.shape, dtype=np.float32)
        strip[:] = np.where(dimmed[..., None] > 0, np.clip(steps, 0.0, 255.0), strip)
