"""Which of the accepted picture formats some bytes are, by their first bytes."""

from __future__ import annotations

import enum


class MediaType(enum.StrEnum):
    """The accepted picture formats, by their MIME types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


def sniff(head: bytes) -> MediaType | None:
    """The format by signature; None for anything else. Twelve bytes are enough."""
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaType.WEBP
    return None
