"""Furnished walls by procedure, drawn small because they are out of focus: books, a bathroom, a kitchen."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.sets.backcloths import grid, light_on
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour

_SPINES = (
    (142, 52, 44),
    (46, 64, 92),
    (58, 84, 70),
    (196, 172, 132),
    (222, 212, 194),
    (88, 58, 44),
    (176, 116, 62),
    (110, 112, 118),
    (40, 42, 48),
    (206, 190, 164),
    (128, 88, 96),
    (84, 104, 122),
)
_THINGS: tuple[Rgb, ...] = ((0.75, 0.72, 0.68), (0.36, 0.20, 0.09), (0.20, 0.30, 0.22), (0.62, 0.50, 0.40))
_WOOD: Rgb = (0.42, 0.29, 0.17)


class _Wall:
    """A wall that boxes are put on; places are shares of the longer side, from the middle."""

    def __init__(self, light: Radiance) -> None:
        self.light = np.ascontiguousarray(light)
        self._rows, self._columns = light.shape[:2]

    def box(self, left: float, top: float, right: float, bottom: float, colour: Rgb) -> None:
        """Fills a rectangle."""
        longest = max(self._rows, self._columns)
        columns = [max(round(at * longest + self._columns / 2), 0) for at in (left, right)]
        rows = [max(round(at * longest + self._rows / 2), 0) for at in (top, bottom)]
        self.light[rows[0] : rows[1], columns[0] : columns[1]] = rgb(colour)

    def things(self, start: float, board: float, count: int, rng: np.random.Generator) -> None:
        """Jars, bottles and towels in a row on a board."""
        at = start
        for _thing in range(count):
            wide, tall = float(rng.uniform(0.025, 0.06)), float(rng.uniform(0.04, 0.12))
            self.box(at, board - tall, at + wide, board, _THINGS[int(rng.integers(len(_THINGS)))])
            at += wide + float(rng.uniform(0.008, 0.05))


def _tiled(base: Radiance, x: Field, y: Field, tile: float) -> Radiance:
    """A wall of tiles twice as wide as high, every other row moved by half."""
    row = np.floor(y / tile)
    moved = (x + tile * np.mod(row, 2)) / (2 * tile)
    across = np.abs(moved - np.round(moved)) * 2 * tile
    down = np.abs(y / tile - np.round(y / tile)) * tile
    tone = 1.0 + 0.07 * np.sin(row * 12.9898 + np.floor(moved) * 78.233)
    tone = tone * (0.86 + 0.14 * smoothstep(0.0, 0.005, as_field(np.minimum(across, down))))
    return as_field(base * tone[..., None])


def _plant(wall: Radiance, x: Field, y: Field, at: tuple[float, float], rng: np.random.Generator) -> Radiance:
    rows, columns = x.shape
    leaves = noise(rng, 256, 40, 6, slope=0.8)[np.ix_(np.arange(rows) % 256, np.arange(columns) % 256)]
    away = np.sqrt((x - at[0]) ** 2 + 0.8 * (y - at[1]) ** 2)
    share = smoothstep(0.13, 0.10, as_field(away + 0.03 * leaves))
    return mix(wall, as_field(rgb((0.10, 0.22, 0.07)) * (1.0 + 0.45 * leaves)[..., None]), share)


def draw_books(stage: Stage, size: tuple[int, int]) -> Radiance:
    """Shelves full of books in muted colours, darker under each board."""
    rng = stage.rng(25)
    x, y = grid(size)
    named = stage.scene.backdrop_colour
    wood = surface_colour(named.rgb if named else (124, 88, 60))
    wall = _Wall(as_field(np.ones((size[1], size[0], 3), np.float32) * (0.16 * rgb(wood))))
    storey, thick = float(rng.uniform(0.24, 0.31)), 0.022
    shade = np.ones(x.shape, np.float32)
    for top in np.arange(-0.5 - storey * float(rng.random()), 0.5, storey):
        floor = float(top) + storey - thick
        _shelf_of_books(wall, floor, storey - thick, rng)
        wall.box(-0.6, floor, 0.6, floor + thick, wood)
        dark = smoothstep(float(top) + 0.42 * storey, float(top), y)
        shade = as_field(shade * (1.0 - 0.60 * dark * ((y >= top) & (y < floor))))
    fall = np.clip(0.92 + 0.28 * stage.key.side * x - 0.25 * y, 0.4, 1.4)
    return as_field(wall.light * light_on(stage) * (0.95 * fall * shade)[..., None])


def _shelf_of_books(wall: _Wall, floor: float, room: float, rng: np.random.Generator) -> None:
    at = -0.5 - 0.03 * float(rng.random())
    while at < 0.5:
        if rng.random() < 0.06:
            at += float(rng.uniform(0.02, 0.07))
            continue
        set_of_one = rng.random() < 0.35
        tall, wide, tone = float(rng.uniform(0.66, 0.92)), float(rng.uniform(0.010, 0.026)), _spine(rng)
        for _book in range(int(rng.integers(2, 7))):
            if not set_of_one:
                tall = float(np.clip(tall + rng.normal(0, 0.06), 0.6, 0.95))
                wide, tone = float(rng.uniform(0.009, 0.026)), _spine(rng)
            wall.box(at, floor - tall * room, at + wide, floor, tone)
            at += wide


def _spine(rng: np.random.Generator) -> Rgb:
    own = surface_colour(_SPINES[int(rng.integers(len(_SPINES)))])
    return _scaled(own, float(rng.uniform(0.7, 1.1)))


def _scaled(colour: Rgb, level: float) -> Rgb:
    return (colour[0] * level, colour[1] * level, colour[2] * level)


def draw_bathroom(stage: Stage, size: tuple[int, int]) -> Radiance:
    """A tiled wall: a round mirror, a board with towels and bottles, a plant."""
    rng, side = stage.rng(25), stage.key.side
    x, y = grid(size)
    named = stage.scene.backdrop_colour
    pale = ((226, 230, 228), (198, 214, 212), (232, 226, 216), (186, 206, 214))[int(rng.integers(4))]
    base = rgb(surface_colour(named.rgb if named else pale))
    out = _tiled(base, x, y, float(rng.uniform(0.055, 0.085)))
    away = as_field(np.sqrt((x + side * float(rng.uniform(0.16, 0.30))) ** 2 + (y + 0.20) ** 2))
    for radius, colour in ((0.170, rgb((0.20, 0.15, 0.10))), (0.156, base * 0.72 + 0.10)):
        disc = smoothstep(radius + 0.002, radius - 0.002, away)
        out = mix(out, as_field(np.broadcast_to(colour, out.shape)), disc)
    board = float(rng.uniform(0.05, 0.12))
    wall = _Wall(out)
    wall.box(-1.0, board, 1.0, board + 0.022, _WOOD)
    wall.box(-1.0, board + 0.022, 1.0, board + 0.036, (0.16, 0.15, 0.13))
    wall.things(side * 0.10, board, 4, rng)
    shown = _plant(wall.light, x, y, (side * 0.36, board - 0.12), rng)
    fall = 0.80 + 0.55 * smoothstep(-0.5, 0.6, as_field(side * x)) - 0.10 * y
    return as_field(shown * light_on(stage) * fall[..., None])


_FRONTS = ((232, 230, 224), (214, 208, 196), (92, 112, 100), (70, 84, 104), (206, 214, 210))
"""Colours of kitchen cupboards."""


def draw_kitchen(stage: Stage, size: tuple[int, int]) -> Radiance:
    """Cupboards over a tiled wall, an open board with jars, a worktop, a window on one side."""
    rng, side = stage.rng(25), stage.key.side
    x, y = grid(size)
    named = stage.scene.backdrop_colour
    front = surface_colour(named.rgb if named else _FRONTS[int(rng.integers(len(_FRONTS)))])
    wall = _Wall(_tiled(rgb((0.62, 0.61, 0.58)), x, y, 0.042))
    under = float(rng.uniform(-0.20, -0.12))
    door = float(rng.uniform(0.15, 0.20))
    for at in np.arange(-1.0, 1.0, door):
        left, tone = float(at), _scaled(front, float(rng.uniform(0.92, 1.06)))
        if side * left < 0.12:
            wall.box(left, -1.0, left + door, under, tone)
            wall.box(left - 0.003, -1.0, left + 0.003, under, _scaled(front, 0.55))
            wall.box(left + door - 0.035, under - 0.07, left + door - 0.028, under - 0.02, (0.10, 0.09, 0.08))
    wall.box(-1.0, under, 1.0, under + 0.012, (0.10, 0.09, 0.08))
    board = under + float(rng.uniform(0.13, 0.17))
    wall.box(-1.0, board, 1.0, board + 0.018, _WOOD)
    wall.things(-0.46, board, 4, rng)
    wall.things(0.02, board, 5, rng)
    top = board + float(rng.uniform(0.19, 0.24))
    wall.things(-0.30, top, 3, rng)
    wall.box(-1.0, top, 1.0, top + 0.022, (0.70, 0.68, 0.64))
    for at in np.arange(-1.0, 1.0, door):
        tone = _scaled(front, 0.8 * float(rng.uniform(0.86, 0.98)))
        wall.box(float(at), top + 0.022, float(at) + door - 0.005, 1.0, tone)
    edge = sorted((side * 0.30, side * 0.62))
    wall.box(edge[0] - 0.02, -1.0, edge[1] + 0.02, 0.0, (0.78, 0.77, 0.74))
    wall.box(edge[0], -1.0, edge[1], -0.015, (2.6, 2.7, 2.8))
    shown = _plant(wall.light, x, y, (side * 0.26, top - 0.10), rng)
    fall = 0.72 + 0.45 * smoothstep(-0.5, 0.5, as_field(side * x)) - 0.12 * y
    return as_field(shown * light_on(stage) * (0.85 * fall)[..., None])
