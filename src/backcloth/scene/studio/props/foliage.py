"""Foliage that reaches into the picture behind the subject, out of focus."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Radiance, as_field, rgb
from backcloth.scene.studio.lens import blur
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import linear

_LONGEST = 560
"""Longest side that foliage is drawn at: it is blurred."""

_GREEN, _FIR, _RUST = (70, 98, 56), (44, 82, 54), (176, 98, 38)

_SHAPES = {
    "plant": ((0.0, 0.10), (0.22, 0.42), (0.5, 0.50), (0.80, 0.30), (1.0, 0.0)),
    "palm": ((0.0, 0.30), (0.30, 0.50), (0.65, 0.38), (1.0, 0.0)),
}
"""Half of a leaf's outline: (share of its length, half width as a share of its width)."""

_JOINTS = 42
"""Points along a stem."""

PLANTS = frozenset({"plant", "palm", "fir"})
"""Props that are foliage."""


@dataclass(frozen=True, slots=True, eq=False)
class _Canvas:
    """What foliage is drawn on: (h, w, 3) sRGB and (h, w) coverage, both uint8, and their generator."""

    colour: npt.NDArray[np.uint8]
    cover: npt.NDArray[np.uint8]
    rng: np.random.Generator

    def polygon(self, points: npt.NDArray[np.float64], ink: tuple[float, float, float]) -> None:
        """Fills a polygon with a colour."""
        fixed = [np.rint(points * 16).astype(np.int32)]
        cv2.fillPoly(self.colour, fixed, ink, lineType=cv2.LINE_AA, shift=4)
        cv2.fillPoly(self.cover, fixed, 255, lineType=cv2.LINE_AA, shift=4)

    def line(self, points: npt.NDArray[np.float64], ink: tuple[float, float, float], wide: int) -> None:
        """Strokes a line with a colour."""
        fixed = [np.rint(points * 16).astype(np.int32)]
        for canvas, value in ((self.colour, ink), (self.cover, 255)):
            cv2.polylines(
                canvas, fixed, isClosed=False, color=value, thickness=wide, lineType=cv2.LINE_AA, shift=4
            )


def draw_foliage(stage: Stage, name: str, behind: Radiance) -> Radiance:
    """The picture with foliage from its sides: a far layer, dark and soft, and a near one."""
    camera = stage.camera
    scale = min(1.0, _LONGEST / max(camera.width, camera.height))
    size = (max(8, round(camera.width * scale)), max(8, round(camera.height * scale)))
    rng = stage.rng(81 + sorted(PLANTS).index(name))
    first = 1.0 if rng.random() < 0.5 else -1.0
    arriving = (rgb(stage.light.key) * 0.75 + rgb(stage.light.ambient)) * stage.light.background**0.5
    out = behind
    for depth, tone, stems, soft in ((0, 0.50, 3, 0.80), (1, 1.0, 4, 0.42)):
        canvas = _Canvas(np.zeros((size[1], size[0], 3), np.uint8), np.zeros(size[::-1], np.uint8), rng)
        for index in range(stems):
            side = first if index < stems - 1 else -first
            _grow(canvas, name, side, 1.0 if side == first else 0.62, stage.scene.season)
        cover = as_field(canvas.cover / np.float32(255.0))
        seen = linear(as_field(canvas.colour / np.float32(255.0))) * (tone * arriving)
        layer = np.dstack([seen * cover[..., None], cover])
        layer = blur(as_field(layer), max(0.8, soft * stage.bokeh * scale * (1.0 if depth else 1.2)))
        layer = cv2.resize(layer, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
        share = np.clip(layer[..., 3:], 0.0, 1.0)
        out = as_field(out * (1.0 - share) + np.maximum(layer[..., :3], 0.0))
    return out


def _grow(canvas: _Canvas, name: str, side: float, size: float, season: str) -> None:
    """One stem, frond or branch from the left (-1) or right (1) border."""
    rng = canvas.rng
    height, width = canvas.cover.shape
    longest = max(height, width)
    high = rng.uniform(-0.04, 0.34) if name == "fir" else rng.uniform(-0.02, 0.62)
    root = np.asarray([width * (0.5 + side * 0.5) + side * 0.05 * longest, high * height])
    turn = math.pi * (side > 0) - side * rng.uniform(-0.75, 0.15)
    if name == "fir":
        turn = math.pi * (side > 0) - side * rng.uniform(0.05, 0.55)
    length = longest * rng.uniform(0.34, 0.48) * size
    if name == "plant":
        turn = math.pi * (side > 0) + side * rng.uniform(0.15, 0.9)
        length *= 0.85
    bend = side * rng.uniform(0.2, 0.9) * (-1.0 if name == "palm" else 1.0)
    share = np.linspace(0.0, 1.0, _JOINTS)
    angle = turn + bend * share
    step = length / _JOINTS
    path = root + np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1) * step, axis=0)
    {"plant": _stem, "palm": _frond, "fir": _branch}[name](canvas, path, angle, length, season)


