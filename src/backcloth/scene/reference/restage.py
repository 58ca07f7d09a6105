"""Rebuilds a reference whose own subject is too large to remove: a studio scene from its colours and light.

The studio draws the ground, in a material and a colour that come near the reference's, with the subject's
shadows; what lies beyond is the reference itself, out of focus so far that its subject's place is not seen.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.domain.colour import Colour
from backcloth.scene.protocol import SceneJob
from backcloth.scene.reference.fit import fit_plate, lay_plate
from backcloth.scene.reference.horizon import find_horizon
from backcloth.scene.reference.light import light_name
from backcloth.scene.reference.place import FROM_ABOVE, Placed
from backcloth.scene.reference.study import Study
from backcloth.scene.studio.arrays import Field, as_field, smoothstep
from backcloth.scene.studio.camera import camera_of
from backcloth.scene.studio.lens import blur
from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.stance import Stance
from backcloth.scene.studio.tone import encoded, linear

Pixels = npt.NDArray[np.uint8]

_BLUR = 0.022
"""Blur circle of what lies beyond, as a share of the longer side."""

_NEAR = 0.12
"""Share of the way from contact to horizon from which the ground begins to turn into the reference's."""


def restaged(study: Study, job: SceneJob, stance: Stance) -> Placed:
    """The plate for a job, rebuilt from one reference."""
    filled = _smeared(study)
    if not study.horizon.found:
        study = replace(study, horizon=find_horizon(filled))
    from_above = stance.pitch is not None and stance.pitch > FROM_ABOVE
    scene = _scene(study, filled, from_above=from_above, shadow=job.shadow.value)
    drawn = render(scene, job.subject, job.matte, job.seed).astype(np.float32) / np.float32(255)
    did = f"rebuilt: {scene.surface or scene.setting} in {scene.light} light"
    rebuilt = (
        "its own subject could not be removed: the scene was rebuilt from its colours, light and horizon."
    )
    notices = (f"ref_images[{study.index}]: {rebuilt}",)
    if from_above:
        return Placed(drawn, (did,), notices)
    camera = camera_of(stance, job.size, None)
    row = study.horizon.row if study.horizon.found else 0.55
    fit = fit_plate((filled.shape[1], filled.shape[0]), job.size, row, camera.horizon, stance)
    far = linear(lay_plate(filled, fit).astype(np.float32) / np.float32(255))
    far = blur(far, _BLUR * max(job.size))
    near = linear(drawn)
    rows = np.arange(job.size[1], dtype=np.float32)
    foot = stance.contact_row if stance.grounded else 1.2 * job.size[1]
    edge = fit.horizon if fit.horizon is not None else camera.horizon
    start = foot - _NEAR * (foot - edge)
    end = min(edge + 0.15 * (foot - edge), start - 0.12 * job.size[1])
    share = smoothstep(start, end, rows)[:, None, None]
    near = near * _towards(near, far, (end, foot))
    light = near + (far - near) * share
    picture = encoded(np.clip(light, 0.0, 1.0))
    return Placed(picture, (did, "before the blurred reference"), notices)


