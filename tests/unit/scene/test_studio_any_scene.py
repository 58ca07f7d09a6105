"""Whatever a scene spec may say, for whatever subject, on whatever plate: a picture comes out."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio import scene as names
from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import Scene

SIZES = ((64, 48), (48, 64), (16, 16), (1, 1), (2, 3), (1, 60), (60, 1), (200, 7), (7, 200))


def _scene(setting: str, view: str, chance: random.Random) -> Scene:
    def one(known: frozenset[str]) -> str:
        return chance.choice(["", *sorted(known)])

    def colour() -> Colour | None:
        tones = (Colour(0, 0, 0), Colour(255, 255, 255), Colour(*chance.choices(range(256), k=3)))
        return chance.choice([None, *tones])

    switches: dict[str, Any] = {name: chance.random() < 0.5 for name in ("clouds", "sun", "wet")}
    return Scene(
        setting,
        one(names.SURFACES),
        colour(),
        one(names.BACKDROPS),
        colour(),
        chance.choice(sorted(names.LIGHTS)),
        light_colour=colour(),
        second_colour=colour(),
        weather=one(names.WEATHERS),
        season=one(names.SEASONS),
        props=tuple(chance.sample(sorted(names.PROPS), chance.choice([0, 1, 3, len(names.PROPS)]))),
        view=view,
        shadow=chance.choice(sorted(names.SHADOWS)),
        reflection=chance.choice([None, True, False]),
        pattern=one(names.PATTERNS),
        blur=chance.choice([0.0, 1.0, 2.0]),
        grain=chance.choice([0.0, 1.0, 4.0]),
        **switches,
    )


def _matte(size: tuple[int, int], chance: random.Random) -> npt.NDArray[np.float32]:
    """Nothing, everything, a box, two far apart, a cross that touches all edges, a bust, a speck, noise."""
    width, height = size
    matte = np.zeros((height, width), np.float32)

    def down(start: float, stop: float) -> slice:
        return slice(int(start * height), int(stop * height) + 1)

    def across(start: float, stop: float) -> slice:
        return slice(int(start * width), int(stop * width) + 1)

    parts: dict[str, list[tuple[slice, slice]]] = {
        "nothing": [],
        "everything": [(down(0, 1), across(0, 1))],
        "box": [(down(0.28, 0.76), across(0.44, 0.56))],
        "two": [(down(0.1, 0.3), across(0.02, 0.1)), (down(0.6, 0.95), across(0.85, 0.97))],
        "cross": [(down(0.4, 0.6), across(0, 1)), (down(0, 1), across(0.4, 0.6))],
        "bust": [(down(0.2, 1), across(0.3, 0.7))],
        "speck": [(down(0.5, 0.5), across(0.5, 0.5))],
    }
    kind = chance.choice([*parts, "noise"])
    if kind == "noise":
        return np.random.default_rng(1).random((height, width), np.float32)
    for part in parts[kind]:
        matte[part] = 1.0
    return matte


@pytest.mark.parametrize("view", ["level", "top"])
@pytest.mark.parametrize("setting", sorted(names.SETTINGS))
def test_any_scene_is_drawn(setting: str, view: str) -> None:
    """Two scenes by chance for each setting give plates of their size, and no number is out of range."""
    chance = random.Random(f"{setting} {view}")
    for _ in range(2):
        scene, size = _scene(setting, view, chance), chance.choice(SIZES)
        subject = np.full((size[1], size[0], 3), chance.choice([0, 128, 255]), np.uint8)
        plate = render(scene, subject, _matte(size, chance), chance.randrange(2**63))
        assert plate.shape == (size[1], size[0], 3)
        assert plate.dtype == np.uint8