def _ink(canvas: _Canvas, base: tuple[int, int, int], spread: float) -> tuple[float, float, float]:
    gain = float(canvas.rng.lognormal(0.0, spread))
    hue = canvas.rng.normal(0.0, 7.0)
    return (
        float(np.clip(base[0] * gain + hue, 0, 255)),
        float(np.clip(base[1] * gain, 0, 255)),
        float(np.clip(base[2] * gain - hue, 0, 255)),
    )


def _blade(
    canvas: _Canvas,
    shape: tuple[tuple[float, float], ...],
    foot: npt.NDArray[np.float64],
    turn: float,
    size: tuple[float, float],
    ink: tuple[float, float, float],
) -> None:
    """A leaf in two halves, the upper one lighter."""
    ahead = np.asarray([math.cos(turn), math.sin(turn)]) * size[0]
    beside = np.asarray([-math.sin(turn), math.cos(turn)]) * size[1]
    rib = [foot + ahead * a for a, _b in reversed(shape)]
    for side, gain in ((1.0, 0.80), (-1.0, 1.16)):
        edge = [foot + ahead * a + beside * (b * side) for a, b in shape]
        tone = (min(255.0, ink[0] * gain), min(255.0, ink[1] * gain), min(255.0, ink[2] * gain))
        canvas.polygon(np.asarray(edge + rib), tone)


def _stem(
    canvas: _Canvas, path: npt.NDArray[np.float64], angle: npt.NDArray[np.float64], length: float, season: str
) -> None:
    base = _RUST if season == "autumn" else _GREEN
    canvas.line(path, _ink(canvas, (86, 84, 52), 0.1), 2)
    for index in range(5, _JOINTS, 4):
        for side in (-1.0, 1.0):
            lean = angle[index] + side * canvas.rng.uniform(0.25, 1.25)
            long = length * canvas.rng.uniform(0.22, 0.42) * (1.0 - 0.35 * index / _JOINTS)
            size = (long, long * canvas.rng.uniform(0.22, 0.60))
            _blade(canvas, _SHAPES["plant"], path[index], lean, size, _ink(canvas, base, 0.34))


def _frond(
    canvas: _Canvas, path: npt.NDArray[np.float64], angle: npt.NDArray[np.float64], length: float, season: str
) -> None:
    base = (128, 118, 60) if season == "autumn" else _GREEN
    canvas.line(path, _ink(canvas, (112, 124, 66), 0.1), 2)
    for index in range(4, _JOINTS):
        share = index / _JOINTS
        for side in (-1.0, 1.0):
            lean = angle[index] + side * (1.05 - 0.6 * share) + canvas.rng.normal(0.0, 0.05)
            long = length * 0.52 * math.sin(math.pi * (0.14 + 0.82 * share)) * canvas.rng.uniform(0.85, 1.1)
            _blade(
                canvas, _SHAPES["palm"], path[index], lean, (long, 0.027 * length), _ink(canvas, base, 0.20)
            )


def _branch(
    canvas: _Canvas,
    path: npt.NDArray[np.float64],
    angle: npt.NDArray[np.float64],
    length: float,
    _season: str,
) -> None:
    _twig(canvas, path, angle, 0.075 * length)
    for index in range(5, _JOINTS - 3, 8):
        for side in (-1.0, 1.0):
            lean = angle[index] + side * canvas.rng.uniform(0.55, 0.85) + np.zeros(12)
            step = length * 0.46 * (1.0 - 0.65 * index / _JOINTS) / 12
            twig = path[index] + np.cumsum(np.stack([np.cos(lean), np.sin(lean)], axis=1) * step, axis=0)
            _twig(canvas, twig, lean, 0.06 * length)


def _twig(
    canvas: _Canvas, path: npt.NDArray[np.float64], angle: npt.NDArray[np.float64], needle: float
) -> None:
    """A twig with needles on both sides."""
    canvas.line(path, (66.0, 52.0, 38.0), 2)
    for index in np.linspace(0, len(path) - 1, 3 * len(path)):
        low = int(index)
        foot = path[low] + (path[min(low + 1, len(path) - 1)] - path[low]) * (index - low)
        ink = _ink(canvas, _FIR, 0.30)
        for side in (-1.0, 1.0):
            lean = angle[low] + side * canvas.rng.uniform(0.45, 0.95)
            tip = foot + needle * canvas.rng.uniform(0.7, 1.1) * np.asarray([math.cos(lean), math.sin(lean)])
            canvas.line(np.stack([foot, tip]), ink, 1)