def _smeared(study: Study) -> Pixels:
    """The reference with its subject's place run over by what is around it: fit to be seen out of focus."""
    own = study.own
    if own is None or own.hole.mean() > 0.97:
        return study.picture
    scale = min(1.0, 96 / max(own.hole.shape))
    size = (max(2, round(own.hole.shape[1] * scale)), max(2, round(own.hole.shape[0] * scale)))
    light = as_field(cv2.resize(study.picture, size, interpolation=cv2.INTER_AREA))
    covered = cv2.resize(own.hole.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known = as_field(covered < 0.02)
    # What a row runs from is a mean over some rows: single pixels of the rim would draw stripes.
    near, there = (cv2.GaussianBlur(each, (0, 0), 2.5) for each in (light * known[..., None], known))
    steady = np.where(known[..., None] > 0, near / np.maximum(there, 1e-3)[..., None], light)
    out = cv2.GaussianBlur(_across(as_field(steady), known > 0), (0, 0), sigmaX=4.0, sigmaY=1.5)
    large = cv2.resize(out, (own.hole.shape[1], own.hole.shape[0]), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(own.hole.astype(np.float32), (0, 0), 0.01 * max(own.hole.shape))
    share = np.clip(2.0 * soft, 0.0, 1.0)[..., None]
    return np.asarray(np.clip(study.picture * (1.0 - share) + large * share, 0, 255), np.uint8)


def _across(light: Field, known: npt.NDArray[np.bool_]) -> Field:
    """Each row runs from what is known on one side to the other's; rows without any take the next."""
    out = light.copy()
    columns = np.arange(light.shape[1])
    rows = np.flatnonzero(known.any(axis=1))
    for row in rows:
        at = np.flatnonzero(known[row])
        for channel in range(3):
            out[row, :, channel] = np.interp(columns, at, light[row, at, channel])
    nearest = rows[np.abs(np.arange(len(light))[:, None] - rows[None]).argmin(axis=1)]
    return np.asarray(out[nearest], np.float32)


def _towards(near: Field, far: Field, rows: tuple[float, float]) -> Field:
    """(3,) gains that bring the drawn ground to the reference's, over the rows where both are ground."""
    height = near.shape[0]
    first, last = (int(np.clip(row, 0, height)) for row in rows)
    if last - first < 3:
        return np.ones(3, np.float32)
    mine, its = (np.median(each[first:last].reshape(-1, 3), axis=0) for each in (near, far))
    return np.asarray(np.clip(its / np.maximum(mine, 1e-3), 0.55, 1.7) ** 0.8, np.float32)


def _scene(study: Study, filled: Pixels, *, from_above: bool, shadow: str) -> Scene:
    split = int(filled.shape[0] * (study.horizon.row if study.horizon.found else 0.5))
    ground, behind = _colour(filled[split:]), _colour(filled[: max(split, 1)])
    outdoors = study.horizon.found and not _woody(behind)
    setting, surface = _place(ground, outdoors=outdoors, from_above=from_above)
    return Scene(
        setting=setting,
        surface=surface,
        surface_colour=ground,
        backdrop_colour=ground if setting == "sweep" else behind,
        light=light_name(filled, outdoors=outdoors),
        shadow=shadow,
        clouds=False,
    )


def _colour(part: Pixels) -> Colour:
    """The usual colour of a part."""
    small = cv2.resize(part, (32, 32), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    red, green, blue = (int(value) for value in np.median(small, axis=0))
    return Colour(red, green, blue)


def _lab(colour: Colour) -> tuple[float, float, float]:
    pixel = np.asarray([[colour.rgb]], np.float32) / np.float32(255)
    level, a, b = (float(value) for value in cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0])
    return level, a, b


def _woody(colour: Colour) -> bool:
    """Whether a colour is brown or orange as wood is, and neither sky nor leaves are."""
    _, a, b = _lab(colour)
    return a > 7 and b > 12


def _place(ground: Colour, *, outdoors: bool, from_above: bool) -> tuple[str, str]:
    """(setting, surface) whose ground has such a colour; only sets for products can be seen from above."""
    level, a, b = _lab(ground)
    chroma = float(np.hypot(a, b))
    # Dry grass is olive: its hue is just on the green side of yellow.
    green = a < -0.05 * b and chroma > 9
    if green and not from_above:
        return "meadow", "lawn"
    if outdoors and not from_above:
        return _open_ground(level, b, chroma)
    if _woody(ground):
        return "table", "wood"
    return ("table", "slate" if level < 60 else "linen") if chroma < 8 else ("sweep", "")


def _open_ground(level: float, b: float, chroma: float) -> tuple[str, str]:
    """(setting, surface) of ground under the sky that is not green, by its Lab lightness, b and chroma."""
    if chroma >= 8 and b > 6:
        return ("desert", "sand") if level > 48 else ("forest", "soil")
    if level > 88:
        return "snow", "snow"
    return "street", "asphalt" if level < 52 else "concrete"
