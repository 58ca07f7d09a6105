"""Colour profiles: whatever a file's numbers mean, as sRGB."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

Pixels = npt.NDArray[np.uint8]

_SRGB = ImageCms.createProfile("sRGB")

_PROBE = Image.fromarray(
    np.stack(np.meshgrid(*[np.arange(0, 256, 17, dtype=np.uint8)] * 3, indexing="ij"), axis=-1).reshape(
        64, 64, 3
    )
)
"""Colours from all over the cube, to tell whether a profile is sRGB under another name."""


def to_srgb(image: Image.Image, profile: bytes | None) -> Pixels:
    """The (H, W, 3) uint8 sRGB pixels of an L, RGB or CMYK image.

    Without a profile, or with one that is broken or belongs to another colour mode, L and RGB count as
    sRGB, and CMYK is converted as ink over white, channel by channel. The rendering intent is relative
    colorimetric with black point compensation: white becomes white, the darkest ink becomes black, colours
    in between keep their looks, and those outside sRGB are clipped to it. A profile within one step of sRGB
    is left alone, so that pixels stay as they are in the file.
    """
    converted = _through_profile(image, profile) if profile else None
    if converted is None:
        converted = image if image.mode == "RGB" else image.convert("RGB")
    return np.array(converted)


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(
            source,
            _SRGB,
            image.mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if image.mode == "RGB" and _changes_nothing(transform):
        return None
    return ImageCms.applyTransform(image, transform)


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    probed = np.asarray(ImageCms.applyTransform(_PROBE, transform), np.int16)
    return bool(np.abs(probed - np.asarray(_PROBE, np.int16)).max() <= 1)
