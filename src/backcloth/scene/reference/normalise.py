"""Levels, white balance and exposure of a reference, as one curve for each channel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.geometry import shrunk
from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.tone import encoded, linear

Pixels = npt.NDArray[np.uint8]

_WORK = 256
"""Longest side of the picture that is measured."""

_DARKEST, _BRIGHTEST = 14.0, 244.0
"""8-bit luma that a picture's darkest and brightest half per cent are brought towards, if they lie inside."""

_LEVELS = 0.6
"""Share of that way that is gone: a misty morning stays one."""

_MOST_SHIFT, _STRETCH = 14.0, 1.18
"""Neither end moves further, in 8-bit steps, and contrast rises by no more: night stays night."""

_GREY = 11.0
"""Lab chroma below which a pixel may show something grey."""

_LEAST_GREY = 0.04
"""Share of such pixels from which their cast says something about the light."""

_NEUTRAL, _TOWARDS, _MOST = 0.6, 0.3, 5.0
"""Share of the reference's own cast that is taken out, of the photo's that is put in, and the most of both,
in Lab. The cast of a sunset is beyond what counts as grey and stays."""

_EXPOSURE, _MOST_EXPOSURE = 0.15, 1.12
"""Power of the ratio of both pictures' brightness by which the plate follows the photo, and the limit."""


def normalised(reference: Pixels, photo: Pixels) -> Pixels:
    """The reference with its levels, white balance and, mildly, its exposure set for the photo's subject.

    The subject is never changed; the plate follows it a little.

    Args:
        reference: (H, W, 3) uint8 sRGB.
        photo: (h, w, 3) uint8 sRGB, whose light the plate follows.
    """
    seen, beside = _small(reference), _small(photo)
    low, gain = _levels(seen)
    steps = (np.arange(256, dtype=np.float32) - low) * gain
    light = linear(np.clip(steps, 0.0, 255.0) / np.float32(255))
    curve = encoded(np.clip(light[:, None] * _balance(seen, beside) * _exposure(seen, beside), 0.0, 1.0))
    table = np.rint(curve * 255.0).astype(np.uint8)
    return np.asarray(cv2.LUT(reference, table[None]), np.uint8)


def _small(picture: Pixels) -> Pixels:
    size = shrunk(picture.shape[1], picture.shape[0], _WORK)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _levels(seen: Pixels) -> tuple[float, float]:
    """(what is subtracted, what is multiplied by) in 8-bit steps."""
    luma = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    dark, bright = (float(np.percentile(luma, end)) for end in (0.5, 99.5))
    low = dark - min(_LEVELS * max(dark - _DARKEST, 0.0), _MOST_SHIFT)
    high = bright + min(_LEVELS * max(_BRIGHTEST - bright, 0.0), _MOST_SHIFT)
    gain = min(_STRETCH, (high - low) / max(bright - dark, 1.0))
    return dark - low / gain, gain


def _cast(seen: Pixels) -> Field:
    """(2,) Lab a and b that grey things have in a picture; 0 where too few are grey to tell."""
    lab = cv2.cvtColor(seen.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    grey = (np.hypot(lab[:, 1], lab[:, 2]) < _GREY) & (lab[:, 0] > 25) & (lab[:, 0] < 95)
    if grey.mean() < _LEAST_GREY:
        return np.zeros(2, np.float32)
    return np.asarray(np.median(lab[grey, 1:], axis=0), np.float32)


def _balance(seen: Pixels, beside: Pixels) -> Field:
    """(3,) gains on linear light that change the cast of grey by what is wanted, not its brightness."""
    change = _TOWARDS * _cast(beside) - _NEUTRAL * _cast(seen)
    change *= min(1.0, _MOST / max(float(np.hypot(*change)), 1e-6))
    grey = np.asarray([[[60.0, change[0], change[1]]]], np.float32)
    tinted = linear(as_field(np.clip(cv2.cvtColor(grey, cv2.COLOR_LAB2RGB), 0.0, 1.0)))[0, 0]
    return np.asarray(tinted / (tinted @ np.asarray([0.2126, 0.7152, 0.0722], np.float32)), np.float32)


def _exposure(seen: Pixels, beside: Pixels) -> float:
    mine, its = (
        max(float(np.median(linear(each.astype(np.float32) / 255.0))), 1e-3) for each in (seen, beside)
    )
    return float(np.clip((its / mine) ** _EXPOSURE, 1 / _MOST_EXPOSURE, _MOST_EXPOSURE))
