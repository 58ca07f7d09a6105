"""Makes the plate from a reference as it is, or freed of its own subject: laid, blurred by depth, shaded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from backcloth.scene.protocol import SceneJob
from backcloth.scene.reference.fit import Fit, fit_plate, hide, lay_plate, mirror
from backcloth.scene.reference.focus import edge_blur
from backcloth.scene.reference.lettering import may_have_lettering
from backcloth.scene.reference.light import light_name, light_side
from backcloth.scene.reference.shade import Lighting, shade
from backcloth.scene.reference.study import Study
from backcloth.scene.studio.arrays import Field, smoothstep
from backcloth.scene.studio.camera import Camera, camera_of
from backcloth.scene.studio.lens import blur_rows
from backcloth.scene.studio.stance import Stance
from backcloth.scene.studio.tone import encoded, linear

FROM_ABOVE = 27.0
"""Degrees that a camera looks down on its subject from which a plate with a horizon cannot match it."""

_CLEAR = 0.45
"""How clear both light sides have to be for a plate to be mirrored."""

_LEAST_LIFT = 0.10
"""Share of the canvas's height that the horizon lies above the contact at least, for the ground's slant."""

_USUAL_BLUR = 0.0016
"""Blur of what is far where the photo does not tell, as a share of the longer side."""

_MOST_BLUR = 0.007
"""Likewise the most that is given."""

_CIRCLE = 2.0
"""Radius of a blur circle over the standard deviation of the edges that it leaves."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A plate.

    Attributes:
        picture: (H, W, 3) float32 encoded sRGB, 0..1, shadows included.
        did: What was done, in a few words.
        notices: What the caller must see.
    """

    picture: Field
    did: tuple[str, ...]
    notices: tuple[str, ...]


def placed(study: Study, job: SceneJob, stance: Stance) -> Placed:
    """The plate for a job from one reference, whose own subject, if it had one, is removed already."""
    fit, notices = _fitted(study, job, stance)
    side = light_side(study.picture, study.horizon.row)
    mirrored = _contradicts(side, stance.lit_from) and not may_have_lettering(study.picture)
    if mirrored:
        fit, side = mirror(fit), -side
    light = linear(lay_plate(study.picture, fit).astype(np.float32) / np.float32(255))
    light = _resharpened(light, fit.scale)
    blur = _missing_blur(study, job)
    light = blur_rows(light, _circles(fit, stance, blur))
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([job.seed, 1])))
    lighting = Lighting(light_name(study.picture), stance.lit_from if abs(stance.lit_from) > 0.12 else side)
    taken = shade(job.matte, stance, _camera(fit, stance), lighting, job.shadow, rng)
    picture = encoded(np.clip(light * (1.0 - taken)[..., None], 0.0, 1.0))
    did = [
        "its horizon in place" if fit.horizon is not None else "centred",
        *(["mirrored to the subject's light"] if mirrored else []),
        *(["extended at its end"] if fit.extended else []),
        "blurred with distance" if blur > 0.0004 else "sharp as the photo",
    ]
    return Placed(picture, tuple(did), tuple(notices))


def _camera(fit: Fit, stance: Stance) -> Camera:
    """The camera that the subject's photo was taken with, turned so that its horizon is the plate's."""
    camera = camera_of(stance, fit.size, None)
    if fit.horizon is None:
        return camera
    return replace(camera, horizon=min(fit.horizon, camera.contact_row - _LEAST_LIFT * fit.size[1]))


def _fitted(study: Study, job: SceneJob, stance: Stance) -> tuple[Fit, list[str]]:
    height, width = study.picture.shape[:2]
    camera = camera_of(stance, job.size, None)
    row = study.horizon.row if study.horizon.found else None
    wanted = max(camera.horizon, -0.03 * job.size[1])
    fit = fit_plate((width, height), job.size, row, wanted, stance)
    notices: list[str] = []
    if fit.horizon is not None and stance.grounded:
        if fit.horizon > stance.contact_row:
            notices.append(f"ref_images[{study.index}] shows no ground where the subject stands.")
        elif stance.pitch is not None and stance.pitch > FROM_ABOVE and fit.horizon > 0:
            notices.append(
                f"The photo looks down on its subject and ref_images[{study.index}] does not: "
                "the two do not quite match."
            )
    if study.own is not None:
        fit = hide(fit, study.own.hole, stance)
        notices.append(f"ref_images[{study.index}]: its own subject was removed.")
    return fit, notices


def _contradicts(plate: float, subject: float) -> bool:
    return plate * subject < 0 and min(abs(plate), abs(subject)) >= _CLEAR


def _resharpened(light: Field, scale: float) -> Field:
    """A plate that was enlarged, a little crisper."""
    if scale <= 1.15:
        return light
    soft = cv2.GaussianBlur(light, (0, 0), 0.7 * scale)
    return np.asarray(np.maximum(light + 0.35 * (light - soft), 0.0), np.float32)


def _missing_blur(study: Study, job: SceneJob) -> float:
    """The blur that the plate's far part lacks beside the photo's background; a share of the longer side."""
    away = cv2.dilate(np.asarray(job.matte > 0.05, np.uint8), np.ones((9, 9), np.uint8)) == 0
    wanted = edge_blur(job.subject, away)
    wanted = _USUAL_BLUR if wanted is None else min(wanted, _MOST_BLUR)
    rows, columns = study.picture.shape[:2]
    far = np.ones((rows, columns), np.bool_)
    if study.horizon.found:
        far[round(study.horizon.row * rows) :] = False
    has = edge_blur(study.picture, far) or 0.0
    return float(np.sqrt(max(wanted**2 - has**2, 0.0)))


def _circles(fit: Fit, stance: Stance, blur: float) -> Field:
    """(H,) blur radius in pixels: none around the subject's feet, all of it from the horizon upwards."""
    height = fit.size[1]
    rows = np.arange(height, dtype=np.float32)
    foot = stance.contact_row if stance.grounded else 1.1 * height
    horizon = fit.horizon if fit.horizon is not None else 0.3 * height
    away = smoothstep(foot - 0.1 * height, min(horizon, foot - 0.25 * height), rows)
    return np.asarray(_CIRCLE * blur * max(fit.size) * away, np.float32)
