"""Places a plate behind the subject: horizon where the subject's camera had it, nothing stretched."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.geometry import resize_picture
from backcloth.scene.reference.remove import fill
from backcloth.scene.studio.stance import Stance

Pixels = npt.NDArray[np.uint8]

_ZOOM = 1.5
"""Most that a plate is enlarged beyond what covers the canvas, to bring its horizon into place."""

_BEYOND = 0.07
"""Most of the canvas's height that is made up beyond the plate's upper or lower end."""

_SLIVER = 1.5
"""Rows that the plate may lack without anybody seeing."""

_STANDS = 0.10
"""Share of the canvas's height that the ground has to reach beyond the subject's contact at least."""

_ZOOMING, _EXTENDING, _SINKING = 0.6, 4.0, 40.0
"""Prices of zoom, of extension and of a subject without ground, beside a horizon out of place."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a plate lies on the canvas. Lengths are pixels of the canvas.

    Attributes:
        scale: Pixels of the canvas for one of the plate.
        left, top: Where the canvas's corner lies on the scaled plate; negative above or left of it.
        mirrored: Whether the plate is turned left to right.
        size: (width, height) of the canvas.
        above, below: Rows at the canvas's ends that the plate does not reach.
        horizon: Row of the plate's horizon; None where it has none.
    """

    scale: float
    left: float
    top: float
    mirrored: bool
    size: tuple[int, int]
    above: float
    below: float
    horizon: float | None

    @property
    def extended(self) -> bool:
        """Whether rows at an end have to be made up."""
        return max(self.above, self.below) > _SLIVER


def fit_plate(
    plate: tuple[int, int], canvas: tuple[int, int], horizon: float | None, wanted: float, stance: Stance
) -> Fit:
    """Where a plate is to lie.

    The plate covers the canvas at the least zoom that brings its horizon near to `wanted` and its ground
    under the subject's feet; a small part may be missing above or below, see `lay_plate`.

    Args:
        plate: (width, height) of the plate.
        canvas: Likewise.
        horizon: Row of the plate's horizon, as a share of its height; None where it has none.
        wanted: Row of the canvas where the horizon should be; it may be outside.
        stance: Where the subject stands.
    """
    base = max(canvas[0] / plate[0], canvas[1] / plate[1])
    if horizon is None:
        beside, over = ((plate[axis] * base - canvas[axis]) / 2 for axis in (0, 1))
        return Fit(base, beside, over, mirrored=False, size=canvas, above=0.0, below=0.0, horizon=None)
    zooms = np.linspace(1.0, _ZOOM, 26)
    tops = np.linspace(0.0, 1.0, 61)
    room = plate[1] * base * zooms[:, None] - canvas[1]
    beyond = _BEYOND * canvas[1]
    top = -beyond + tops[None] * (room + 2 * beyond)
    lies = horizon * plate[1] * base * zooms[:, None] - top
    price = np.square((lies - wanted) / (0.25 * canvas[1])) + _ZOOMING * (zooms[:, None] - 1.0)
    missing = np.maximum(-top, 0.0) + np.maximum(top - room, 0.0)
    price += _EXTENDING * missing / canvas[1]
    if stance.grounded:
        sunk = lies + _STANDS * canvas[1] - stance.contact_row
        price += _SINKING * np.square(np.maximum(sunk, 0.0) / canvas[1]) + 2.0 * (sunk > 0)
    at = np.unravel_index(int(np.argmin(price)), price.shape)
    zoom, upper = float(zooms[at[0]]), float(top[at])
    scale = base * zoom
    return Fit(
        scale=scale,
        left=(plate[0] * scale - canvas[0]) / 2,
        top=upper,
        mirrored=False,
        size=canvas,
        above=max(0.0, -upper),
        below=max(0.0, upper - float(room[at[0], 0])),
        horizon=float(lies[at]),
    )


def hide(fit: Fit, hole: npt.NDArray[np.bool_], stance: Stance) -> Fit:
    """The fit moved sideways, as far as the plate reaches, so that a filled hole lies behind the subject."""
    columns = np.flatnonzero(hole.any(axis=0))
    if columns.size == 0 or not stance.present:
        return fit
    middle = float(columns[0] + columns[-1] + 1) / 2 * fit.scale
    most = hole.shape[1] * fit.scale - fit.size[0]
    return replace(fit, left=float(np.clip(middle - stance.centre, 0.0, max(most, 0.0))))


def lay_plate(plate: Pixels, fit: Fit) -> Pixels:
    """The (H, W, 3) uint8 sRGB plate on the canvas.

    What it does not reach above or below is made from what is next to it, like the hole of a removed subject.
    """
    source = np.ascontiguousarray(plate[:, ::-1]) if fit.mirrored else plate
    left = plate.shape[1] * fit.scale - fit.size[0] - fit.left if fit.mirrored else fit.left
    scale = fit.scale
    if scale < 0.8:
        size = (max(1, round(plate.shape[1] * scale)), max(1, round(plate.shape[0] * scale)))
        source, scale = resize_picture(source, size), 1.0
    half = (scale - 1.0) / 2
    shift = np.asarray([[scale, 0, half - left], [0, scale, half - fit.top]], np.float32)
    # Reflections stand where the plate ends a fraction of a pixel too early.
    laid = np.asarray(
        cv2.warpAffine(source, shift, fit.size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101),
        np.uint8,
    )
    if not fit.extended:
        return laid
    missing = np.zeros(laid.shape[:2], np.bool_)
    missing[: math.ceil(fit.above) + 1] = fit.above > _SLIVER
    if fit.below > _SLIVER:
        missing[fit.size[1] - math.ceil(fit.below) - 1 :] = True
    return fill(laid, missing)[0]


def mirror(fit: Fit) -> Fit:
    """The fit of the same plate turned left to right, in place."""
    return replace(fit, mirrored=not fit.mirrored)
