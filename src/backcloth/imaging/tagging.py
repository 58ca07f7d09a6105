"""What a file says about the meaning of its colours, as an ICC profile.

The first of these that is there counts: an embedded profile; PNG's sRGB chunk; PNG's gAMA and cHRM chunks;
the mark "R03" that cameras leave in EXIF on Adobe RGB pictures without a profile (DCF 2.0, "DCF optional
colour space"). docs/colour.md states the policy.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
from PIL import Image

Chromaticities = tuple[float, ...]
"""x and y of white, red, green and blue, in this order."""

_SRGB: Chromaticities = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_ADOBE_RGB: Chromaticities = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
_ADOBE_RGB_GAMMA = 563 / 256

_SRGB_GAMMA, _GAMMA_TOLERANCE = 2.2, 0.03
"""A gAMA this near to 2.2 stands for sRGB's own curve: it is what the PNG specification has writers of sRGB
pictures say."""

_PRIMARIES_TOLERANCE = 0.002

_GAMMAS = (0.5, 5.0)
"""Exponents beyond these come from broken files."""

_INTEROPERABILITY, _INDEX = 0xA005, 1

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def profile_of(image: Image.Image) -> bytes | None:
    """The ICC profile of a loaded image: its own, or one that says what the file says in other words.

    None where the file says nothing, says sRGB, or cannot be understood.
    """
    embedded = image.info.get("icc_profile")
    if embedded or "srgb" in image.info or image.mode == "CMYK":
        return embedded or None
    grey = image.mode in ("1", "L", "LA") or image.mode.startswith("I;16")
    if "gamma" in image.info or "chromaticity" in image.info:
        return _from_chunks(image.info.get("gamma"), image.info.get("chromaticity"), grey=grey)
    if not grey and _is_adobe_rgb(image):
        return _display_profile(_ADOBE_RGB, _ADOBE_RGB_GAMMA)
    return None


def _from_chunks(
    encoding: float | None, chromaticities: Chromaticities | None, *, grey: bool
) -> bytes | None:
    """From gAMA, the exponent that the pixels were written with, and cHRM."""
    gamma = 1 / encoding if encoding else _SRGB_GAMMA
    if not _GAMMAS[0] <= gamma <= _GAMMAS[1]:
        return None
    curve = None if abs(gamma - _SRGB_GAMMA) <= _GAMMA_TOLERANCE else gamma
    points = _SRGB if chromaticities is None or grey else chromaticities
    if curve is None and np.allclose(points, _SRGB, atol=_PRIMARIES_TOLERANCE):
        return None
    if grey:
        return _profile(b"GRAY", {b"wtpt": _xyz(_D50), b"kTRC": _curve(curve)})
    return _display_profile(points, curve)


def _is_adobe_rgb(image: Image.Image) -> bool:
    try:
        return image.getexif().get_ifd(_INTEROPERABILITY).get(_INDEX) == "R03"
    except Exception:  # noqa: BLE001  # broken metadata of any kind must not cost a good picture
        return False


def _display_profile(points: Chromaticities, gamma: float | None) -> bytes | None:
    """A profile with these primaries; None where they span no colours."""
    try:
        columns = _primaries_at_d50(points)
    except (ZeroDivisionError, np.linalg.LinAlgError):
        return None
    if not np.abs(columns).max() < 2:
        return None
    tags = {name: _curve(gamma) for name in (b"rTRC", b"gTRC", b"bTRC")}
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns.T, strict=True):
        tags[name] = _xyz(column.tolist())
    return _profile(b"RGB ", {**tags, b"wtpt": _xyz(_D50)})


def _primaries_at_d50(points: Chromaticities) -> npt.NDArray[np.float64]:
    """(3, 3): XYZ of red, green and blue as columns, under D50 by Bradford's method (ICC.1:2010, annex E)."""
    white, *primaries = (
        np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in zip(points[::2], points[1::2], strict=True)
    )
    columns = np.stack(primaries, axis=1)
    columns = columns * np.linalg.solve(columns, white)
    cones = (_BRADFORD @ np.array(_D50)) / (_BRADFORD @ white)
    return np.asarray(np.linalg.inv(_BRADFORD) @ (cones[:, None] * _BRADFORD) @ columns)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC display profile (ICC.1:2010, clause 7)."""
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"", 0x04200000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + _fixed(*_D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _curve(gamma: float | None) -> bytes:
    """A parametric curve: a power, or sRGB's (IEC 61966-2-1) for None."""
    if gamma is None:
        return b"para\0\0\0\0\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0\0\0\0\0" + _fixed(gamma)


def _xyz(numbers: tuple[float, ...] | list[float]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*numbers)


def _fixed(*numbers: float) -> bytes:
    """ICC's s15Fixed16 numbers."""
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)
