"""What a matte is worth, beside the true one. Mattes are (H, W) uint8, 0 background .. 255 subject."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

Matte = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Kernel = npt.NDArray[np.float64]

BAND_REACH = 10
"""Pixels to each side of the true contour that belong to the edge band."""

SOFT = (5, 250)
"""True values strictly between are soft. Mattes made by networks carry a haze of 1 to 5 nearly everywhere."""

BOUNDARY_SHARE = 0.02
"""Width of the boundary in boundary IoU as a share of the diagonal: the default of its paper."""

GRADIENT_SIGMA = 1.4
"""Pixels; the value of the paper."""

_KERNEL_CUT = 0.01
"""The gradient's kernel ends where its Gaussian has fallen to this."""


def edge_band(truth: Matte) -> Mask:
    """Where edges are judged: BAND_REACH pixels around the true .5 contour, and every true soft pixel.

    The frame of the photo is not a contour. Without any contour only the soft pixels are left.
    """
    subject = (truth > 127).view(np.uint8)
    band = (truth > SOFT[0]) & (truth < SOFT[1])
    if 0 < np.count_nonzero(subject) < subject.size:
        inside = cv2.distanceTransform(subject, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        outside = cv2.distanceTransform(1 - subject, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        band |= np.maximum(inside, outside) <= BAND_REACH
    return band


def matte_scores(matte: Matte, truth: Matte, band: Mask) -> dict[str, float]:
    """Every figure that needs mattes alone.

    Returns:
        `iou` and `boundary_iou` at .5, `mae` of all pixels and `band_mae` of the band's (0..1), `sad` and
        `gradient` over the whole picture in thousands.
    """
    error = np.abs(matte.astype(np.float64) - truth) / 255
    return {
        "iou": intersection_over_union(matte > 127, truth > 127),
        "mae": float(error.mean()),
        "band_mae": float(error[band].mean()) if band.any() else 0.0,
        "boundary_iou": boundary_iou(matte > 127, truth > 127),
        "sad": float(error.sum()) / 1000,
        "gradient": gradient_error(matte, truth) / 1000,
    }


def intersection_over_union(one: Mask, other: Mask) -> float:
    """Shared pixels by all pixels of either mask; 1 where both are empty."""
    either = np.count_nonzero(one | other)
    return float(np.count_nonzero(one & other) / either) if either else 1.0


def boundary_iou(one: Mask, other: Mask) -> float:
    """IoU of the two masks' inner boundaries (Cheng et al., CVPR 2021).

    A boundary is the part of a mask that lies within BOUNDARY_SHARE of the picture's diagonal of what is
    not mask; as in the paper's code, beyond the frame is not mask and distance is counted in king's moves.
    """
    reach = max(1, round(BOUNDARY_SHARE * math.hypot(*one.shape)))
    return intersection_over_union(_inner_boundary(one, reach), _inner_boundary(other, reach))


def _inner_boundary(mask: Mask, reach: int) -> Mask:
    framed = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    square = np.ones((3, 3), np.uint8)
    core = cv2.erode(framed, square, iterations=reach, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(mask & (core[1:-1, 1:-1] == 0))


def gradient_error(matte: Matte, truth: Matte) -> float:
    """Sum of squared differences of the mattes' gradient magnitudes (Rhemann et al., CVPR 2009).

    Gradients are responses to first derivatives of a Gaussian of GRADIENT_SIGMA with unit norm. The paper
    sums over a trimap's unknown pixels; there is no trimap here, so it is the whole picture.
    """
    return float(np.square(_gradient(matte) - _gradient(truth)).sum())


def _gradient(matte: Matte) -> npt.NDArray[np.float64]:
    gaussian, slope = _gaussian_and_slope(GRADIENT_SIGMA)
    coverage = matte.astype(np.float64) / 255
    across = cv2.sepFilter2D(coverage, cv2.CV_64F, slope, gaussian, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(coverage, cv2.CV_64F, gaussian, slope, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.hypot(across, down))


def _gaussian_and_slope(sigma: float) -> tuple[Kernel, Kernel]:
    """The factors of the derivative's kernel, scaled so that their outer product has norm 1."""
    half = math.ceil(sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * _KERNEL_CUT)))
    offset = np.arange(-half, half + 1, dtype=np.float64)
    gaussian = np.exp(-(offset**2) / (2 * sigma**2))
    slope = offset * gaussian
    return gaussian / np.linalg.norm(gaussian), slope / np.linalg.norm(slope)
