from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout import edge
from backcloth.cutout.edge import refine_edge
from backcloth.cutout.weights import U2NETP

SIDE = U2NETP.spec.size[0]
thumbnail_of = U2NETP.spec.thumbnail


def coarse_of(matte: npt.NDArray[np.float32], blur: float) -> npt.NDArray[np.float32]:
    """A network's view of a true matte: small and soft."""
    small = cv2.resize(matte, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.float32)


def striped_subject(
    front: tuple[int, int, int], back: tuple[int, int, int]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """A block whose upper edge has teeth that no 320-pixel map can show."""
    matte = np.zeros((900, 1200), np.float32)
    matte[300:, 200:1000] = 1
    matte[285:300, 200:1000:6] = 1
    matte[285:300, 201:1000:6] = 1
    matte[285:300, 202:1000:6] = 1
    picture = np.array(back) + matte[..., None] * (np.array(front) - np.array(back))
    return picture.astype(np.uint8), matte


def test_the_edge_follows_the_colours() -> None:
    """Detail finer than the coarse matte comes back where subject and background differ in colour."""
    picture, matte = striped_subject((200, 60, 40), (40, 120, 200))
    coarse = coarse_of(matte, 2)
    refined = refine_edge(picture, thumbnail_of(picture), coarse)
    enlarged = np.clip(cv2.resize(coarse, (1200, 900), interpolation=cv2.INTER_CUBIC), 0, 1)
    band = np.s_[280:320, 240:960]
    assert np.abs(refined - matte)[band].mean() < 0.3 * np.abs(enlarged - matte)[band].mean()


def test_equal_colours_leave_the_coarse_matte() -> None:
    """Where both sides look alike, colour says nothing and the network's word stands, less its haze."""
    picture, matte = striped_subject((120, 120, 120), (120, 120, 120))
    coarse = coarse_of(matte, 2)
    refined = refine_edge(picture, thumbnail_of(picture), coarse)
    enlarged = np.clip(cv2.resize(coarse, (1200, 900), interpolation=cv2.INTER_CUBIC), 0, 1)
    assert np.abs(refined - enlarged).max() < 0.08


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_or_nothing_stays(value: float) -> None:
    """A matte without an edge is not touched."""
    picture = np.full((90, 70, 3), 99, np.uint8)
    refined = refine_edge(picture, thumbnail_of(picture), np.full((SIDE, SIDE), value, np.float32))
    assert refined.shape == (90, 70)
    assert (refined == value).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (700, 3), (320, 320)])
def test_odd_sizes(shape: tuple[int, int]) -> None:
    """Any picture size works, and the result is coverage at that size."""
    picture = np.random.Generator(np.random.PCG64(2)).integers(0, 256, (*shape, 3), dtype=np.uint8)
    coarse = coarse_of(np.eye(320, dtype=np.float32), 20) * 10
    refined = refine_edge(picture, thumbnail_of(picture), np.clip(coarse, 0, 1))
    assert refined.shape == shape
    assert refined.dtype == np.float32
    assert refined.min() >= 0
    assert refined.max() <= 1


def without_leaning(
    monkeypatch: pytest.MonkeyPatch, picture: npt.NDArray[np.uint8], coarse: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """The matte in which every pixel stands alone."""
    with monkeypatch.context() as patch:
        patch.setattr(edge, "_LEANING", 0)
        return refine_edge(picture, thumbnail_of(picture), coarse)


def test_before_texture_pixels_lean_on_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before grass an edge is smoother than pixel by pixel."""
    grain = np.random.Generator(np.random.PCG64(11)).normal(0, 1, (900, 1200))
    tufts = (cv2.resize(grain[::4, ::4], (1200, 900)) + grain / 2)[..., None]
    matte = np.zeros((900, 1200), np.float32)
    matte[400:] = 1
    grey = np.where(matte[..., None] > 0, 30 + tufts * 5, 110 + tufts * 40)
    picture = np.clip(np.repeat(grey, 3, axis=2), 0, 255).astype(np.uint8)
    coarse = coarse_of(matte, 2)
    refined = refine_edge(picture, thumbnail_of(picture), coarse)
    alone = without_leaning(monkeypatch, picture, coarse)
    band = np.s_[385:415]
    assert np.abs(np.diff(refined[band])).mean() < 0.85 * np.abs(np.diff(alone[band])).mean()


def test_before_a_plain_wall_fine_detail_does_not_lean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teeth of three pixels keep their contrast where their colour tells."""
    picture, matte = striped_subject((200, 60, 40), (40, 120, 200))
    coarse = coarse_of(matte, 2)
    alone = without_leaning(monkeypatch, picture, coarse)[288:297, 240:960]
    teeth = refine_edge(picture, thumbnail_of(picture), coarse)[288:297, 240:960]
    assert np.ptp(teeth, axis=1).mean() > 0.9 * np.ptp(alone, axis=1).mean()


def test_a_rim_that_the_coarse_matte_took_in_fades() -> None:
    """Background inside the network's outline is not left opaque where its colour speaks against it."""
    picture, matte = striped_subject((200, 60, 40), (40, 120, 200))
    taken = cv2.dilate(matte, np.ones((13, 13), np.uint8)).astype(np.float32)
    refined = refine_edge(picture, thumbnail_of(picture), coarse_of(taken, 0.5))
    assert refined[450:800, 1001:1003].mean() < 0.9
    assert refined[450:800, 980:999].min() > 0.97
