"""Where a set's props come in: behind its ground, standing on it, strewn on it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance, as_field
from backcloth.scene.studio.floor import Hook
from backcloth.scene.studio.props.air import draw_lights, draw_mist
from backcloth.scene.studio.props.cloth import Spread, lay_cloth
from backcloth.scene.studio.props.foliage import PLANTS, draw_foliage
from backcloth.scene.studio.props.scatter import STREWN, Ground, ground_light, strew
from backcloth.scene.studio.props.standing import STANDING, draw_standing
from backcloth.scene.studio.scene import PROPS, Scene
from backcloth.scene.studio.shadow import Shadows
from backcloth.scene.studio.stage import Stage

Allowed = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], npt.NDArray[np.bool_]]
"""Tells for (N, 2) ground points (x, depth) and (N,) metres around them whether things may lie there."""

_LYING = STREWN | {"cloth"}
"""Props that lie on the ground."""

_HANGING = PLANTS | {"lights", "mist"}
"""Props that need no ground."""

_PRODUCT = 0.25
"""Metres of a subject beside which small things have their usual share of it."""


def left_out(scene: Scene) -> tuple[str, ...]:
    """The props that the scene's set has no place for, in the order they were asked for."""
    shown = PROPS
    if scene.view == "top":
        shown = frozenset(_LYING)
    elif scene.setting in ("water", "sky"):
        shown = frozenset(_HANGING)
    return tuple(name for name in scene.props if name not in shown)


def _unit(extent: float) -> float:
    """Between a true size and a share of the subject."""
    return math.sqrt(_PRODUCT * extent)


def behind(stage: Stage, picture: Radiance, edge: float, *, plants: bool = False) -> Radiance:
    """What is to be seen behind the ground, with the scene's lamps before it.

    Args:
        stage: The picture.
        picture: (H, W, 3) far background.
        edge: Row of the ground's far end.
        plants: Whether foliage reaches in beyond the ground's end, as behind a table; else over it.
    """
    for name in stage.scene.props:
        if name == "lights":
            picture = draw_lights(stage, picture, edge)
        elif name in PLANTS and plants:
            picture = draw_foliage(stage, name, picture)
    return picture


def standing(stage: Stage, picture: Radiance, edge: float, *, plants: bool = True) -> Radiance:
    """The drawn set, with what stands on its ground or reaches in behind the subject, and mist over that.

    Args:
        stage: The picture; its camera is that of the ground.
        picture: (H, W, 3) the set, ground included.
        edge: Row of the ground's far end.
        plants: Whether foliage reaches in over the ground.
    """
    far = float(stage.camera.depth(np.asarray([edge], np.float32))[0])
    for name in STANDING:
        if name in stage.scene.props and (stage.stance.grounded or not stage.stance.present):
            picture = draw_standing(stage, name, picture, far)
    return hanging(stage, picture, edge, plants=plants)


def hanging(stage: Stage, picture: Radiance, edge: float, *, plants: bool = True) -> Radiance:
    """The drawn set with foliage that reaches in over it, and mist."""
    for name in stage.scene.props:
        if name in PLANTS and plants:
            picture = draw_foliage(stage, name, picture)
    return draw_mist(stage, picture, edge) if "mist" in stage.scene.props else picture


