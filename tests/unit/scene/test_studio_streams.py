"""Chance in the studio: every use draws numbers of its own."""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np
import pytest

from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import PROPS, Scene
from backcloth.scene.studio.stage import Stage

EVERYTHING = tuple(sorted(PROPS))


@pytest.mark.parametrize(
    "scene",
    [
        Scene("terrace", weather="rain", season="autumn", props=EVERYTHING, pattern="leaves"),
        Scene("forest", weather="snowfall", season="winter", props=EVERYTHING, light="golden"),
        Scene("beach", weather="rain", light="night"),
        Scene("lake", weather="rain", season="autumn"),
        Scene("meadow", season="spring", backdrop="alps"),
        Scene("desert", light="sunset"),
        Scene("parking", weather="snowfall"),
        Scene("street", backdrop="lights", light="neon", wet=True),
        Scene("sky"),
        Scene("podium", backdrop="lights", props=EVERYTHING, pattern="window"),
        Scene("podium", backdrop="brick", props=EVERYTHING, pattern="blinds"),
        Scene("steps", backdrop="leaves", season="autumn"),
        Scene("shelf", backdrop="books", props=EVERYTHING),
        Scene("table", backdrop="sea", props=EVERYTHING),
        Scene("table", light="window", pattern="window"),
        Scene("stage", props=EVERYTHING),
        Scene("gallery", surface="oak", backdrop="concrete"),
        Scene("room", surface="walnut"),
        Scene("sweep", props=EVERYTHING, light="neon"),
    ],
    ids=lambda scene: f"{scene.setting} {scene.backdrop}".strip(),
)
def test_no_two_parts_of_a_picture_draw_the_same_numbers(
    monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    """Rain never falls where lamps hang: each stream of a picture belongs to one function."""
    users: dict[int, set[str]] = defaultdict(set)
    own = Stage.rng

    def watched(stage: Stage, stream: int) -> np.random.Generator:
        code = sys._getframe(1).f_code
        users[stream].add(f"{code.co_filename.rpartition('/')[2]}:{code.co_name}")
        return own(stage, stream)

    monkeypatch.setattr(Stage, "rng", watched)
    matte = np.zeros((48, 64), np.float32)
    matte[13:36, 28:36] = 1.0
    render(scene, np.full((48, 64, 3), 128, np.uint8), matte, 1)
    assert len(users) > 3
    assert {stream: names for stream, names in users.items() if len(names) > 1} == {}
