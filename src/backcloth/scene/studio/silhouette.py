"""Pieces of a silhouette: what of it stands on which part of the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field


@dataclass(frozen=True, slots=True)
class Strip:
    """Columns of the silhouette, the row they stand on at their left and right end, and their upper end."""

    left: float
    right: float
    rows: tuple[float, float]
    top: float


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The silhouette above one strip, cut out of the picture at (left, top)."""

    alpha: Field
    left: int
    top: int

    @property
    def corners(self) -> npt.NDArray[np.float32]:
        """(1, 4, 2) corners in the picture."""
        rows, columns = self.alpha.shape
        right, bottom = self.left + columns, self.top + rows
        corners = [(self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)]
        return np.asarray([corners], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Legs or body.

    Attributes:
        strips: Where it stands.
        pieces: The silhouette above each strip.
        thickness: Rows that half its depth takes on the ground.
        turned: Whether it is round, as if turned on a lathe: its depth falls off from its axis to its sides.
    """

    strips: tuple[Strip, ...]
    pieces: tuple[Piece, ...]
    thickness: float
    turned: bool = False

    def blurred(self, sigma: Field) -> Part:
        """The part with a blur of its own for each row of the picture."""
        return replace(self, pieces=tuple(_blur_by_row(piece, sigma) for piece in self.pieces))


def cropped(alpha: Field) -> Piece:
    """The part of the picture that is not empty."""
    left, top, width, height = cv2.boundingRect((alpha > 1e-3).astype(np.uint8))
    return Piece(np.ascontiguousarray(alpha[top : top + height, left : left + width]), left, top)


def bounds(warp: npt.NDArray[np.float64], piece: Piece, shape: tuple[int, int]) -> tuple[slice, slice]:
    """The rows and columns of the picture in which a laid piece may lie."""
    if piece.alpha.size == 0:
        return slice(0, 0), slice(0, 0)
    corners = piece.corners
    behind = corners[0].astype(np.float64) @ warp[2, :2] + warp[2, 2]
    if behind.min() <= 1e-6:
        return slice(0, shape[0]), slice(0, shape[1])
    at = cv2.perspectiveTransform(corners, warp)[0]
    low = np.clip(np.floor(at.min(axis=0)) - 1, 0, (shape[1], shape[0])).astype(int)
    high = np.clip(np.ceil(at.max(axis=0)) + 2, 0, (shape[1], shape[0])).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _blur_by_row(piece: Piece, sigma: Field) -> Piece:
    """Gaussian blur whose width changes from row to row, on a piece that grows by what it spreads."""
    if piece.alpha.size == 0:
        return piece
    last = len(sigma) - 1
    widest = float(sigma[max(0, min(piece.top, last)) :].max())
    margin = int(3 * widest) + 1
    alpha = as_field(
        cv2.copyMakeBorder(piece.alpha, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    )
    rows = np.clip(np.arange(alpha.shape[0]) + piece.top - margin, 0, last)
    steps = [0.0, *np.geomspace(1.0, max(2.0, widest), 6)]
    level = np.interp(sigma[rows], steps, np.arange(len(steps)))
    out = np.zeros_like(alpha)
    for index, step in enumerate(steps):
        share = np.clip(1.0 - np.abs(level - index), 0.0, 1.0).astype(np.float32)
        if share.any():
            out += _spread(alpha, step) * share[:, None]
    return Piece(as_field(out), piece.left - margin, piece.top - margin)


def _spread(alpha: Field, sigma: float) -> Field:
    """Gaussian blur; a wide one is computed on a smaller picture."""
    if sigma == 0:
        return alpha
    factor = max(1.0, sigma / 6.0)
    size = (max(1, round(alpha.shape[1] / factor)), max(1, round(alpha.shape[0] / factor)))
    small = alpha if factor == 1.0 else cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor, borderType=cv2.BORDER_CONSTANT)
    if factor == 1.0:
        return as_field(small)
    return as_field(cv2.resize(small, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_LINEAR))
