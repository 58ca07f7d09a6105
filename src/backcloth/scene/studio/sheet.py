"""The subject as an upright sheet on its feet, and where light lays it on the ground."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field, smoothstep
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.silhouette import Part, Strip, bounds, cropped
from backcloth.scene.studio.slab import Slab, find_slab
from backcloth.scene.studio.stance import Stance

_TURN = 0.30
"""Tangent of the most that the sheet turns from facing the camera: edge-on to the light it casts a line."""

_LEVEL = 0.008
"""Share of the subject's extent by which feet may lie off one line and still be taken to stand on it."""

_THINNEST = 0.5
"""Square pixels from which a shadow is drawn."""

_SLENDER = 0.020
"""Half the width, as a share of the subject's extent, below which a part is a rod or a leaf."""

_LEGS = (0.20, 0.38)
"""Heights, as shares of the subject's extent, between which legs turn into body."""


class Sheet:
    """The silhouette's upright plane, and where light from a direction lays it on the ground.

    The body stands on the contact line of the whole subject. Legs are cut into strips, one to a foot: each
    stands where its foot stands and leans into the body's plane, so every leg's shadow starts at its foot.
    """

    def __init__(self, stance: Stance, camera: Camera, scale: float) -> None:
        self._stance = stance
        self._camera = camera
        self._scale = scale
        self._row, self._middle, slope = _contact_line(stance)
        self._turned = stance.pitch is not None and len(stance.feet) == 1
        body, leg = _thickness(stance, camera.foreshortening, turned=self._turned)
        if len(stance.feet) < 2:
            self._row -= body
        self.thickness, self.leg = body * scale, leg * scale
        steepest = _TURN * camera.foreshortening
        self._slope = min(max(slope, -steepest), steepest)
        left, right = stance.left - 1.0, stance.right + 1.0
        self._whole = (Strip(left, right, (self._line(left), self._line(right)), float(stance.top)),)
        self._strips = _strips(stance, self._line, leg) or (_raised(self._whole[0], leg),)

    def _line(self, column: float) -> float:
        """Row of the contact line of the whole subject."""
        return self._row + self._slope * (column - self._middle)

    def parts(self, alpha: Field) -> tuple[tuple[Part, ...], Slab | None]:
        """Legs, body and what is slender of it, which add up to the silhouette, but for the slab.

        What stands on one foot has no legs. A body is as deep as it stands; rods and leaves, which would
        close to a slab, are as deep as they are wide. Of furniture the seat or top is a slab of its own, and
        what is above it is as deep as a rod.
        """
        if len(self._stance.feet) < 2:
            return self._bodies(alpha), None
        solid = self._solid(alpha)
        slab = find_slab(solid, self._stance, self._camera, self._scale)
        if slab is not None:
            high = smoothstep(slab.top + 1.0, slab.top - 1.0, self._rows(alpha.shape[0]))[:, None]
            legs = self._part(as_field((alpha - solid) * (1.0 - high)), self._strips, self.leg)
            return (legs, self._part(as_field(alpha * high), self._whole, self.leg)), slab
        high = smoothstep(*_LEGS, self.height_of(alpha.shape[0]) / (self._stance.extent * self._scale))
        body = as_field(alpha * high[:, None])
        legs = self._part(as_field(alpha - body), self._strips, self.leg)
        return (legs, *self._bodies(body)), None

    def _rows(self, count: int) -> Field:
        """(count,) row of the plate that each small row shows."""
        return as_field((np.arange(count, dtype=np.float32) + 0.5) / self._scale)

    def _solid(self, alpha: Field) -> Field:
        """The silhouette without what is slender."""
        half = max(1, round(_SLENDER * self._stance.extent * self._scale))
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * half + 1, 2 * half + 1))
        opened = cv2.morphologyEx(alpha, cv2.MORPH_OPEN, brush)
        return as_field(np.minimum(alpha, cv2.dilate(opened, np.ones((3, 3), np.uint8))))

    def _bodies(self, alpha: Field) -> tuple[Part, ...]:
        solid = self._solid(alpha)
        slender = as_field(alpha - solid)
        if float(slender.sum()) < 0.03 * float(alpha.sum()):
            return (self._body(alpha),)
        depth = _SLENDER * self._stance.extent * self._scale * self._camera.foreshortening
        return self._body(solid), self._part(slender, self._whole, min(depth, self.thickness))

    def _body(self, alpha: Field) -> Part:
        return replace(self._part(alpha, self._whole, self.thickness), turned=self._turned)

    def _part(self, alpha: Field, strips: tuple[Strip, ...], thickness: float) -> Part:
        """A part cut into strips, each without what hangs below its foot."""
        y = np.arange(alpha.shape[0], dtype=np.float32)[:, None] + 0.5
        x = np.arange(alpha.shape[1], dtype=np.float32)[None, :] + 0.5
        pieces = []
        for strip in strips:
            left, right = strip.left * self._scale, strip.right * self._scale
            foot = np.interp(x, (left, right), strip.rows) * self._scale
            inside = np.clip(x - left + 1.0, 0.0, 1.0) * np.clip(right - x + 1.0, 0.0, 1.0)
            pieces.append(cropped(as_field(alpha * inside * np.clip(foot - y + 1.0, 0.0, 1.0))))
        return Part(strips, tuple(pieces), thickness)

    def laid(
        self,
        part: Part,
        shape: tuple[int, int],
        away: tuple[float, float],
        reach: float,
        *,
        finer: int = 1,
        around: tuple[float, float] = (1.0, 0.0),
    ) -> Field:
        """The shadow of a part on a picture of `shape`, for light going `away`, `reach` long per height.

        Along the depth a leg's shadow may be thinner than a row; it is drawn `finer` times and averaged.
        Of a turned body the slice `around` is drawn instead of its middle: how wide it is and how far it
        lies before its axis, as shares of the half width and half depth.
        """
        narrow, shift = around[0], part.thickness * around[1]
        axis = self._stance.base_centre * self._scale * (1.0 - narrow)
        slim = np.asarray([[narrow, 0.0, axis], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        moved = np.asarray([[1.0, 0.0, 0.0], [0.0, 1.0, shift], [0.0, 0.0, 1.0]])
        out = np.zeros(shape, np.float32)
        for strip, piece in zip(part.strips, part.pieces, strict=True):
            warp = self._warp(strip, away, reach)
            if warp is None:
                continue
            warp = moved @ warp @ slim
            rows, columns = bounds(warp, piece, shape)
            tall, wide = rows.stop - rows.start, columns.stop - columns.start
            if tall <= 0 or wide <= 0:
                continue
            here = np.asarray(
                [[1.0, 0.0, -columns.start], [0.0, finer, -finer * rows.start], [0.0, 0.0, 1.0]]
            )
            there = np.asarray([[1.0, 0.0, piece.left], [0.0, 1.0, piece.top], [0.0, 0.0, 1.0]])
            drawn = cv2.warpPerspective(
                piece.alpha, here @ warp @ there, (wide, tall * finer), flags=cv2.INTER_LINEAR
            )
            if finer > 1:
                drawn = cv2.resize(drawn, (wide, tall), interpolation=cv2.INTER_AREA)
            out[rows, columns] = np.maximum(out[rows, columns], drawn)
        return out

    def _warp(self, strip: Strip, away: tuple[float, float], reach: float) -> npt.NDArray[np.float64] | None:
        """Lays a strip on the ground; light that meets it edge-on would fold it, and lays a parallelogram.

        None where that is a line.
        """
        camera = self._camera
        source, target = [], []
        for column, row in zip((strip.left, strip.right), strip.rows, strict=True):
            line = self._line(column)
            x, depth = camera.ground(column, line)
            tall = (line - strip.top) * depth / camera.focal
            stretch = reach
            if away[1] < 0:
                stretch = min(reach, 0.75 * depth / max(-away[1] * tall, 1e-6))
            top = camera.project(x + away[0] * tall * stretch, depth + away[1] * tall * stretch)
            for at, (px, py) in ((row, (column, row)), (strip.top, top)):
                source.append((column * self._scale, at * self._scale))
                target.append((px * self._scale, py * self._scale))
        laid = np.asarray(target, np.float32)
        if _folded(laid):
            middle, half = (laid[1] + laid[3]) / 2, (laid[2] - laid[0]) / 2
            laid[1], laid[3] = middle - half, middle + half
            if _folded(laid):
                return None
        return np.asarray(cv2.getPerspectiveTransform(np.asarray(source, np.float32), laid))

    def height_of(self, rows: int) -> Field:
        """(rows,) small pixels above the contact row."""
        foot = self._stance.contact_row * self._scale
        return as_field(np.maximum(foot - np.arange(rows, dtype=np.float32) - 0.5, 0.0))


def _folded(laid: npt.NDArray[np.float32]) -> bool:
    """Whether a strip's corners (lower left, upper left, lower right, upper right) are no quadrilateral."""
    around = laid[[0, 1, 3, 2]]
    return not cv2.isContourConvex(around) or cv2.contourArea(around) < _THINNEST


def _contact_line(stance: Stance) -> tuple[float, float, float]:
    """The line that the subject stands on, through its feet where there are several: (row, column, slope)."""
    feet = stance.feet
    if len(feet) < 2:
        return stance.contact_row, stance.base_centre, stance.slope
    columns = np.asarray([foot.centre for foot in feet])
    rows = np.asarray([foot.row for foot in feet])
    weight = np.asarray([float(foot.width) for foot in feet])
    column, row = float(np.average(columns, weights=weight)), float(np.average(rows, weights=weight))
    tilt = float(np.average((columns - column) * (rows - row), weights=weight))
    return row, column, tilt / float(np.average(np.square(columns - column), weights=weight))


def _raised(strip: Strip, rows: float) -> Strip:
    """The strip through the middle of what is 2 * `rows` deep and ends in front where the strip stands."""
    return replace(strip, rows=(strip.rows[0] - rows, strip.rows[1] - rows))


def _strips(stance: Stance, line: Callable[[float], float], leg: float) -> tuple[Strip, ...]:
    """A strip for each foot, cut halfway between them; none where all stand on one line."""
    feet = stance.feet
    if len(feet) < 2 or all(abs(foot.row - line(foot.centre)) < _LEVEL * stance.extent for foot in feet):
        return ()
    cuts = [stance.left - 1.0, *((a.last + b.first) / 2 for a, b in pairwise(feet)), stance.right + 1.0]
    return tuple(
        Strip(
            a,
            b,
            (foot.row - leg, foot.row - leg),
            min(line((a + b) / 2), foot.row) - 1.5 * _LEGS[1] * stance.extent,
        )
        for (a, b), foot in zip(pairwise(cuts), feet, strict=True)
    )


def _thickness(stance: Stance, squash: float, *, turned: bool) -> tuple[float, float]:
    """Rows that half the depth of (the body, a leg) takes on the ground.

    A round base is as deep as it is wide; others are taken for a third of that, or for what their feet say.
    """
    body, feet = 0.16 * stance.base_width * squash, stance.feet
    if turned:
        body = 0.5 * stance.base_width * math.sin(math.atan(squash))
    if len(feet) < 2:
        return body, body
    leg = 0.35 * float(np.mean([foot.width for foot in feet])) * squash
    return max(body, 0.35 * stance.spread), min(leg, body)
