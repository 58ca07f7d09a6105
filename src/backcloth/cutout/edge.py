"""Brings a coarse matte to the photo's size and draws its edge where the photo's colours say it is.

Along the edge, the colours of the sure subject and of the sure background nearby are summarised by their
means F, B and variances. A pixel I between them is a mixture I = a·F + (1 − a)·B + noise, and the coarse
matte says what a is, give or take. The most probable a under both (normal noise, normal prior; the model
of Chuang et al., "A Bayesian approach to digital matting", CVPR 2001, with one isotropic normal for each
side) has a closed form. The summaries vary slowly, so they are made on a small grid, in milliseconds, and
the photo's own detail enters pixel by pixel, only along the edge. Where the two sides have the same
colour, or a pixel has a colour of neither, the coarse matte stays.

Pixels are not alone, though: where colours tell the sides apart badly, as fur from grass, single ones come
out wrong and the outline ragged. So each then leans on the neighbours' coverage, the more the less its own
colour told. Hair before a plain wall tells enough to stay as fine as it is.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.sample import portions, sample

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_SURE = 0.05
"""Coarse coverage within this of 0 or 1 shows one side's own colour."""

_GRID = (160, 160)
"""Size of the grid of summaries. Twice as many a side score the same and cost four times as much."""

_RADII = (16, 4)
"""Reach in grid cells of the two colour summaries; the near one counts where it has samples."""

_ENOUGH = 0.05
"""Share of samples in its reach from which the near summary is trusted fully."""

_TRUST = 0.3
"""Standard error of the coarse matte on its outline."""

_LEAST_ERROR = 1e-3
"""Squared standard error below which the coarse matte is as good as certain."""

_TRUST_REACH = 5.0
"""Grid cells from the outline over which that error fades: a wide undecided region is no edge, and
colour alone tears it."""

_NOISE = 8.0
"""Standard deviation of a colour sample beyond what its surroundings show, of 255."""

_BAND = 0.02
"""Coarse coverage within this of 0 or 1 is not an edge."""

_INWARD = 1.2
"""Blur of the coarse matte, in its pixels, by which the edge reaches into the subject: networks draw the
outline a little outside, which leaves a rim of old background."""

_INWARD_TRUST = 0.4
"""Share of the coarse matte's squared error that is left in there."""

_LEANING = 40.0
"""Precision of the neighbours' coverage, to be held against the precision of a pixel's own."""

_PLAIN_EVIDENCE = 200.0
"""Precision beyond which a neighbour counts no more; pixels off the edge have it."""

_NEIGHBOURS = 0.0018
"""Reach of the neighbourhood as a share of the root of the picture's area: 2 pixels at one megapixel. Twice
that blurs a lion's mane."""

_HAZE = 0.07
"""Coverage within this of 0 or 1 becomes 0 or 1: so little is noise more often than hair."""


def refine_edge(picture: Pixels, thumbnail: Pixels, coarse: Map) -> Map:
    """The full-size matte.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        thumbnail: uint8 sRGB, the same photo at any smaller size.
        coarse: (h, w) float32 coverage 0..1.

    Returns:
        (H, W) float32 coverage 0..1.
    """
    size = (picture.shape[1], picture.shape[0])
    matte = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)
    flat = np.clip(matte, 0, 1, out=matte).reshape(-1)
    inner = cv2.resize(_drawn_in(coarse), size, interpolation=cv2.INTER_LINEAR).reshape(-1)
    edge = np.flatnonzero((flat > _BAND) & (inner < 1 - _BAND))
    if edge.size:
        surroundings = _surroundings(thumbnail, coarse)
        precision = np.empty(edge.size, np.float32)
        for part in portions(edge.size):
            pixels = edge[part]
            front, back = (sample(small, pixels, size) for small in surroundings)
            back[:, 3] *= np.where(flat[pixels] > 1 - _BAND, np.float32(_INWARD_TRUST), np.float32(1))
            colour = picture.reshape(-1, 3)[pixels]
            flat[pixels], precision[part] = _most_probable(colour, flat[pixels], front, back)
        flat[edge] = _leant(matte, edge, precision)
    matte -= np.float32(_HAZE)
    matte /= np.float32(1 - 2 * _HAZE)
    return np.clip(matte, 0, 1, out=matte)


def _drawn_in(coarse: Map) -> Map:
    return np.asarray(np.minimum(coarse, cv2.GaussianBlur(coarse, (0, 0), _INWARD)), np.float32)


