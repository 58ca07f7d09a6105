"""Small things strewn on the ground around the subject, in perspective, each with its shadow."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb
from backcloth.scene.studio.props import sprites
from backcloth.scene.studio.props.thing import Project, Thing, stamp
from backcloth.scene.studio.shadow import Shadows
from backcloth.scene.studio.stage import Stage


@dataclass(frozen=True, slots=True)
class _Sort:
    """One kind of thing; lengths are shares of Ground.unit, distances of Ground.extent.

    Attributes:
        count: How many there are.
        size: Smallest and largest length.
        lift: Height of a raised end, as a share of its length.
        near, far: How close to the subject and how far from it they lie.
        upright: Whether the sprite faces the camera, as a stone does.
        dark: Darkness of the shadow.
    """

    count: int
    size: tuple[float, float]
    lift: float
    near: float
    far: float
    upright: bool = False
    dark: float = 0.62


_SORTS = {
    "leaves": _Sort(20, (0.19, 0.34), 0.22, 0.10, 1.0),
    "petals": _Sort(46, (0.115, 0.19), 0.32, 0.06, 1.1),
    "pebbles": _Sort(26, (0.04, 0.16), 0.0, 0.08, 0.8, upright=True),
    "drops": _Sort(200, (0.014, 0.075), 0.0, 0.02, 1.2, dark=0.30),
    "confetti": _Sort(170, (0.028, 0.048), 0.5, 0.04, 1.2),
}

STREWN = frozenset(_SORTS)
"""Props that lie on the ground."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where things may lie and how they are seen.

    Attributes:
        project: From metres to pixels.
        middle: (x, depth) of the subject's foot.
        keep_off: Half the width and half the depth around it that stay free.
        allowed: Tells for (N, 2) points (x, depth) and (N,) half lengths whether a thing may lie there.
        away, reach: Where shadows fall and how long they are, as in Key.
        extent: Metres of the subject, from which distances count.
        unit: Metres from which lengths count: things do not grow as the subject does.
        above: Whether the camera looks straight down.
    """

    project: Project
    middle: tuple[float, float]
    keep_off: tuple[float, float]
    allowed: Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], npt.NDArray[np.bool_]]
    away: tuple[float, float]
    reach: float
    extent: float
    unit: float
    above: bool = False


def strew(
    stage: Stage, ground: Ground, lit: Radiance, first: int, arriving: Callable[[int, int], Radiance]
) -> Radiance:
    """Draws the scene's strewn props over lit ground.

    Args:
        stage: The picture.
        ground: Where they may lie.
        lit: (rows, W, 3) the ground from row `first` down.
        first: Its first row.
        arriving: Light (3,) that reaches the ground at (row, column).

    Returns:
        A copy with the things in it.
    """
    out = lit.copy()
    for name in (prop for prop in stage.scene.props if prop in STREWN):
        sort = _SORTS[name]
        rng = stage.rng(71 + sorted(_SORTS).index(name))
        drawn = _sprites(name, stage, rng, above=ground.above)
        things = _placed(stage, ground, sort, rng)
        dark = sort.dark * (0.4 if stage.scene.shadow == "none" else 1.0)
        for x, depth, length, turn, lift, number in things:
            facing = _facing(ground, sort, turn)
            thing = Thing(x, depth, length, facing, lift, sort.upright and not ground.above, dark)
            column, row = ground.project(np.asarray([[x, 0.0, depth]]))[0]
            light = arriving(int(row), int(column)) * np.float32(1.0 + 0.5 * lift * math.sin(3.0 * turn))
            corners = ground.project(thing.corners()), ground.project(thing.fallen(ground.away, ground.reach))
            seen = corners[0] - (0.0, first), corners[1] - (0.0, first)
            stamp(out, drawn[int(number)], seen, dark, light, stage.light.softness)
    return out


def _facing(ground: Ground, sort: _Sort, turn: float) -> float:
    """How a thing is turned: as it fell, or to the light if its sprite is lit from one side."""
    if sort.upright:
        return math.pi
    if sort is _SORTS["drops"]:
        return math.atan2(-ground.away[1], -ground.away[0]) + 0.75 * math.pi + 0.1 * (turn - math.pi)
    return turn


def ground_light(stage: Stage, shadows: Shadows, pattern: Field | None) -> Callable[[int, int], Radiance]:
    """Light that reaches the ground at a pixel, from the parts that the floor is lit with."""
    key, ambient = rgb(stage.light.key), rgb(stage.light.ambient)

    def arriving(row: int, column: int) -> Radiance:
        at = (min(max(row, 0), stage.camera.height - 1), min(max(column, 0), stage.camera.width - 1))
        through = 1.0 if pattern is None else float(pattern[at])
        direct = key * np.float32(through * (1.0 - float(shadows.cast[at])))
        return as_field(
            (direct + ambient * (1.0 - float(shadows.ambient[at]))) * (1.0 - float(shadows.contact[at]))
        )

    return arriving


def _sprites(name: str, stage: Stage, rng: np.random.Generator, *, above: bool) -> list[list[Radiance]]:
    """A few variants of one kind, each as a pyramid from large to small."""
    family = int(rng.integers(8))
    make: dict[str, Callable[[], Radiance]] = {
        "leaves": lambda: sprites.leaf(rng, stage.scene.season),
        "petals": lambda: sprites.petal(rng, family),
        "pebbles": lambda: sprites.pebble(rng, stage.key.side * (-1.0 if above else 1.0)),
        "drops": lambda: sprites.drop(rng),
        "confetti": lambda: sprites.scrap(rng),
    }
    return [_pyramid(make[name]()) for _variant in range(12 if name == "confetti" else 7)]


def _pyramid(sprite: Radiance) -> list[Radiance]:
    levels = [sprite]
    while levels[-1].shape[0] > 10:
        half = levels[-1].shape[0] // 2
        levels.append(as_field(cv2.resize(levels[-1], (half, half), interpolation=cv2.INTER_AREA)))
    return levels


def _placed(stage: Stage, ground: Ground, sort: _Sort, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(N, 6) x, depth, length, turn, lift and variant of things, far ones first.

    They lie in a few loose heaps beside and behind the subject, and some strays.
    """
    heaps = rng.uniform(0.0, 2.0 * math.pi, 4)
    count = int(sort.count * min(2.4, ground.extent / ground.unit))
    tries = count * 16
    turn = np.where(
        rng.random(tries) < 0.7,
        heaps[rng.integers(0, 4, tries)] + rng.normal(0.0, 0.5, tries),
        rng.uniform(0.0, 2.0 * math.pi, tries),
    )
    out = sort.near + (sort.far - sort.near) * rng.random(tries) ** 1.25
    free = np.asarray(ground.keep_off)
    spot = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (free + out[:, None] * ground.extent)
    spot += ground.middle
    low, high = sort.size
    length = ground.unit * (low + (high - low) * rng.random(tries) ** 2.0)
    lift = sort.lift * rng.random(tries)
    things = np.column_stack(
        [spot, length, rng.uniform(0, 2 * math.pi, tries), lift, rng.integers(0, 7, tries)]
    )
    things = things[ground.allowed(spot, 0.5 * length)]
    things = things[_clear(stage, ground, things)]
    seen = _in_view(stage, ground, things)
    apart = 0.75 if sort.upright else (0.45 if sort.lift else 0.62)
    kept: list[int] = []
    for index in [*range(len(things)), *np.flatnonzero(seen).tolist()]:
        # Beside a subject that fills the frame most places cannot be seen: then some more are drawn that can.
        if len(kept) >= count and (not seen[index] or seen[kept].sum() >= _AT_LEAST * count):
            continue
        gap = np.hypot(*(things[kept, :2] - things[index, :2]).T) if kept else np.ones(1)
        if not kept or bool((gap > apart * 0.5 * (things[kept, 2] + things[index, 2])).all()):
            kept.append(index)
    chosen = things[kept]
    return chosen[np.argsort(-chosen[:, 1])] if kept else np.zeros((0, 6))


