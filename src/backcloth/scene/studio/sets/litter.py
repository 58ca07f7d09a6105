"""What a season leaves on the ground: fallen leaves, flowers in the grass, petals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Radiance, Rgb, as_field, rgb
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import encoded, linear

_LEAVES: tuple[Rgb, ...] = (
    (0.62, 0.33, 0.045),
    (0.50, 0.19, 0.03),
    (0.36, 0.085, 0.03),
    (0.33, 0.20, 0.08),
    (0.70, 0.47, 0.08),
)
_FLOWERS: tuple[Rgb, ...] = ((0.90, 0.90, 0.86), (0.88, 0.66, 0.06), (0.90, 0.90, 0.86), (0.62, 0.40, 0.74))
_PETALS: tuple[Rgb, ...] = ((0.90, 0.72, 0.76), (0.92, 0.84, 0.85))

_UNDER_TREES = frozenset({"forest", "garden", "street", "city", "terrace", "meadow", "parking", "lake"})


Outline = npt.NDArray[np.float32]
"""(N, 2) corners of a shape about 1 in radius."""


def _leaf(rng: np.random.Generator) -> Outline:
    """Half of the leaves are pointed ovals, half have five lobes; all are curled a little."""
    angle = np.linspace(0.0, 2 * math.pi, 26, endpoint=False, dtype=np.float32)
    if rng.random() < 0.5:
        radius, slim = 1.0 - 0.52 * np.abs(np.sin(angle)) ** 0.8, float(rng.uniform(0.7, 0.95))
    else:
        radius, slim = 0.62 + 0.38 * np.abs(np.cos(2.5 * angle)) ** 1.4, float(rng.uniform(0.75, 1.0))
    radius = radius * (1.0 + 0.05 * rng.standard_normal(angle.size))
    return _corners(angle, radius, slim * float(rng.uniform(0.45, 1.0)))


def _flower(rng: np.random.Generator) -> Outline:
    """A head of about eight petals."""
    angle = np.linspace(0.0, 2 * math.pi, 24, endpoint=False, dtype=np.float32)
    return _corners(angle, 0.72 + 0.28 * np.cos(8 * angle), float(rng.uniform(0.75, 1.3)))


def _petal(rng: np.random.Generator) -> Outline:
    """One petal that lies flat."""
    angle = np.linspace(0.0, 2 * math.pi, 14, endpoint=False, dtype=np.float32)
    return _corners(angle, np.ones_like(angle), float(rng.uniform(0.5, 0.8)))


def _corners(angle: Outline, radius: npt.NDArray[np.floating], slim: float) -> Outline:
    return np.stack([radius * np.cos(angle), slim * radius * np.sin(angle)], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is strewn: reflectances, radius as a share of the subject's extent, how many, and the shape."""

    colours: tuple[Rgb, ...]
    size: float
    crowd: float
    outline: Callable[[np.random.Generator], Outline]


def draw_litter(stage: Stage, surface: str, ground: Radiance, first: int) -> Radiance:
    """Draws the season's leaves or flowers over the lit ground, shaded as the ground is there.

    Args:
        stage: The picture.
        surface: Name of the ground's material.
        ground: (rows, W, 3) lit ground from row `first` down.
        first: Its first row.
    """
    kind = _kind(stage, surface)
    return ground if kind is None else _Litter(stage, ground, first).draw(kind)


def _kind(stage: Stage, surface: str) -> _Kind | None:
    setting, season = stage.scene.setting, stage.scene.season
    lawn = surface == "lawn"
    if season == "autumn" and setting in _UNDER_TREES:
        return _Kind(_LEAVES, 0.030, {"forest": 2.4, "garden": 1.3, "meadow": 0.8}.get(setting, 0.6), _leaf)
    if season in ("spring", "summer") and lawn:
        return _Kind(_FLOWERS, 0.0085, 2.6 if season == "spring" else 0.9, _flower)
    if season == "spring" and setting in _UNDER_TREES:
        return _Kind(_PETALS, 0.007, 0.7, _petal)
    return None


