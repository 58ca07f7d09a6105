"""The engine for reference pictures: the picture itself becomes the plate."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.domain.background import References
from backcloth.domain.request import Mode
from backcloth.errors import InvalidRequest
from backcloth.imaging.geometry import cover
from backcloth.scene.protocol import Capabilities, Picture, Plate, SceneJob
from backcloth.scene.studio.arrays import Field
from backcloth.scene.studio.camera import place_camera
from backcloth.scene.studio.lens import blur_rows
from backcloth.scene.studio.light import LIGHTS, place_key
from backcloth.scene.studio.shadow import cast_shadows
from backcloth.scene.studio.stance import Stance, read_stance
from backcloth.scene.studio.tone import encoded, linear

_SMALL = 1.5
"""Enlargement from which a reference counts as too small for the canvas."""

_FAR_BLUR = 0.0045
"""Blur circle at the top of an enhanced plate, as a share of its longer side: soft, still legible."""

_AMBIENT = 0.55
_CONTACT = 0.75
"""Strength of the shadows laid on a picture whose light is not known: weaker than in the studio."""

MAX_REFERENCES = 4


class ReferenceEngine:
    """Fits the first reference to the canvas; with `enhance` it also makes it a better backdrop.

    The rule for several references: the first is the plate, the others change nothing, and a notice says
    so. The picture is scaled to cover the canvas and cropped at the centre, never stretched. `enhance`
    adds, and without it nothing is added: a blur that grows from the subject's feet to the top, a little
    sharpening where the reference had to be enlarged, and a soft contact shadow where the subject stands
    in the frame.
    """

    @property
    def name(self) -> str:
        """As in the settings and the job notes."""
        return "reference"

    def capabilities(self) -> Capabilities:
        """Reference pictures in every mode; up to MAX_REFERENCES are accepted."""
        return Capabilities(
            backgrounds=(References,),
            modes=tuple(Mode),
            negative_prompt=False,
            max_references=MAX_REFERENCES,
            pixel_limit=40_000_000,
            deterministic=True,
            licence="Apache-2.0",
            commercial_use=True,
        )

    def generate(self, job: SceneJob) -> Plate:
        """Fits the plate.

        Raises:
            TypeError: the job's background is not References.
            InvalidRequest: the job carries no reference picture.
        """
        background = job.background
        if not isinstance(background, References):
            raise TypeError(f"reference pictures were expected, not {type(background).__name__}")
        if not job.references:
            raise InvalidRequest("ref_images holds no picture.")
        source = job.references[0]
        enlarged = max(job.size[0] / source.shape[1], job.size[1] / source.shape[0])
        plate = cover(source, job.size)
        if background.enhance:
            plate = _enhanced(plate, job, enlarged)
        return Plate(
            picture=plate,
            engine="reference 1",
            scene="reference picture, fitted" + (" and enhanced" if background.enhance else ""),
            notices=_notices(job, enlarged),
        )


def _notices(job: SceneJob, enlarged: float) -> tuple[str, ...]:
    notices: list[str] = []
    if enlarged > _SMALL:
        notices.append(f"ref_images[0] is small: it was enlarged {enlarged:.1f} times and may look soft.")
    if len(job.references) > 1:
        notices.append("Only ref_images[0] was used: this engine makes the background from one picture.")
    return tuple(notices)


def _enhanced(plate: Picture, job: SceneJob, enlarged: float) -> Picture:
    stance = read_stance(job.subject, job.matte)
    light = linear(plate.astype(np.float32) / 255.0)
    if enlarged > 1.15:
        soft = cv2.GaussianBlur(light, (0, 0), 0.7 * enlarged)
        light = np.maximum(light + 0.35 * (light - soft), 0.0)
    light = blur_rows(light, _circles(stance, job.size))
    light = light * (1.0 - _shadow(stance, job))[..., None]
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([job.seed, 7])))
    steps = encoded(np.clip(light, 0.0, 1.0)) * np.float32(255.0)
    dither = rng.random(steps.shape, dtype=np.float32)
    return np.asarray(np.clip(steps + dither, 0.0, 255.0), np.uint8)


def _circles(stance: Stance, size: tuple[int, int]) -> Field:
    """(H,) blur radius in pixels: none around the subject's feet, growing upwards."""
    rows = np.arange(size[1], dtype=np.float32)
    foot = stance.contact_row if stance.grounded else float(size[1])
    away = np.clip((foot - rows) / (0.7 * size[1]) - 0.08, 0.0, 1.0)
    return np.asarray(_FAR_BLUR * max(size) * away, np.float32)


def _shadow(stance: Stance, job: SceneJob) -> Field:
    """(H, W) share of the light that the subject takes: only where it touches and what hangs over it."""
    if not (stance.present and stance.grounded and stance.contact_row > 0.4 * job.size[1]):
        return np.zeros((job.size[1], job.size[0]), np.float32)
    camera = place_camera(stance, job.size, pitch=None, real_size=1.0, eye=0.55)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([job.seed, 1])))
    light = LIGHTS["overcast"]
    shadows = cast_shadows(job.matte, stance, camera, light, place_key(light, stance.lit_from, rng))
    open_share = (1.0 - _AMBIENT * shadows.ambient) * (1.0 - _CONTACT * shadows.contact)
    return np.asarray(1.0 - open_share, np.float32)