_AT_LEAST = 0.55
"""Share of the things that are to be seen: within the frame, and not behind the subject."""


def _in_view(stage: Stage, ground: Ground, things: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which things' middles lie within the frame and beside the subject."""
    if len(things) == 0:
        return np.zeros(0, np.bool_)
    at = ground.project(np.column_stack([things[:, 0], np.zeros(len(things)), things[:, 1]]))
    size = np.asarray([stage.camera.width, stage.camera.height])
    within = ((at > 0) & (at < size)).all(axis=1)
    column, row = np.clip(at.astype(np.intp), 0, size - 1).T
    return np.asarray(within & (stage.matte[row, column] < 0.5), np.bool_)


def _clear(stage: Stage, ground: Ground, things: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which things stay beside the subject's picture: what lies before it must not be cut off by it."""
    if len(things) == 0:
        return np.zeros(0, np.bool_)
    at = ground.project(np.column_stack([things[:, 0], np.zeros(len(things)), things[:, 1]]))
    side = ground.project(
        np.column_stack([things[:, 0] + 0.6 * things[:, 2], np.zeros(len(things)), things[:, 1]])
    )
    reach = np.maximum(np.hypot(*(side - at).T), 2.0)
    clear = np.ones(len(things), np.bool_)
    matte = stage.matte
    for index, ((column, row), half) in enumerate(zip(at, reach, strict=True)):
        rows = slice(max(0, int(row - half)), max(0, int(row + half) + 1))
        columns = slice(max(0, int(column - half)), max(0, int(column + half) + 1))
        piece = matte[rows, columns]
        if piece.size and piece.max() > 0.05:
            above = row + half < stage.stance.bottom - 0.15 * stage.stance.extent
            clear[index] = bool(things[index, 1] > ground.middle[1] + 1.2 * ground.keep_off[1]) and above
    return clear
