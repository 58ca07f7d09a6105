"""Files whose colours were multiplied by their alpha, although PNG and WEBP store them straight.

Some exporters write such files, and read as straight they have a dark rim. Nothing in the file says so, so
the pixels have to, and only beyond doubt:

1. Multiplied colours never exceed their alpha, and are black where it is 0.
2. Divided by alpha, the soft pixels come much nearer to the opaque colours beside them.

The second keeps dark subjects as they are: their soft pixels resemble what they border on already, and
dividing would brighten them. A picture without opaque pixels near its soft ones counts as straight.
"""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_TELLING_ALPHA, _LEAST_COLOUR = (24, 200), 4
"""Of 255: below these, dividing multiplies rounding errors or changes nothing; above, it changes little."""

_FEWEST = 32
"""Soft pixels beside opaque ones that a verdict needs."""

_NEARER, _LEAST_GAIN = 0.75, 6.0
"""Dividing has to leave at most this share of the median distance from the opaque colours, and to take at
least this much of 255. Of cut-outs of 39 photos with true mattes, 32 were found when stored multiplied;
stored straight, at full, a third and an eighth of their brightness, all 117 stayed."""

_WORKING_AREA = 512 * 512
_REACH = 0.1
"""Side of the neighbourhood as a share of the root of the picture's area."""


def straightened(samples: Pixels, alpha: Pixels) -> Pixels:
    """Straight colours: divided by alpha where the file has beyond doubt multiplied ones, else as they are.

    Args:
        samples: (H, W, 3) uint8, or (H, W) grey, in the file's own colour space.
        alpha: (H, W) uint8 coverage.

    Returns:
        An array like `samples`; `samples` itself where nothing was to be done.
    """
    colours = samples.reshape(*alpha.shape, -1)
    strongest = reduce(np.maximum, _planes(colours))
    if (strongest > alpha).any():
        return samples
    low, high = _TELLING_ALPHA
    telling = np.nonzero((alpha >= low) & (alpha <= high) & (strongest >= _LEAST_COLOUR))
    if len(telling[0]) < _FEWEST or not _lie_nearer_divided(colours, alpha, *telling):
        return samples
    soft = np.flatnonzero((alpha.reshape(-1) - np.uint8(1)) < 254)
    straight = colours.reshape(alpha.size, -1).copy()
    straight[soft] = np.rint(_divided(straight[soft], alpha.reshape(-1)[soft]))
    return straight.reshape(samples.shape)


def _lie_nearer_divided(
    samples: Pixels, alpha: Pixels, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> bool:
    """Whether dividing brings the (N,) places nearer to the opaque colours around them."""
    beside, known = _opaque_colours(samples, alpha, rows, columns)
    if np.count_nonzero(known) < _FEWEST:
        return False
    colour, coverage = samples[rows, columns][known], alpha[rows, columns][known]
    as_it_is = np.median(np.abs(colour - beside[known]).max(axis=1))
    divided = np.median(np.abs(_divided(colour, coverage) - beside[known]).max(axis=1))
    return bool(divided <= _NEARER * as_it_is and as_it_is - divided >= _LEAST_GAIN)


def _opaque_colours(
    samples: Pixels, alpha: Pixels, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> tuple[Map, npt.NDArray[np.bool_]]:
    """(N, C) mean colour of the opaque pixels around each place, and (N,) whether there are any."""
    height, width = alpha.shape
    scale = min(1.0, math.sqrt(_WORKING_AREA / (width * height)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    reach = max(1, round(_REACH * math.sqrt(size[0] * size[1]) / 2))
    opaque = np.where(alpha == 255, np.uint8(255), np.uint8(0))
    planes = (plane & opaque for plane in _planes(samples))
    share, *colours = (
        _blurred(np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BOX)), reach)
        for plane in (opaque, *planes)
    )
    at = (rows * size[1] // height, columns * size[0] // width)
    found = share[at]
    total = np.stack([colour[at] for colour in colours], axis=-1)
    return np.asarray(total * 255 / np.maximum(found, np.float32(1))[:, None], np.float32), found >= 1


def _planes(samples: Pixels) -> list[Pixels]:
    """The channels of (H, W, C), each (H, W) and contiguous."""
    return [np.ascontiguousarray(samples[..., channel]) for channel in range(samples.shape[2])]


def _blurred(plane: Pixels, reach: int) -> Map:
    """Mean over a square of `reach` pixels to every side, mirrored beyond the border.

    By numpy: whatever reads the files of strangers (`decode_child`) is kept free of what it can do without.
    """
    side = 2 * reach + 1
    sums = np.pad(plane.astype(np.int64), reach, mode="reflect")
    for _ in range(2):
        total = np.cumsum(sums, axis=0)
        total[side:] -= total[:-side].copy()
        sums = total[side - 1 :].T
    return np.asarray(sums / side**2, np.float32)


def _divided(colour: Pixels, alpha: Pixels) -> Map:
    """(N, C) colours by (N,) alpha above 0; none exceeds 255 where none exceeded its alpha."""
    return np.asarray(colour.astype(np.float32) * np.float32(255) / alpha[:, None], np.float32)
