"""What the pipeline holds of its inputs."""

from __future__ import annotations

import numpy as np
import pytest

from backcloth.imaging.decode import Photo
from backcloth.pipeline.inputs import _no_larger_than_needed


@pytest.mark.parametrize(
    ("size", "canvas", "kept"),
    [
        ((400, 300), (200, 100), (200, 150)),
        ((300, 400), (100, 200), (150, 200)),
        ((100, 100), (200, 100), (100, 100)),
        ((4000, 10), (100, 10), (4000, 10)),
        ((3, 4000), (1, 1), (1, 1334)),
    ],
)
def test_a_reference_is_kept_just_large_enough(
    size: tuple[int, int], canvas: tuple[int, int], kept: tuple[int, int]
) -> None:
    """It still covers the canvas, and is not enlarged."""
    width, height = size
    photo = Photo(np.zeros((height, width, 3), np.uint8), None)
    shrunk = _no_larger_than_needed(photo, canvas).picture
    assert (shrunk.shape[1], shrunk.shape[0]) == kept
