"""Things that stand on the ground behind the subject, out of focus: blocks, an arch, books, candles."""

from __future__ import annotations

import math

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Radiance, as_field, smoothstep
from backcloth.scene.studio.lens import blur
from backcloth.scene.studio.props.shapes import Layer, draw_arch, draw_ball, draw_flame, warmed
from backcloth.scene.studio.sets.solid import Solid, block, drum
from backcloth.scene.studio.sets.thrown import light_left
from backcloth.scene.studio.stage import Stage

STANDING = ("arch", "books", "blocks", "candles")
"""Props that stand on the ground, those that stand farther off first."""

_BEFORE = 0.46
"""How much nearer, in the subject's extents, blocks stand where there is an arch behind them."""

_SPINES = (
    Colour(148, 62, 48), Colour(54, 76, 92), Colour(204, 190, 162), Colour(82, 92, 70), Colour(186, 142, 84),
    Colour(60, 52, 50), Colour(222, 214, 200), Colour(122, 92, 104),
)  # fmt: skip
_WAX = Colour(238, 226, 204)
_CLAY = (
    Colour(206, 150, 122),
    Colour(172, 182, 156),
    Colour(222, 202, 176),
    Colour(212, 174, 164),
    Colour(150, 168, 178),
)
"""Colours of blocks and arches where the scene names none."""


def draw_standing(stage: Stage, name: str, picture: Radiance, far: float) -> Radiance:
    """The picture with a group of things between the subject and the depth `far` in metres.

    The stage's camera is that of the ground which they stand on.
    """
    camera = stage.camera
    extent = stage.stance.extent * camera.pixel
    depth = camera.focus + float(np.clip(0.55 * (far - camera.focus), 0.25 * extent, 0.95 * extent))
    if name == "blocks" and "arch" in stage.scene.props:
        depth = max(depth - _BEFORE * extent, camera.focus + 0.18 * extent)
    rng = stage.rng(86 + sorted(STANDING).index(name))
    upright = math.cos(math.atan(camera.foreshortening))
    layer = Layer(
        np.zeros((camera.height, camera.width, 3), np.float32),
        np.zeros((camera.height, camera.width), np.float32),
    )
    put = {"blocks": _blocks, "arch": _arches, "books": _books, "candles": _candles}[name]
    solids, flames = put(stage, layer, (extent, extent * upright, depth), rng)
    shade = light_left(stage, solids, 0.0)
    end = camera.row(far)
    rows = np.arange(camera.height, dtype=np.float32)[:, None]
    ground = smoothstep(end, end + 0.45 * (camera.row(depth) - end) + 1.0, rows)
    out = as_field(picture * (1.0 - ground * (1.0 - shade))[..., None])
    radius = 0.8 * stage.bokeh * (1.0 - camera.focus / depth)
    soft = blur(np.dstack([layer.light, layer.cover]), radius)
    out = as_field(out * (1.0 - np.clip(soft[..., 3:], 0.0, 1.0)) + soft[..., :3])
    return out if flames is None else as_field(out + blur(flames, radius))


_Placed = tuple[list[Solid], Radiance | None]
_Measure = tuple[float, float, float]
"""Width unit, height unit, and depth, in metres."""


def _tones(stage: Stage) -> tuple[Colour, Colour, Colour]:
    """Three tones of the set's colour, or of one by chance: as it is, lighter, deeper."""
    chance = _CLAY[int(stage.rng(98).integers(len(_CLAY)))]
    scene = stage.scene
    asked = scene.setting == "sweep" and scene.surface_colour is not None
    own, set_colour = scene.surface_colour, scene.backdrop_colour
    named = (own if asked else set_colour or own) or chance

    def towards(aim: int, share: float) -> Colour:
        red, green, blue = (round(c + (aim - c) * share) for c in named.rgb)
        return Colour(red, green, blue)

    # Where the shapes' own colour was asked for, all three keep near it.
    return named, towards(250, 0.15 if asked else 0.38), towards(40, 0.05 if asked else 0.20)


