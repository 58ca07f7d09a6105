"""Moves a coarse matte's outline to where the colours on either side say that it is.

Networks see a photo in 320 pixels and place an outline some of them off. How often each colour occurs in the
sure subject and in the sure background nearby tells the sides apart far beyond a single mean colour each:
counts over place and colour together, blurred in both, and compared by their logarithms (Bayes' rule with
the coarse matte as the prior). They are asked near the outline and where the network is undecided, nowhere
else, and again with the outline that they gave. They fill no opening that a network shows for sure. Colours
know the outline finer than the network, so they are asked in more pixels than its map has.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.spec import squeezed

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]
Cells = npt.NDArray[np.intp]

_SIDE = 320
"""Size of the grid of samples."""

_LEAST_SIDE = 640
"""Size from which pixels are weighed against the samples; coarser mattes are enlarged to it. Of `floor`'s
composite error 320 leave 1 % more, 960 0.3 % less."""

_PLACES, _SHADES = 16, 12
"""Cells on each side of the frame and on each axis of Lab. 8 and 24 places, or 7 and 16 shades, score within
half a percent."""

_BLURS = (2, 2, 1, 1, 1)
"""How often the counts are blurred by 1 2 1 along rows, columns, L, a and b."""

_SURE = 0.8
"""Samples of a side have more than this of it, and count by how much more."""

_RARE = 3e-3
"""Share of a side's samples that a colour has at the least: one that neither side shows says nothing."""

_WEIGHT = 0.4
"""Of the logarithms. Neighbouring pixels repeat each other, so their colours are worth less than they say."""

_ROUNDS = 3

_REACH = 6 / 320
"""Share of the side over which the colours' say fades with the distance from the outline."""

_LEAST_SAY = 0.02
"""Below it nobody is asked."""

_SMOOTH = 0.7
"""Standard deviation of the blur of what the colours say, in pixels of the matte. Without it they draw the
outline in steps of those pixels, which shows on a bottle."""

_DOUBT = 0.01
"""A coarse matte of 0 or 1 is wrong this often."""

_CHROMA = (64, 128)
"""The first and the number of OpenCV's a and b that the cells divide; those beyond are in the last cells."""


def weigh_colours(coarse: Map, picture: Pixels, openings: npt.NDArray[np.bool_]) -> Map:
    """A coarse matte with the outline where the colours change.

    Args:
        coarse: (h, w) float32 coverage 0..1.
        picture: (H, W, 3) uint8 sRGB, the photo.
        openings: (h, w) where coverage may not rise, see the module of that name.

    Returns:
        float32 coverage 0..1, (h, w) or _LEAST_SIDE where that is more.
    """
    if not coarse.any():
        return coarse
    size = (max(_LEAST_SIDE, coarse.shape[1]), max(_LEAST_SIDE, coarse.shape[0]))
    thumbnail = squeezed(picture, size)
    cells, samples = _cells(thumbnail), _cells(squeezed(thumbnail, (_SIDE, _SIDE)))
    coarse = np.clip(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), 0, 1)
    closed = cv2.resize(openings.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).reshape(-1) == 0
    for _ in range(_ROUNDS):
        sampled = np.asarray(cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)
        say = cv2.resize(_say(sampled), size, interpolation=cv2.INTER_LINEAR).reshape(-1)
        asked = np.flatnonzero(say > _LEAST_SAY)
        difference = _compared(samples, sampled)[cells].reshape(coarse.shape)
        evidence = cv2.GaussianBlur(difference, (0, 0), _SMOOTH).reshape(-1)[asked] * say[asked]
        evidence = np.where(closed[asked], evidence, np.minimum(evidence, 0))
        flat = coarse.reshape(-1)
        flat[asked] = _updated(flat[asked], np.float32(_WEIGHT) * evidence)
    return np.asarray(coarse, np.float32)


def tell(coarse: Map, picture: Pixels) -> Map:
    """What the colours around each place say of it.

    Args:
        coarse: (h, w) float32 coverage 0..1.
        picture: (H, W, 3) uint8 sRGB, the photo.

    Returns:
        (_SIDE, _SIDE) float32, the logarithm of how much likelier each colour is in the subject than in the
        background: below 0 it is the background's.
    """
    samples = _cells(squeezed(picture, (_SIDE, _SIDE)))
    sampled = np.asarray(cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(_compared(samples, sampled)[samples].reshape(_SIDE, _SIDE), np.float32)


def _compared(samples: Cells, sampled: Map) -> Map:
    """How much likelier each cell's colour is in the subject, by its logarithm."""
    subject, background = (_log_share(samples, side.reshape(-1)) for side in (sampled, 1 - sampled))
    return subject - background


def _cells(picture: Pixels) -> Cells:
    """(h · w,) the cell of place and colour that each pixel lies in."""
    height, width = picture.shape[:2]
    light, first, second = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB))
    down = (np.arange(height) * _PLACES // height)[:, None]
    across = np.arange(width) * _PLACES // width
    index = (down * _PLACES + across) * _SHADES + light.astype(np.intp) * _SHADES // 256
    for chroma in (first, second):
        lowest, count = _CHROMA
        shade = (chroma.astype(np.intp) - lowest) * _SHADES // count
        index = index * _SHADES + np.clip(shade, 0, _SHADES - 1)
    return np.asarray(index.reshape(-1), np.intp)


def _log_share(cells: Cells, coverage: Map) -> Map:
    """The logarithm of each cell's colour's share among the samples of one side around the cell's place."""
    weight = np.maximum(coverage - _SURE, 0)
    shape = (_PLACES, _PLACES, _SHADES, _SHADES, _SHADES)
    counts = np.bincount(cells, weight, _PLACES**2 * _SHADES**3).astype(np.float32).reshape(shape)
    counts = _blurred(counts, _BLURS)
    nearby = counts.sum(axis=(2, 3, 4), keepdims=True)
    least = np.float32(1e-6)
    return np.asarray(np.log(counts / (nearby + least) + np.float32(_RARE)).reshape(-1), np.float32)


def _blurred(counts: Map, times: Sequence[int]) -> Map:
    """Blurs each axis so many times. By sums: a product of matrices would keep its library's memory."""
    for axis, often in enumerate(times):
        for _ in range(often):
            along = np.swapaxes(counts, 0, axis)
            blurred = along / np.float32(2)
            blurred[1:] += along[:-1] / np.float32(4)
            blurred[:-1] += along[1:] / np.float32(4)
            counts = np.swapaxes(blurred, 0, axis)
    return counts


def _say(coarse: Map) -> Map:
    """How much colours have to say at each pixel, 0..1: all on the outline and where coverage is a half."""
    body = np.greater(coarse, 0.5).view(np.uint8)
    distance = cv2.distanceTransform(body, cv2.DIST_L2, 5) + cv2.distanceTransform(1 - body, cv2.DIST_L2, 5)
    # Where there is no outline at all, OpenCV gives the largest float.
    reach = np.minimum(distance / (_REACH * max(coarse.shape)), 10)
    return np.asarray(np.maximum(np.exp(-(reach**2)), 4 * coarse * (1 - coarse)), np.float32)


def _updated(coarse: Map, evidence: Map) -> Map:
    prior = np.clip(coarse, _DOUBT, 1 - _DOUBT)
    odds = prior / (1 - prior) * np.exp(evidence)
    return np.asarray(np.clip((odds / (1 + odds) - _DOUBT) / (1 - 2 * _DOUBT), 0, 1), np.float32)