def _leant(matte: Map, edge: npt.NDArray[np.intp], precision: Map) -> Map:
    """The edge's coverages averaged with their neighbourhoods', each by its precision."""
    side = 2 * max(1, round(_NEIGHBOURS * math.sqrt(matte.size))) + 1
    width = matte.shape[1]
    first = max(0, edge[0] // width - side)
    rows = matte[first : edge[-1] // width + side + 1]
    edge = edge - first * width
    weight = np.full(rows.shape, _PLAIN_EVIDENCE, np.float32)
    weight.reshape(-1)[edge] = np.minimum(precision, np.float32(_PLAIN_EVIDENCE))
    weighted = rows * weight
    # Blurred in place: fresh memory costs more than the blur.
    cv2.blur(weighted, (side, side), dst=weighted)
    cv2.blur(weight, (side, side), dst=weight)
    neighbours = weighted.reshape(-1)[edge] / weight.reshape(-1)[edge]
    own = rows.reshape(-1)[edge]
    return np.asarray(own + (neighbours - own) * (_LEANING / (precision + _LEANING)), np.float32)


def _surroundings(thumbnail: Pixels, coarse: Map) -> tuple[Map, Map]:
    """What is known around each cell of the grid.

    Returns:
        (h, w, 4) mean subject colour and the variance of colour samples; (h, w, 4) mean background colour
        and the squared standard error of the coarse coverage.
    """
    coarse = np.asarray(cv2.resize(coarse, _GRID, interpolation=cv2.INTER_AREA), np.float32)
    colour = cv2.resize(thumbnail, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
    front, front_variance = _summary(colour, np.greater(coarse, 1 - _SURE).astype(np.float32))
    back, back_variance = _summary(colour, np.less(coarse, _SURE).astype(np.float32))
    variance = (coarse * front_variance + (1 - coarse) * back_variance) / 3 + _NOISE**2
    return np.dstack([front, variance]), np.dstack([back, _coarse_error(coarse) ** 2])


def _most_probable(colour: Pixels, coarse: Map, front: Map, back: Map) -> tuple[Map, Map]:
    """The coverage of N pixels from their (N, 3) colours, (N,) coarse coverages and (N, 4) surroundings.

    With d = F − B, s² the samples' variance and t the coarse matte's standard error, the posterior is
    highest at a = (coarse / t² + (I − B)·d / s²) / (1 / t² + d·d / s²). How far the pixel then lies from
    the line between F and B shows how well the two explain it, so that distance joins s² and a is found
    again; otherwise a red beak between a black head and a grey wall would count as half of each.

    Returns:
        (N,) coverage; (N,) its precision, 1 / t² + d·d / s².
    """
    apart, offset = front[:, :3] - back[:, :3], colour - back[:, :3]
    along, length = (offset * apart).sum(axis=1), (apart * apart).sum(axis=1)
    variance, error = front[:, 3], back[:, 3]
    coverage = _posterior(coarse, along, length, error / variance)
    unexplained = offset - coverage[:, None] * apart
    variance = variance + (unexplained * unexplained).sum(axis=1) / 3
    precision = length / variance + 1 / np.maximum(error, np.float32(_LEAST_ERROR))
    return _posterior(coarse, along, length, error / variance), precision


def _posterior(coarse: Map, along: Map, length: Map, trust: Map) -> Map:
    """The mode above, with trust = t² / s², multiplied through by t²."""
    return np.asarray(np.clip((coarse + trust * along) / (1 + trust * length), 0, 1), np.float32)


def _coarse_error(coarse: Map) -> Map:
    """Standard error of the coarse coverage, falling with the distance from the outline."""
    body = np.greater(coarse, 0.5).view(np.uint8)
    distance = cv2.distanceTransform(body, cv2.DIST_L2, 3) + cv2.distanceTransform(1 - body, cv2.DIST_L2, 3)
    # Where there is no outline at all, OpenCV gives the largest float.
    distance = np.minimum(distance, max(_GRID))
    return np.asarray(_TRUST * np.exp(-((distance / _TRUST_REACH) ** 2)), np.float32)


def _summary(colour: Map, weight: Map) -> tuple[Map, Map]:
    """Mean colour (h, w, 3) and summed channel variance (h, w) of the weighted samples around each pixel."""
    moments = np.dstack([colour * weight[..., None], (colour * colour).sum(axis=2) * weight])
    far, near = (_normalised(moments, weight, radius) for radius in _RADII)
    share = np.clip(cv2.blur(weight, (2 * _RADII[1] + 1,) * 2) / _ENOUGH, 0, 1)[..., None]
    blended = far + (near - far) * share
    mean = blended[..., :3]
    return mean, np.maximum(blended[..., 3] - (mean * mean).sum(axis=2), 0)


def _normalised(moments: Map, weight: Map, radius: int) -> Map:
    window = (2 * radius + 1, 2 * radius + 1)
    total = cv2.blur(weight, window)[..., None] + np.float32(1e-6)
    return np.asarray(cv2.blur(moments, window) / total, np.float32)