def _blocks(stage: Stage, layer: Layer, measure: _Measure, rng: np.random.Generator) -> _Placed:
    wide, tall, depth = measure
    tones = _tones(stage)
    middle = (stage.stance.base_centre - stage.camera.width / 2) * stage.camera.pixel
    side = 1.0 if rng.random() < 0.5 else -1.0
    gap = 0.5 * (stage.stance.right - stage.stance.left) * stage.camera.pixel
    first = middle + side * (gap + 0.30 * wide)
    high, low = tall * float(rng.uniform(0.75, 1.05)), tall * float(rng.uniform(0.28, 0.5))
    yaw = float(rng.uniform(-0.3, 0.3))
    solids = [
        block((first, depth + 0.22 * wide), (0.42 * wide, 0.36 * wide), (0.0, high), yaw=yaw),
        drum(middle - side * (gap + 0.26 * wide), depth, 0.17 * wide, 0.0, low),
    ]
    for solid, colour in zip(solids, (tones[1], tones[2]), strict=True):
        layer.solid(stage, solid, colour)
    radius = 0.125 * wide
    ball = (first - side * 0.34 * wide, depth - 0.14 * wide)
    draw_ball(stage, layer, ball, radius, tones[0])
    shadow = drum(ball[0], ball[1], 0.8 * radius, 0.0, 1.5 * radius)
    return [*solids, shadow], None


def _arches(stage: Stage, layer: Layer, measure: _Measure, rng: np.random.Generator) -> _Placed:
    wide, tall, depth = measure
    tones = _tones(stage)
    middle = (stage.stance.base_centre - stage.camera.width / 2) * stage.camera.pixel
    own = (stage.stance.right - stage.stance.left) * stage.camera.pixel
    side = 1.0 if rng.random() < 0.5 else -1.0
    solids = []
    broad = max(1.30 * own, 0.75 * wide)
    for index, (across, up, at) in enumerate(
        ((broad, 1.22 * tall, 0.0), (0.62 * broad, 0.86 * tall, side * 0.66 * broad))
    ):
        z = depth + (0.10 - 0.16 * index) * wide
        share = z / stage.camera.focus
        x, width, high = middle + at * share, across * share, up * share
        draw_arch(stage, layer, (x, z), (width, high, 0.10 * wide), tones[2 - index])
        solids.append(block((x, z + 0.05 * wide), (width, 0.10 * wide), (0.0, 0.9 * high)))
    return solids, None


def _books(stage: Stage, layer: Layer, measure: _Measure, rng: np.random.Generator) -> _Placed:
    wide, tall, depth = measure
    middle = (stage.stance.base_centre - stage.camera.width / 2) * stage.camera.pixel
    side = 1.0 if rng.random() < 0.5 else -1.0
    own = 0.5 * (stage.stance.right - stage.stance.left) * stage.camera.pixel
    border = 0.55 * stage.camera.width * depth / stage.camera.focal
    x = middle + side * (own + float(rng.uniform(0.05, 0.25)) * wide) * depth / stage.camera.focus
    solids = []
    while abs(x) < border or x * side < 0:
        thick = wide * float(rng.uniform(0.055, 0.115))
        high = tall * float(rng.uniform(0.62, 0.92))
        deep = wide * float(rng.uniform(0.40, 0.55))
        shift = float(rng.uniform(-0.02, 0.02)) * wide
        book = block((x + side * thick / 2, depth + deep / 2 + shift), (0.97 * thick, deep), (0.0, high))
        solids.append((book, _SPINES[int(rng.integers(len(_SPINES)))]))
        x += side * thick
    for book, colour in reversed(solids):
        layer.solid(stage, book, colour)
    if not solids:
        return [], None
    ends = sorted((solids[0][0].outline[:, 0].mean(), solids[-1][0].outline[:, 0].mean()))
    row = block(((ends[0] + ends[1]) / 2, depth + 0.24 * wide), (ends[1] - ends[0] + 0.1 * wide, 0.48 * wide),
                (0.0, 0.75 * tall))  # fmt: skip
    return [row], None


def _candles(stage: Stage, layer: Layer, measure: _Measure, rng: np.random.Generator) -> _Placed:
    wide, tall, depth = measure
    camera = stage.camera
    middle = (stage.stance.base_centre - camera.width / 2) * camera.pixel
    own = 0.5 * (stage.stance.right - stage.stance.left) * camera.pixel
    side = 1.0 if rng.random() < 0.5 else -1.0
    flames = np.zeros((camera.height, camera.width, 3), np.float32)
    solids = []
    for at, near, high in ((0.22, 0.10, 0.34), (0.46, -0.10, 0.56), (-0.30, 0.0, 0.42)):
        z = depth + near * wide
        x = middle + side * math.copysign(own + abs(at) * wide, at) * z / camera.focus
        radius = wide * float(rng.uniform(0.060, 0.085))
        top = tall * high * float(rng.uniform(0.85, 1.15))
        candle = drum(x, z, radius, 0.0, top)
        layer.solid(warmed(stage), candle, _WAX)
        solids.append(candle)
        draw_flame(camera.width, camera.height, flames, (
            camera.width / 2 + camera.focal * x / z,
            camera.horizon + camera.focal * (camera.rise - top - 0.75 * radius) / z,
            camera.focal * radius / z,
        ))  # fmt: skip
    return solids, flames
