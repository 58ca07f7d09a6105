"""The picture that a model is given to paint around: the subject on a neutral fill, padded, never squashed.

Pipelines floor a picture's sides to what they can work on and squash it to fit. So the picture is padded here
to a size that they take as it is, and what was painted on the padding is cut off afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.geometry import resize_picture
from backcloth.scene.diffusion.preset import Fill

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]

GREY = 127
"""The middle of what a model's encoder takes: 0 in its own numbers."""

_LONGEST = 4096
"""Pixels a side beyond which a narrow plate is not enlarged: models were never shown such strips."""

_LEAST_KEPT = 0.25
"""Share of the subject that has to be left when its mask shrinks; of something thin it shrinks by less."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a plate lies on the canvas that the model paints.

    Attributes:
        plate: (width, height) of the plate wanted.
        work: (width, height) at which it is painted, the same shape.
        canvas: (width, height) of what the model is given: `work` and the padding to its right and below.
    """

    plate: Size
    work: Size
    canvas: Size

    def crop(self, painted: Pixels) -> Pixels:
        """The plate out of a painted canvas, (H, W, 3) uint8 sRGB, at its own size."""
        width, height = self.work
        return resize_picture(np.ascontiguousarray(painted[:height, :width]), self.plate)


@dataclass(frozen=True, slots=True)
class Canvas:
    """What the model is given.

    Attributes:
        picture: (H, W, 3) uint8 sRGB, the subject on the fill.
        paint: (H, W) uint8, 255 where it is to paint, 0 where it is to keep, between them along the subject.
        frame: Where the plate lies on it.
    """

    picture: Pixels
    paint: Pixels
    frame: Frame


def frame(plate: Size, *, multiple: int, area: int, least_area: int, buckets: tuple[Size, ...] = ()) -> Frame:
    """Fits a plate onto a canvas that a model takes.

    Without buckets the canvas is the plate rounded up to the multiple. A plate that is too large with its
    padding is worked on smaller, one below `least_area` larger, both at its own shape.

    Args:
        plate: (width, height) wanted.
        multiple: What both sides of the canvas must be a multiple of.
        area: Most pixels of the canvas, padding included.
        least_area: Pixels below which it is worked on enlarged.
        buckets: The only canvases there may be, as (width, height); the one that wastes least is taken.
    """
    if buckets:
        work, canvas = max(
            ((_inside(plate, bucket), bucket) for bucket in buckets),
            key=lambda fit: fit[0][0] * fit[0][1] / (fit[1][0] * fit[1][1]),
        )
        return Frame(plate, work, canvas)
    size = plate[0] * plate[1]
    scale = min(math.sqrt(least_area / size), max(1.0, _LONGEST / max(plate))) if size < least_area else 1.0
    while True:
        work = _scaled(plate, scale)
        canvas = (_up(work[0], multiple), _up(work[1], multiple))
        if canvas[0] * canvas[1] <= area or min(canvas) == multiple == max(canvas):
            return Frame(plate, work, canvas)
        scale *= 0.995


def canvas_of(
    subject: Pixels, matte: npt.NDArray[np.float32], at: Frame, *, fill: Fill, token: int, seed: int
) -> Canvas:
    """Puts the subject on the fill and says where to paint.

    The mask of what is kept shrinks by a token, so that no token that holds some fill survives as a rim; what
    is painted there the subject's own pixels cover later. Then it is softened over half as much.

    Args:
        subject: (H, W, 3) uint8 sRGB photo at the plate's size.
        matte: (H, W) float32 coverage 0..1.
        at: Where the plate lies on the canvas.
        fill: What surrounds the subject.
        token: Pixels a side that the model cannot tell apart.
        seed: Of the fill `noise`.
    """
    inside = resize_picture(subject, at.work)
    method = cv2.INTER_AREA if at.work[0] < at.plate[0] else cv2.INTER_LINEAR
    coverage = np.asarray(cv2.resize(matte, at.work, interpolation=method), np.float32)
    picture = _fill(fill, at.canvas, inside, coverage, seed)
    width, height = at.work
    room = picture[:height, :width].astype(np.float32)
    mixed = room + (inside - room) * coverage[..., None]
    picture[:height, :width] = np.rint(mixed).astype(np.uint8)
    paint: Pixels = np.full(picture.shape[:2], 255, np.uint8)
    kept, reach = _kept(coverage, token)
    paint[:height, :width] = 255 - 255 * kept
    # Blurred on the whole canvas, so that a subject at the edge of the frame is kept up to the padding.
    if reach:
        paint = np.asarray(cv2.GaussianBlur(paint, (0, 0), reach / 4), np.uint8)
    return Canvas(picture, paint, at)


def _kept(coverage: npt.NDArray[np.float32], token: int) -> tuple[Pixels, int]:
    """(H, W) 1 where the subject is kept, and by how many pixels it shrank; the frame's edge shrinks none."""
    body = (coverage > 0.5).astype(np.uint8)
    whole = int(np.count_nonzero(body))
    for reach in (token, token // 2, token // 4):
        side = 2 * reach + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        kept = cv2.erode(body, disc, borderType=cv2.BORDER_REPLICATE)
        if int(np.count_nonzero(kept)) >= _LEAST_KEPT * whole:
            return np.asarray(kept, np.uint8), reach
    return body, 0


def _fill(fill: Fill, canvas: Size, inside: Pixels, coverage: npt.NDArray[np.float32], seed: int) -> Pixels:
    shape = (canvas[1], canvas[0], 3)
    if fill == "noise":
        return np.random.Generator(np.random.PCG64(seed)).integers(0, 256, shape, dtype=np.uint8)
    if fill == "mean":
        total = (inside * coverage[..., None]).sum((0, 1)) / max(float(coverage.sum()), 1.0)
        return np.broadcast_to(np.rint(total).astype(np.uint8), shape).copy()
    return np.full(shape, 255 if fill == "white" else GREY, np.uint8)


def _inside(size: Size, room: Size) -> Size:
    """The largest size of the same shape that fits."""
    return _scaled(size, min(room[0] / size[0], room[1] / size[1]))


def _scaled(size: Size, scale: float) -> Size:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
