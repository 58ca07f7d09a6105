"""The one photo that every request of a run carries."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps

SIZE = (1365, 768)
"""One megapixel, so that neither server has to scale it and both answer with as many pixels."""
MEGAPIXELS = SIZE[0] * SIZE[1] / 1e6


def jpeg(path: Path) -> bytes:
    """The photo at `path`, cropped to the middle and scaled to SIZE, as a JPEG of quality 90."""
    with Image.open(path) as photo:
        cropped = ImageOps.fit(ImageOps.exif_transpose(photo).convert("RGB"), SIZE, Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    cropped.save(encoded, "JPEG", quality=90)
    return encoded.getvalue()
