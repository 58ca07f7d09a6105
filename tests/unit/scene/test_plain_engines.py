"""The flat colour, and which engine serves what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backcloth.domain.background import Prompt, References, Solid, Staged
from backcloth.domain.colour import Colour
from backcloth.scene.protocol import Chooser, SceneJob
from backcloth.scene.registry import open_engines
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import Reader

MakeJob = Callable[..., SceneJob]


@pytest.mark.parametrize("size", [(1, 1), (37, 91), (200, 30)])
def test_a_flat_colour_is_exact_in_every_pixel(make_job: MakeJob, size: tuple[int, int]) -> None:
    """No shadow, vignette or dither touches a solid background."""
    plate = SolidEngine().generate(make_job(Solid(Colour(255, 87, 51)), size))
    assert plate.picture.shape == (size[1], size[0], 3)
    assert (plate.picture == (255, 87, 51)).all()


def test_every_kind_of_background_has_an_engine_that_says_it_can() -> None:
    """The registry and the capabilities agree."""
    scenes = open_engines(Reader())
    assert set(scenes) == {Solid, Prompt, Staged, References}
    for (kind, engine), name in zip(scenes.items(), ("solid", "studio", "studio", "reference"), strict=True):
        assert not isinstance(engine, Chooser)
        assert kind in engine.capabilities().backgrounds
        assert engine.name == name
