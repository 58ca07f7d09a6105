"""Pictures made here, so that no test needs a file."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw


def subject_picture(width: int = 320, height: int = 240, *, background: str = "#e8e4dc") -> Image.Image:
    """A dark, structured bottle-like shape on a plain ground: an easy subject."""
    image = Image.new("RGB", (width, height), background)
    draw = ImageDraw.Draw(image)
    left, right, top, bottom = width * 0.36, width * 0.64, height * 0.32, height * 0.9
    draw.rounded_rectangle((left, top, right, bottom), radius=width * 0.05, fill="#7a1f2b")
    draw.rectangle((width * 0.45, height * 0.12, width * 0.55, top), fill="#4d1019")
    draw.rectangle((left, height * 0.5, right, height * 0.72), fill="#f2e6c8")
    draw.ellipse((width * 0.46, height * 0.55, width * 0.54, height * 0.67), fill="#1c3d5a")
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture's file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
