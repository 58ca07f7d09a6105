"""The packaged segmenter, loaded once, and a photo-like picture whose true matte is known."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backcloth.cutout.presets import SaliencySegmenter, open_segmenter


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> SaliencySegmenter:
    """The preset that needs nothing but our own package."""
    segmenter = open_segmenter("floor", tmp_path_factory.mktemp("models"))
    assert isinstance(segmenter, SaliencySegmenter)
    return segmenter


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models directory with nothing in it."""
    return tmp_path_factory.mktemp("no-models")


@pytest.fixture(scope="session")
def ball() -> SimpleNamespace:
    """A shaded red ball with an anti-aliased edge before a wall: `picture`, true `matte` and `foreground`."""
    down, across = np.mgrid[0:480, 0:640].astype(np.float32)
    wall = np.dstack([200 - down / 8, 210 - down / 8, 190 - down / 6])
    distance = np.hypot(across - 320, down - 240)
    red = np.dstack([200 - distance * 0.8, 60 - distance * 0.2, 40 - distance * 0.1])
    matte = np.clip(130.5 - distance, 0, 1).astype(np.float32)
    picture = wall + (red - wall) * matte[..., None]
    return SimpleNamespace(
        picture=np.rint(picture).astype(np.uint8), matte=matte, foreground=red.astype(np.float32)
    )
