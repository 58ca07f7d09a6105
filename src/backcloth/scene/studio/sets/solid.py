"""Upright solids with a convex footprint: drums, blocks and boards, and where lines of sight meet them.

The image plane is upright, so a vertical side lies, in each column, at one depth: where that column's
line of sight meets the footprint. Sides, tops and their coverage are therefore found column by column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.camera import Camera

_CORNER = 6
"""Facets of a rounded corner."""


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """One solid; metres, heights counted from the plane that the subject stands on.

    Attributes:
        outline: (N, 2) ground points (x, depth) of the convex footprint, in order.
        normals: (N, 2) outward unit normal at each of them.
        low, high: Heights of its foot and its top.
    """

    outline: npt.NDArray[np.float64]
    normals: npt.NDArray[np.float64]
    low: float
    high: float

    @property
    def width(self) -> float:
        """Metres from its leftmost to its rightmost point."""
        return float(np.ptp(self.outline[:, 0]))


def drum(x: float, depth: float, radius: float, low: float, high: float) -> Solid:
    """A cylinder around a ground point."""
    turn = np.linspace(0.0, 2.0 * math.pi, 128, endpoint=False)
    normals = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return Solid(np.asarray((x, depth)) + radius * normals, normals, low, high)


def block(
    middle: tuple[float, float], size: tuple[float, float], heights: tuple[float, float], *, yaw: float = 0.0
) -> Solid:
    """A block with rounded upright edges; size is (width, depth), heights (low, high)."""
    corner = 0.035 * min(size)
    half = np.asarray(size) / 2 - corner
    points, normals = [], []
    for index, (right, back) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for turn in np.linspace(0.0, math.pi / 2, _CORNER) + index * math.pi / 2:
            out = np.asarray((math.cos(turn), math.sin(turn)))
            points.append(half * (right, back) + corner * out)
            normals.append(out)
    turned = np.asarray([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]])
    return Solid(np.asarray(middle) + np.asarray(points) @ turned, np.asarray(normals) @ turned, *heights)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Lines of sight x = slope · depth: nearest and farthest depth, normal and arc length there, hit."""

    slope: npt.NDArray[np.float64]
    near: npt.NDArray[np.float64]
    far: npt.NDArray[np.float64]
    normal: npt.NDArray[np.float64]
    along: npt.NDArray[np.float64]
    hit: npt.NDArray[np.bool_]


def meet(solid: Solid, slope: npt.NDArray[np.float64]) -> Profile:
    """Meets lines of sight x = slope · depth with the footprint."""
    start, stop = solid.outline, np.roll(solid.outline, -1, axis=0)
    step = stop - start
    lengths = np.hypot(step[:, 0], step[:, 1])
    begins = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    across = step[:, :1] - slope[None, :] * step[:, 1:]
    share = (slope[None, :] * start[:, 1:] - start[:, :1]) / np.where(np.abs(across) < 1e-12, 1e-12, across)
    met = (share >= 0.0) & (share <= 1.0)
    depth = start[:, 1:] + share * step[:, 1:]
    first = np.argmin(np.where(met, depth, np.inf), axis=0)
    every = np.arange(slope.size)
    at = np.clip(share[first, every], 0.0, 1.0)[:, None]
    normal = solid.normals[first] * (1 - at) + np.roll(solid.normals, -1, axis=0)[first] * at
    normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-9)[:, None]
    hit = np.asarray(met.any(axis=0), np.bool_)
    return Profile(
        slope,
        np.where(hit, depth[first, every], 1.0),
        np.where(hit, np.where(met, depth, -np.inf).max(axis=0), 1.0),
        normal,
        begins[first] + at[:, 0] * lengths[first],
        hit,
    )


def slopes(camera: Camera, columns: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Metres to the right per metre of depth along each column's line of sight."""
    return np.asarray((columns - camera.width / 2) / camera.focal, np.float64)


def row_of(camera: Camera, height: float, depth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows in which points at a height are seen."""
    return camera.horizon + camera.focal * (camera.rise - height) / depth
