"""How large a WEBP says it is, for before it is opened: libwebp then takes memory for its canvas twice."""

from __future__ import annotations


def canvas_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) by the first chunk of a WEBP file (RFC 9649, 2.5 to 2.7); None where it says none.

    Args:
        data: The file, at least its first 30 bytes.
    """
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        sides = int.from_bytes(body[1:5], "little")
        return 1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return (
            int.from_bytes(body[6:8], "little") & 0x3FFF,
            int.from_bytes(body[8:10], "little") & 0x3FFF,
        )
    return None
