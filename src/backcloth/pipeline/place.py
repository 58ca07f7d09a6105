"""Moves the cut-out to where the request wants the subject on the canvas, and scales it for the padding.

Moved alone, it moves by whole pixels and every pixel of it stays as it is. Where the photo's frame cuts the
subject off, it stays at that edge of the canvas: anywhere else the cut would show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.cutout.subject import CutOut, Pixels
from backcloth.domain.placement import Placement, Position
from backcloth.imaging.geometry import resize_premultiplied

_LARGEST = 2.0
"""Most that a subject is enlarged: beyond, it looks soft beside its background."""

_BELOW = 0.12
"""Share of the canvas' height below a subject that stands without a padding, where there is that much."""

_CUT = 0.004
"""Share of an edge of the frame from which the subject counts as cut off there, and not merely touching."""

_SOFT = 2
"""Pixels around what is resampled, so that its outermost ones fade into nothing."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A cut-out at its place on the canvas.

    Attributes:
        cutout: The subject there; nothing where it does not reach.
        moved: Pixels to the right and down from where the photo has the subject's upper left corner.
        scale: What its size was multiplied by; at 1, its pixels are the photo's.
        notices: What could not be honoured, as sentences for the caller.
    """

    cutout: CutOut
    moved: tuple[int, int] = (0, 0)
    scale: float = 1.0
    notices: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """What the job notes say of it: nothing where nothing changed.

        Scaled, every opaque pixel is a resampled one, and counts as changed.
        """
        if self.scale == 1 and self.moved == (0, 0):
            return {}
        found: dict[str, Any] = {"placement": {"moved": list(self.moved), "scale": round(self.scale, 4)}}
        if self.scale != 1:
            found["subject_pixels_changed"] = int(np.count_nonzero(self.cutout.matte == 255))
        return found


@dataclass(frozen=True, slots=True)
class _Span:
    """The subject along one axis: its pixels, the length of the canvas, and which ends the frame cuts off."""

    begin: int
    end: int
    length: int
    cut: tuple[bool, bool]

    @property
    def size(self) -> int:
        return self.end - self.begin

    def fitting(self, margin: float) -> float:
        """The scale that leaves the margin at every end that is free."""
        return (self.length - margin * self.cut.count(False)) / self.size

    def placed(self, size: float, after: float) -> float:
        """Where it begins when it is that large and leaves `after` behind its end, if its ends are free."""
        if self.cut[0]:
            return 0.0
        return self.length - size - (0.0 if self.cut[1] else after)


def place(cutout: CutOut, placement: Placement) -> Placed:
    """The cut-out as `placement` wants it, on a canvas of the same size; itself where that is where it is.

    A subject that the frame cuts off on opposite sides keeps its size. One that touches all four edges of a
    file with an alpha channel is taken for a whole subject, trimmed, and is free to move.
    """
    if placement.position is Position.KEEP:
        idle = placement.padding is not None
        return Placed(
            cutout, notices=("padding has no effect unless placement is ground or center.",) if idle else ()
        )
    across, down = _spans(cutout)
    margin = None if placement.padding is None else placement.padding * min(across.length, down.length)
    scale, notices = _scale(across, down, margin)
    x = across.placed(scale * across.size, (across.length - scale * across.size) / 2)
    below = (down.length - scale * down.size) / 2
    if placement.position is Position.GROUND:
        below = min(below, _BELOW * down.length) if margin is None else margin
    y = down.placed(scale * down.size, below)
    moved = (round(x) - across.begin, round(y) - down.begin)
    notices = _cut_notice(across, down, kept=margin is not None) + notices
    if scale != 1:
        return Placed(_scaled(cutout, (across, down), (x, y), scale), moved, scale, notices)
    return Placed(_shifted(cutout, moved) if any(moved) else cutout, moved, notices=notices)


