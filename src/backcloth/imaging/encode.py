"""Pixels to PNG bytes."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import numpy.typing as npt

_SETTINGS = (
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP),
    *(cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
)
# Run lengths are all that filtered photos repeat. Of five 1 MP photos each, cut-outs over a flat colour took
# 20 ms and 642 KiB, whole photos 33 ms and 1265 KiB. Looking for matches further back at the same level took
# 25 and 40 ms for 708 and 1227 KiB; the Paeth filter took 30 and 43 ms for 586 and 1191 KiB.

_END_OF_HEADER = 8 + 25
"""PNG signature and the IHDR chunk."""

_XMP = b"XML:com.adobe.xmp\0" + b"\0\0" + b"\0" + b"\0"
"""Keyword, not compressed, no language, no translation: how PNG carries XMP (XMP specification, part 3)."""


def encode_png(picture: npt.NDArray[np.uint8], xmp: bytes = b"") -> bytes:
    """Encodes an (H, W, 3) or (H, W, 4) uint8 sRGB picture, alpha straight, as a PNG marked as sRGB.

    The same pixels and the same packet always give the same bytes, and the file says nothing else.

    Args:
        picture: The pixels.
        xmp: An XMP packet in UTF-8 to carry; without one the file has none.

    Raises:
        ValueError: not such an array.
    """
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or picture.dtype != np.uint8:
        raise ValueError(f"not an RGB or RGBA picture: {picture.shape} {picture.dtype}")
    swap = cv2.COLOR_RGB2BGR if picture.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    _, encoded = cv2.imencode(".png", cv2.cvtColor(picture, swap), _SETTINGS)
    png = encoded.tobytes()
    more = _chunk(b"sRGB", b"\x00")
    if xmp:
        more += _chunk(b"iTXt", _XMP + xmp)
    return png[:_END_OF_HEADER] + more + png[_END_OF_HEADER:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk (PNG specification, third edition, 5.3)."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
