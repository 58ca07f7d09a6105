from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backcloth.cutout.clean import clean


def saliency(*discs: tuple[int, int, int, float]) -> Any:
    """A map with soft discs: (x, y, radius, height)."""
    down, across = np.mgrid[0:320, 0:320].astype(np.float32)
    result = np.zeros((320, 320), np.float32)
    for x, y, radius, height in discs:
        distance = np.hypot(across - x, down - y)
        result = np.maximum(result, height * np.clip((radius + 2 - distance) / 4, 0, 1).astype(np.float32))
    return result


def test_values_stay_coverage() -> None:
    """The result is float32 between 0 and 1."""
    matte = clean(saliency((160, 160, 60, 1.0)))
    assert matte.dtype == np.float32
    assert matte.min() == 0
    assert matte.max() == 1


@pytest.mark.parametrize("height", [0.0, 0.3, 0.85])
def test_without_a_confident_region_nothing_is_kept(height: float) -> None:
    """A map that is nowhere sure is empty, however large its blob: nothing is stretched into a subject."""
    assert not clean(saliency((160, 160, 100, height))).any()


def test_a_confident_dot_is_no_subject() -> None:
    """A region below a thousandth of the frame does not count."""
    assert not clean(saliency((160, 160, 3, 1.0))).any()


def test_specks_go_and_companions_stay() -> None:
    """Beside a large subject a speck is removed, another subject is kept."""
    matte = clean(saliency((100, 160, 60, 1.0), (250, 60, 5, 1.0), (250, 250, 25, 1.0)))
    assert matte[160, 100] == 1
    assert matte[60, 250] == 0
    assert matte[250, 250] == 1


def test_faint_haze_around_everything_goes() -> None:
    """What the network is almost sure about becomes exactly 0 or 1."""
    matte = clean(np.clip(saliency((160, 160, 60, 1.0)), 0.03, 0.97))
    assert matte[10, 10] == 0
    assert matte[160, 160] == 1


def test_holes_stay_open() -> None:
    """A hole stays one, of a few pixels between spokes or as large as a cup's handle."""
    ring = saliency((160, 160, 80, 1.0)) - saliency((160, 160, 20, 1.0))
    ring[120, 100:103] = 0
    matte = clean(np.clip(ring, 0, 1))
    assert matte[120, 101] == 0
    assert matte[160, 160] == 0


def test_ghosts_inside_a_body_become_solid() -> None:
    """A body half see-through in its middle is opaque there, and its soft outline stays soft."""
    body = saliency((160, 160, 80, 1.0))
    matte = clean(np.clip(body - 0.35 * (saliency((160, 160, 40, 1.0)) > 0), 0, 1).astype(np.float32))
    assert matte[160, 160] == 1
    assert 0 < matte[160, 79] < 1
