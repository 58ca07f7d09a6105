from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from bench.cutout.metrics import (
    GRADIENT_SIGMA,
    boundary_iou,
    edge_band,
    gradient_error,
    intersection_over_union,
    matte_scores,
)

Matte = npt.NDArray[np.uint8]


def halves(width: int, edge: int, height: int = 40) -> Matte:
    """Subject to the left of column `edge`, hard."""
    matte = np.zeros((height, width), np.uint8)
    matte[:, :edge] = 255
    return matte


def test_iou_by_hand() -> None:
    """Three shared pixels of five are .6, and two empty masks agree."""
    one = np.array([[True, True, True, True, False, False]])
    other = np.array([[False, True, True, True, True, False]])
    assert intersection_over_union(one, other) == 3 / 5
    assert intersection_over_union(one & False, other & False) == 1


def test_band_is_ten_pixels_to_each_side() -> None:
    """Around a straight edge the band takes the ten columns on either side, at the frame too."""
    band = edge_band(halves(60, 30))
    assert band.all(axis=0).tolist() == [20 <= column < 40 for column in range(60)]
    assert band.any(axis=0).tolist() == band.all(axis=0).tolist()


def test_soft_pixels_far_from_the_contour_belong_to_the_band() -> None:
    """A veil below one half is judged though no contour is near; the haze of a network's matte is not."""
    truth = halves(100, 30)
    truth[5, 80] = 60
    truth[6, 80] = 4
    band = edge_band(truth)
    assert band[5, 80]
    assert not band[6, 80]


def test_band_without_a_contour() -> None:
    """Where the subject fills the frame there is no edge to judge."""
    assert not edge_band(np.full((20, 20), 255, np.uint8)).any()


def test_scores_of_a_shifted_edge() -> None:
    """An edge that is four columns off gives the figures that counting gives."""
    truth, matte = halves(100, 50), halves(100, 54)
    scores = matte_scores(matte, truth, edge_band(truth))
    assert scores["iou"] == pytest.approx(50 / 54)
    assert scores["mae"] == pytest.approx(4 / 100)
    assert scores["band_mae"] == pytest.approx(4 / 20)
    assert scores["sad"] == pytest.approx(4 * 40 / 1000)


def test_a_perfect_matte() -> None:
    """The truth itself scores 1 and 0."""
    truth = halves(100, 50)
    assert matte_scores(truth, truth, edge_band(truth)) == {
        "iou": 1, "mae": 0, "band_mae": 0, "boundary_iou": 1, "sad": 0, "gradient": 0,
    }  # fmt: skip


def test_boundary_iou_by_hand() -> None:
    """Of two squares, one a pixel smaller all round, only the rings count: 2 % of the diagonal wide."""
    truth = np.zeros((100, 100), bool)
    truth[20:80, 20:80] = True
    smaller = np.zeros_like(truth)
    smaller[21:79, 21:79] = True
    width = round(0.02 * math.hypot(100, 100))
    assert width == 3
    # Rings: from 60² down to 54², and from 58² down to 52². Shared: 58² to 54². Either: 60² to 52².
    assert boundary_iou(truth, smaller) == pytest.approx((58**2 - 54**2) / (60**2 - 52**2))


def test_boundary_at_the_frame() -> None:
    """What the frame cuts off counts as boundary, as in the paper's code."""
    everything = np.ones((100, 100), bool)
    nearly = everything.copy()
    nearly[50, 50] = False
    hole = 7 * 7 - 1
    frame = 100**2 - 94**2
    assert boundary_iou(everything, nearly) == pytest.approx(frame / (frame + hole))


def test_gradient_error_of_a_step() -> None:
    """Against an empty truth each row of a step gives the kernel's squared response, column by column.

    Along the edge the Gaussian factor sums up to S; across it a step's response to the odd factor at a
    distance is the sum of that factor's tail.
    """
    offsets = np.arange(-4, 5)
    gaussian = np.exp(-(offsets**2) / (2 * GRADIENT_SIGMA**2))
    slope = offsets * gaussian
    gaussian, slope = gaussian / np.sqrt((gaussian**2).sum()), slope / np.sqrt((slope**2).sum())
    tails = [slope[place:].sum() for place in range(1, 9)]
    expected = 40 * gaussian.sum() ** 2 * sum(tail**2 for tail in tails)
    matte = halves(60, 30)
    assert gradient_error(matte, np.zeros_like(matte)) == pytest.approx(expected, rel=1e-9)