class _Litter:
    """One ground that things are drawn on, from far to near."""

    def __init__(self, stage: Stage, ground: Radiance, first: int) -> None:
        self._stage, self._ground, self._first = stage, ground, first
        self._canvas = _shown(ground)
        self._lit = as_field(cv2.blur(ground, (7, 5), borderType=cv2.BORDER_REPLICATE))
        sample = self._lit[:: max(1, len(self._lit) // 64), ::16].mean(axis=2)
        self._usual = max(float(np.median(sample)), 1e-4)
        total = rgb(stage.light.key) + rgb(stage.light.ambient)
        self._light = total * (1.0 - 0.8 * stage.light.pool)

    def draw(self, kind: _Kind) -> Radiance:
        """The ground with things of a kind on it; what none covers keeps its light."""
        camera, rng = self._stage.camera, self._stage.rng(62)
        unit = self._stage.stance.extent * camera.pixel
        near = camera.focal * camera.rise / (camera.height * 1.04 - camera.horizon)
        far = min(camera.focus * 5.0, camera.focal * camera.rise / max(self._first - camera.horizon, 1.0))
        if far <= near:
            return self._ground
        area = (far**2 - near**2) / 2 * camera.width / camera.focal
        depths = np.sqrt(rng.uniform(near**2, far**2, int(min(1500.0, kind.crowd * 14.0 * area / unit**2))))
        for depth in np.sort(depths)[::-1]:
            size = kind.size * unit * camera.focal / float(depth) * float(rng.lognormal(0.0, 0.25))
            column = float(rng.uniform(-0.02, 1.02)) * camera.width
            colour = rgb(kind.colours[int(rng.integers(len(kind.colours)))]) * float(rng.uniform(0.7, 1.25))
            self._lay(
                self._placed(kind.outline(rng), float(depth), size, rng), column, float(depth), size, colour
            )
        painted = linear(self._canvas.astype(np.float32) / 255.0) / _ROOM
        changed = np.any(self._canvas != _shown(self._ground), axis=2)
        return as_field(np.where(changed[..., None], painted, self._ground))

    def _placed(self, outline: Outline, depth: float, size: float, rng: np.random.Generator) -> Outline:
        """The outline turned, seen at a slant, and scaled to pixels."""
        turn = float(rng.uniform(0, 2 * math.pi))
        squash = min(1.0, self._stage.camera.rise / depth * 1.6 + 0.12)
        spun = outline @ np.asarray(
            [[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], np.float32
        )
        return as_field(spun * size * np.asarray([1.0, squash], np.float32))

    def _lay(self, shape: Outline, column: float, depth: float, size: float, colour: Radiance) -> None:
        camera = self._stage.camera
        row = camera.row(depth) - self._first
        if size < 0.6 or not 0 <= row < self._ground.shape[0] + size:
            return
        at = self._lit[min(int(row), len(self._lit) - 1), min(max(int(column), 0), camera.width - 1)]
        level = float(np.clip(at.mean() / self._usual, 0.25, 1.15))
        middle = np.asarray([column, row], np.float32)
        self._fill(shape + middle + np.asarray([0.10 * size, 0.10 * size + 0.3], np.float32), at * 0.45)
        self._fill(shape + middle, as_field(colour * self._light * level))

    def _fill(self, shape: Outline, light: Radiance) -> None:
        ink = [float(value) for value in encoded(np.clip(light * _ROOM, 0.0, 1.0)) * 255.0]
        cv2.fillPoly(self._canvas, [np.rint(shape * 16).astype(np.int32)], ink, cv2.LINE_AA, 4)


_ROOM = 0.45
"""Factor that leaves room above white in an 8-bit canvas."""


def _shown(light: Radiance) -> npt.NDArray[np.uint8]:
    return np.asarray(encoded(np.clip(light * _ROOM, 0.0, 1.0)) * 255.0 + 0.5, np.uint8)