def around(
    stage: Stage,
    shadows: Shadows,
    pattern: Field | None,
    *,
    edge: float | None = None,
    allowed: Allowed | None = None,
    keep_off: tuple[float, float] | None = None,
    front: float | None = None,
    size: float = 1.0,
) -> Hook | None:
    """What strews the scene's small props over lit ground; None where there are none.

    Args:
        stage: The picture; its camera is that of the ground.
        shadows: Of the subject.
        pattern: (H, W) share of the key light on the ground.
        edge: Row of the ground's far edge.
        allowed: Where things may lie, besides.
        keep_off: Half the width and half the depth around the subject that stay free; None for its own.
        front: Depth in metres where the ground ends towards the camera.
        size: Of the things, as a share of the usual.
    """
    if not _LYING.intersection(stage.scene.props):
        return None
    camera, stance = stage.camera, stage.stance
    extent = stance.extent * camera.pixel
    base = max(stance.base_width, 0.25 * (stance.right - stance.left)) * camera.pixel
    own = 0.5 * base * float(np.clip(0.25 + 2.2 * camera.foreshortening, 0.4, 0.9))
    limit = camera.focus + 1.6 * extent
    if edge is not None:
        limit = min(limit, float(camera.depth(np.asarray([edge], np.float32))[0]) - 0.10 * extent)
    nearest = 0.25 * camera.focus if front is None else front

    def inside(points: npt.NDArray[np.float64], half: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        good = (points[:, 1] + half < limit) & (points[:, 1] - half > nearest)
        return good if allowed is None else good & allowed(points, half)

    def project(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        scale = camera.focal / np.maximum(points[:, 2], 0.1 * camera.focus)
        rows = camera.horizon + (camera.rise - points[:, 1]) * scale
        return np.stack([camera.width / 2 + points[:, 0] * scale, rows], axis=1)

    ground = Ground(
        project=project,
        middle=((stance.base_centre - camera.width / 2) * camera.pixel, camera.focus + own),
        keep_off=keep_off or (0.5 * base, own),
        allowed=inside,
        away=stage.key.away,
        reach=stage.key.reach,
        extent=extent,
        unit=size * _unit(extent),
    )
    arriving = ground_light(stage, shadows, pattern)

    def hook(lit: Radiance, first: int) -> Radiance:
        if "cloth" in stage.scene.props and allowed is None:
            depth = camera.depth(np.arange(first, camera.height, dtype=np.float32) + 0.5)[:, None]
            columns = np.arange(camera.width, dtype=np.float32)[None, :] + 0.5
            x = (columns - camera.width / 2) * depth / camera.focal - ground.middle[0]
            spread = Spread(
                x=as_field(x / extent),
                z=as_field((depth - ground.middle[1]) / extent),
                keep_off=ground.keep_off[0] / extent,
                away=stage.key.away,
                reach=stage.key.reach,
                pixel=1.0 / stance.extent,
                front=-100.0 if front is None else (front - ground.middle[1]) / extent,
            )
            lit = lay_cloth(stage, lit, first, spread, shadows, pattern)
        return strew(stage, ground, lit, first, arriving)

    return hook


def on_flat(stage: Stage, shadows: Shadows, pattern: Field | None, pixel: float) -> Hook | None:
    """As `around`, for a surface that is seen from straight above, `pixel` metres to a pixel."""
    if not _LYING.intersection(stage.scene.props):
        return None
    stance = stage.stance
    row = (stance.top + stance.bottom) / 2
    column = (stance.left + stance.right) / 2
    side = -stage.key.side

    def anywhere(points: npt.NDArray[np.float64], _half: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        return np.ones(len(points), np.bool_)

    def project(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.stack([column + points[:, 0] / pixel, row - (points[:, 1] + points[:, 2]) / pixel], axis=1)

    ground = Ground(
        project=project,
        middle=(0.0, 0.0),
        keep_off=(0.42 * (stance.right - stance.left) * pixel, 0.42 * (stance.bottom - stance.top) * pixel),
        allowed=anywhere,
        away=(0.8 * side, -0.6),
        reach=min(stage.key.reach, 1.2),
        extent=0.8 * stance.extent * pixel,
        unit=_unit(0.8 * stance.extent * pixel),
        above=True,
    )
    arriving = ground_light(stage, shadows, pattern)

    def hook(lit: Radiance, first: int) -> Radiance:
        if "cloth" in stage.scene.props:
            rows = np.arange(first, stage.camera.height, dtype=np.float32)[:, None] + 0.5
            columns = np.arange(stage.camera.width, dtype=np.float32)[None, :] + 0.5
            spread = Spread(
                x=as_field((columns - column) / stance.extent),
                z=as_field((row - rows) / stance.extent),
                keep_off=0.5 * (stance.right - stance.left) / stance.extent,
                away=ground.away,
                reach=stage.key.reach,
                pixel=1.0 / stance.extent,
            )
            lit = lay_cloth(stage, lit, first, spread, shadows, pattern)
        return strew(stage, ground, lit, first, arriving)

    return hook
