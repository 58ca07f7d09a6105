"""Bytes of a photo to pixels: any bytes give a Photo or an error for the caller.

What strangers sent is decoded by `decoder`, which runs this in a process of its own.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from backcloth.domain.media import MediaType, sniff
from backcloth.errors import InvalidRequest, TooLarge, UnsupportedMedia
from backcloth.imaging.premultiplied import straightened
from backcloth.imaging.profile import to_srgb
from backcloth.imaging.tagging import profile_of
from backcloth.imaging.webp import canvas_size

Pixels = npt.NDArray[np.uint8]

OnHeader = Callable[[int, int], None]
"""Told width and height once the header has been read: before they are judged, before a pixel is decoded."""

# Every picture is held to `max_pixels` below, from its header. Pillow's own cap answers through the
# process-wide warning filters, which threads cannot change safely, and would refuse larger allowances.
Image.MAX_IMAGE_PIXELS = None

_ORIENTATION_TAG = 0x0112

_BIT_DEPTH_OFFSET = 24
"""The bit depth's place in a PNG file: after the signature and IHDR's length, name, width and height."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A decoded picture, upright.

    Attributes:
        picture: (H, W, 3) uint8 sRGB, not multiplied by alpha.
        alpha: (H, W) uint8, or None where the file is opaque everywhere.
    """

    picture: Pixels
    alpha: Pixels | None = None


def decode(
    data: bytes, *, parameter: str, max_pixels: int, on_header: OnHeader = lambda _width, _height: None
) -> Photo:
    """Decodes JPEG, PNG or WEBP, whatever its colour mode, depth, profile and orientation.

    Of an animation it is the first frame. Sixteen bits become eight (the upper ones), what the file says of
    its colours is applied, EXIF orientation is carried out, and transparency in any form (channel, palette,
    key colour) becomes `alpha`. Colours that were multiplied by alpha are divided again, see `premultiplied`.

    Args:
        data: The file.
        parameter: The request's parameter, for the error's sentence.
        max_pixels: Cap on width × height, checked from the header before any pixel is decoded.
        on_header: Told the file's width and height.

    Raises:
        UnsupportedMedia: the bytes are not JPEG, PNG or WEBP.
        TooLarge: more pixels than the cap.
        InvalidRequest: the file is damaged or cut short.
        MemoryError: there is too little of it.
    """
    media = sniff(data[:12])
    if media is None:
        raise unsupported(parameter)

    def judge(size: tuple[int, int]) -> None:
        on_header(*size)
        if size[0] * size[1] > max_pixels:
            raise too_many_pixels(parameter, size, max_pixels)

    if media is MediaType.WEBP and (canvas := canvas_size(data)):
        judge(canvas)
    try:
        # Pillow's JPEG reader also opens MPO, a JPEG with further pictures behind the first.
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            judge(image.size)
            image.load()
            photo = _convert(image, _sample_depth(data, media))
            orientation = _orientation(image)
    except (TooLarge, MemoryError):
        raise
    except Exception as error:  # decoders raise nearly anything on hostile bytes, none of it our fault
        raise damaged(parameter) from error
    alpha = None if photo.alpha is None else _upright(photo.alpha, orientation)
    return Photo(_upright(photo.picture, orientation), alpha)


def unsupported(parameter: str) -> UnsupportedMedia:
    """The refusal of what is no picture, or one in another format."""
    return UnsupportedMedia(f"{parameter}: only JPEG, PNG and WEBP pictures are accepted")


def damaged(parameter: str) -> InvalidRequest:
    """The refusal of a file that cannot be decoded."""
    return InvalidRequest(f"{parameter}: the picture is damaged or cut short")


def too_many_pixels(parameter: str, size: tuple[int, int], max_pixels: int) -> TooLarge:
    """The refusal of a picture of that (width, height)."""
    return TooLarge(f"{parameter}: {size[0]} × {size[1]} pixels is over the limit of {max_pixels:,} pixels")


def _sample_depth(data: bytes, media: MediaType) -> int:
    return data[_BIT_DEPTH_OFFSET] if media is MediaType.PNG else 8


def _convert(image: Image.Image, depth: int) -> Photo:
    profile = profile_of(image)
    if image.mode.startswith("I;16"):
        return _from_deep_grey(image, profile)
    if image.mode == "CMYK":
        return Photo(to_srgb(image, profile))
    if image.mode in ("P", "PA"):
        # A palette's transparency is a table or one index; Pillow's conversion knows both.
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    alpha = _alpha(image, depth)
    if alpha is not None and alpha.min() == 255:
        alpha = None
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode in ("1", "LA") else "RGB")
    if alpha is not None:
        image = Image.fromarray(straightened(np.asarray(image), alpha))
    return Photo(to_srgb(image, profile), alpha)


def _from_deep_grey(image: Image.Image, profile: bytes | None) -> Photo:
    """16-bit grey by hand: Pillow's own conversion clips at 255 instead of scaling by 257."""
    samples = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((samples + 128) // 257).astype(np.uint8))
    key = image.info.get("transparency")
    alpha = _keyed_out(samples == key) if isinstance(key, int) else None
    return Photo(to_srgb(grey, profile), alpha)


def _alpha(image: Image.Image, depth: int) -> Pixels | None:
    if image.mode in ("RGBA", "LA"):
        return np.asarray(image.getchannel("A"))
    key = image.info.get("transparency")
    if isinstance(key, int):
        # The key is in the file's own samples: Pillow widened 2 and 4 bits to 8, but the key only for 1 bit.
        widened = key if depth == 1 else key * 255 // (2**depth - 1)
        return _keyed_out(np.asarray(image.convert("L")) == widened)
    if isinstance(key, tuple):
        # Pillow keeps the high byte of 16-bit colour, so the key is compared by its high byte too.
        scaled = np.array(key) >> 8 if depth == 16 else np.array(key)
        return _keyed_out((np.asarray(image) == scaled).all(axis=2))
    return None


def _keyed_out(transparent: npt.NDArray[np.bool_]) -> Pixels | None:
    if not transparent.any():
        return None
    return np.where(transparent, np.uint8(0), np.uint8(255))


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 where the tag is missing or nonsense."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - broken metadata of any kind must not cost a good picture
        return 1
    return value if value in range(1, 9) else 1


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Carries out an EXIF orientation (CIPA DC-008, tag 274)."""
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