def _spans(cutout: CutOut) -> tuple[_Span, _Span]:
    """The subject's box, from left to right and from top to bottom."""
    body = cutout.matte > int(cutout.matte.max()) // 2
    spans = []
    for axis in (1, 0):
        lines = np.count_nonzero(body, axis=1 - axis)
        inside = np.flatnonzero(lines)
        least = max(1.0, _CUT * body.shape[1 - axis])
        cut = (bool(lines[0] >= least), bool(lines[-1] >= least))
        spans.append(_Span(int(inside[0]), int(inside[-1]) + 1, lines.size, cut))
    if cutout.source == "alpha" and all(all(span.cut) for span in spans):
        spans = [_Span(span.begin, span.end, span.length, (False, False)) for span in spans]
    return spans[0], spans[1]


def _scale(across: _Span, down: _Span, margin: float | None) -> tuple[float, tuple[str, ...]]:
    if margin is None or all(across.cut) or all(down.cut):
        return 1.0, ()
    fitting = min(across.fitting(margin), down.fitting(margin))
    if abs(fitting - 1) * max(across.size, down.size) < 1:
        return 1.0, ()
    if fitting <= _LARGEST:
        return fitting, ()
    return _LARGEST, (
        "padding: the subject was enlarged to twice its size, which is the most; more room is left around.",
    )


def _cut_notice(across: _Span, down: _Span, *, kept: bool) -> tuple[str, ...]:
    ends = zip(("left", "right", "top", "bottom"), across.cut + down.cut, strict=True)
    sides = [side for side, cut in ends if cut]
    if not sides:
        return ()
    size = " and keeps its size" if kept and (all(across.cut) or all(down.cut)) else ""
    return (f"placement: the photo cuts the subject off ({', '.join(sides)}), so it stays there{size}.",)


def _shifted(cutout: CutOut, by: tuple[int, int]) -> CutOut:
    size = cutout.matte.shape
    return CutOut(
        _laid(cutout.picture, by, size),
        _laid(cutout.matte, by, size),
        _laid(cutout.foreground, by, size),
        cutout.source,
    )


def _scaled(cutout: CutOut, spans: tuple[_Span, _Span], begin: tuple[float, float], scale: float) -> CutOut:
    """The cut-out scaled about its box's corner, which then lies at `begin`.

    The subject's own colour is resampled, weighted by coverage, so that no old background comes along.
    """
    shown, at, size = [], [], []
    for axis, span, start in zip((1, 0), spans, begin, strict=True):
        there = np.flatnonzero(cutout.matte.any(axis=1 - axis))
        offset = start - scale * span.begin
        first = max(int(there[0]) - _SOFT, math.floor(-offset / scale), 0)
        last = min(int(there[-1]) + 1 + _SOFT, math.ceil((span.length - offset) / scale), span.length)
        shown.append(slice(first, last))
        at.append(round(scale * first + offset))
        size.append(max(1, round(scale * last + offset) - at[-1]))
    piece = (shown[1], shown[0])
    matte = cutout.matte[piece]
    own = np.where(matte[..., None] == 255, cutout.picture[piece], cutout.foreground[piece])
    colours, coverage = resize_premultiplied(own, matte, (size[0], size[1]))
    picture = _laid(colours, (at[0], at[1]), cutout.matte.shape)
    return CutOut(picture, _laid(coverage, (at[0], at[1]), cutout.matte.shape), picture, cutout.source)


def _laid(pixels: Pixels, at: tuple[int, int], canvas: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Pixels on an empty canvas of (height, width), their upper left corner at (column, row)."""
    out = np.zeros((*canvas, *pixels.shape[2:]), np.uint8)
    here, there = [], []
    for start, length, room in zip(reversed(at), pixels.shape, canvas, strict=False):
        here.append(slice(max(start, 0), max(min(start + length, room), 0)))
        there.append(slice(max(-start, 0), max(min(length, room - start), 0)))
    out[tuple(here)] = pixels[tuple(there)]
    return out
