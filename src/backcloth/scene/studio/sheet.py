"""The subject as an upright sheet on its feet, and where light lays it on the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field, smoothstep
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.stance import Stance

_TURN = 0.30
"""Tangent of the most that the sheet turns from facing the camera: edge-on to the light it casts a line."""

_LEVEL = 0.008
"""Share of the subject's extent by which feet may lie off one line and still be taken to stand on it."""

_THINNEST = 0.5
"""Square pixels from which a shadow is drawn."""

_LEGS = (0.20, 0.38)
"""Heights, as shares of the subject's extent, between which legs turn into body."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Columns of the silhouette, the row they stand on at their left and right end, and their upper end."""

    left: float
    right: float
    rows: tuple[float, float]
    top: float


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Legs or body: strips, the silhouette in each, and the rows that half its depth takes on the ground."""

    strips: tuple[Strip, ...]
    pieces: tuple[Field, ...]
    thickness: float

    def blurred(self, sigma: Field) -> Part:
        """The part with a blur of its own for each row."""
        return replace(self, pieces=tuple(_blur_by_row(piece, sigma) for piece in self.pieces))


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
        steepest = _TURN * camera.foreshortening
        self._slope = min(max(slope, -steepest), steepest)
        left, right = stance.left - 1.0, stance.right + 1.0
        self._whole = (Strip(left, right, (self._line(left), self._line(right)), float(stance.top)),)
        self._strips = _strips(stance, self._line)
        body, leg = _thickness(stance, camera.foreshortening)
        self.thickness, self.leg = body * scale, leg * scale

    def _line(self, column: float) -> float:
        """Row of the contact line of the whole subject."""
        return self._row + self._slope * (column - self._middle)

    def parts(self, alpha: Field) -> tuple[Part, ...]:
        """Legs and body, which add up to the silhouette; a subject that stands on one line is body alone."""
        if not self._strips:
            return (self._part(alpha, self._whole, self.thickness),)
        high = self.height_of(alpha.shape[0]) / (self._stance.extent * self._scale)
        body = as_field(alpha * smoothstep(*_LEGS, high)[:, None])
        return (
            self._part(as_field(alpha - body), self._strips, self.leg),
            self._part(body, self._whole, self.thickness),
        )

    def _part(self, alpha: Field, strips: tuple[Strip, ...], thickness: float) -> Part:
        """A part cut into strips, each without what hangs below its foot."""
        y = np.arange(alpha.shape[0], dtype=np.float32)[:, None] + 0.5
        x = np.arange(alpha.shape[1], dtype=np.float32)[None, :] + 0.5
        pieces = []
        for strip in strips:
            left, right = strip.left * self._scale, strip.right * self._scale
            foot = np.interp(x, (left, right), strip.rows) * self._scale
            inside = np.clip(x - left + 1.0, 0.0, 1.0) * np.clip(right - x + 1.0, 0.0, 1.0)
            pieces.append(as_field(alpha * inside * np.clip(foot - y + 1.0, 0.0, 1.0)))
        return Part(strips, tuple(pieces), thickness)

    def laid(self, part: Part, away: tuple[float, float], reach: float, *, finer: int = 1) -> Field:
        """The shadow of a part for light going `away`, `reach` long per height.

        Along the depth a leg's shadow may be thinner than a row; it is drawn `finer` times and averaged.
        """
        height, width = part.pieces[0].shape
        out = np.zeros((height * finer, width), np.float32)
        taller = np.diag([1.0, float(finer), 1.0])
        for strip, alpha in zip(part.strips, part.pieces, strict=True):
            warp = self._warp(strip, away, reach)
            if warp is None:
                continue
            shadow = cv2.warpPerspective(
                alpha, taller @ warp, (width, height * finer), flags=cv2.INTER_LINEAR
            )
            np.maximum(out, shadow, out=out)
        return out if finer == 1 else as_field(cv2.resize(out, (width, height), interpolation=cv2.INTER_AREA))

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


def _strips(stance: Stance, line: Callable[[float], float]) -> tuple[Strip, ...]:
    """A strip for each foot, cut halfway between them; none where all stand on one line."""
    feet = stance.feet
    if len(feet) < 2 or all(abs(foot.row - line(foot.centre)) < _LEVEL * stance.extent for foot in feet):
        return ()
    cuts = [stance.left - 1.0, *((a.last + b.first) / 2 for a, b in pairwise(feet)), stance.right + 1.0]
    return tuple(
        Strip(a, b, (foot.row, foot.row), min(line((a + b) / 2), foot.row) - 1.5 * _LEGS[1] * stance.extent)
        for (a, b), foot in zip(pairwise(cuts), feet, strict=True)
    )


def _thickness(stance: Stance, squash: float) -> tuple[float, float]:
    """Rows that half the depth of (the body, a leg) takes on the ground."""
    body, feet = 0.16 * stance.base_width * squash, stance.feet
    if len(feet) < 2:
        return body, body
    leg = 0.5 * float(np.mean([foot.width for foot in feet])) * squash
    return max(body, 0.35 * stance.spread), min(leg, body)


def _blur_by_row(alpha: Field, sigma: Field) -> Field:
    """Gaussian blur whose width changes from row to row."""
    steps = [0.0, *np.geomspace(1.0, max(2.0, float(sigma.max())), 6)]
    level = np.interp(sigma, steps, np.arange(len(steps)))
    out = np.zeros_like(alpha)
    for index, step in enumerate(steps):
        share = np.clip(1.0 - np.abs(level - index), 0.0, 1.0).astype(np.float32)
        if share.any():
            copy = (
                alpha if step == 0 else cv2.GaussianBlur(alpha, (0, 0), step, borderType=cv2.BORDER_CONSTANT)
            )
            out += copy * share[:, None]
    return out
