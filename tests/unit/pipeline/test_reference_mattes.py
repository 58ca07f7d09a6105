"""Which references are looked at for a subject of their own."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.domain.background import References
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import replace_background
from backcloth.scene.protocol import Plate, SceneJob
from backcloth.scene.reference.engine import ReferenceEngine
from harness.fakes import engines_around, noise


class Listening(ReferenceEngine):
    """The engine, with the last job it was given."""

    job: SceneJob

    def generate(self, job: SceneJob) -> Plate:
        """As always."""
        self.job = job
        return super().generate(job)


def _box(height: int, width: int) -> npt.NDArray[np.float32]:
    matte = np.zeros((height, width), np.float32)
    matte[height // 3 : -height // 6, width // 3 : -width // 3] = 1
    return matte


def _engines(engine: Listening, pictures: int) -> Engines:
    engines = engines_around(_box)
    engines = replace(engines, scenes={**engines.scenes, References: engine})
    for index in range(pictures):
        packed = io.BytesIO()
        Image.fromarray(noise(index, 48, 64)).save(packed, "PNG")
        engines.store.put(f"picture{index}", packed.getvalue())
    return engines


@pytest.mark.parametrize(("enhance", "looked_at"), [(True, 4), (False, 0)])
def test_only_references_that_are_used_and_may_change_are_looked_at(*, enhance: bool, looked_at: int) -> None:
    """Of six references the four that the engine uses, and none where they are used as they are."""
    engine = Listening()
    sources = tuple(Stored(f"picture{index}") for index in range(7))
    request = ReplaceBackground(
        image=sources[0], background=References(6, enhance=enhance), seed=1, references=sources[1:]
    )
    outcome = replace_background("job", request, _engines(engine, 7))
    assert len(engine.job.references) == 6
    assert len(engine.job.reference_mattes) == looked_at
    assert any("own subject" in notice for notice in outcome.notices) == enhance
