"""Subjects for the scene tests, drawn here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.background import Background, Prompt
from backcloth.scene.protocol import SceneJob

MakeJob = Callable[..., SceneJob]


@pytest.fixture
def make_job() -> MakeJob:
    """Builds a job whose subject is an upright box that stands at three quarters of the height."""

    def make(
        background: Background | str,
        size: tuple[int, int] = (120, 90),
        *,
        seed: int = 1,
        matte: npt.NDArray[np.float32] | None = None,
        references: tuple[npt.NDArray[np.uint8], ...] = (),
    ) -> SceneJob:
        width, height = size
        if matte is None:
            matte = np.zeros((height, width), np.float32)
            matte[int(height * 0.3) : int(height * 0.78), int(width * 0.42) : int(width * 0.58)] = 1.0
        return SceneJob(
            id="job",
            background=Prompt(background) if isinstance(background, str) else background,
            size=size,
            subject=np.full((height, width, 3), 128, np.uint8),
            matte=matte,
            seed=seed,
            references=references,
        )

    return make
