"""First arrow: from stored bytes or URLs to decoded pictures at the size of the canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backcloth.domain.request import Remote, ReplaceBackground, Source
from backcloth.imaging.decode import Photo
from backcloth.imaging.geometry import canvas_size, resize_picture, resize_premultiplied
from backcloth.pipeline.engines import Engines


@dataclass(frozen=True, slots=True)
class Inputs:
    """The photo at canvas size, and the references at their own."""

    photo: Photo
    references: tuple[Photo, ...]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the canvas."""
        height, width = self.photo.picture.shape[:2]
        return width, height


def load(request: ReplaceBackground, engines: Engines) -> Inputs:
    """Fetches and decodes every picture of the request.

    Raises:
        ImageNotFound, DownloadFailed, TooLarge, UnsupportedMedia, InvalidRequest, Unavailable: naming the
            parameter.
    """
    photo = load_photo(request.image, engines, original=request.original_quality)
    height, width = photo.picture.shape[:2]
    references = tuple(
        _no_larger_than_needed(_decoded(source, f"ref_images[{index}]", engines), (width, height))
        for index, source in enumerate(request.references)
    )
    return Inputs(photo, references)


def load_photo(source: Source, engines: Engines, *, original: bool) -> Photo:
    """Fetches and decodes the photo, at its own size with `original`, else scaled to one megapixel.

    Raises:
        ImageNotFound, DownloadFailed, TooLarge, UnsupportedMedia, InvalidRequest, Unavailable: naming
            `image`.
    """
    photo = _decoded(source, "image", engines)
    height, width = photo.picture.shape[:2]
    return _fitted(photo, canvas_size(width, height, original=original))


def _decoded(source: Source, parameter: str, engines: Engines) -> Photo:
    if isinstance(source, Remote):
        data = engines.fetcher.fetch(source.url, parameter=parameter)
    else:
        data = engines.store.get(source.key)
    return engines.decoder.decode(data, parameter=parameter)


def _no_larger_than_needed(reference: Photo, canvas: tuple[int, int]) -> Photo:
    """Shrunk until it just covers the canvas: eight references of 50 MP would need more than a gigabyte."""
    height, width = reference.picture.shape[:2]
    scale = max(canvas[0] / width, canvas[1] / height)
    if scale >= 1:
        return reference
    return _fitted(reference, (max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))))


def _fitted(photo: Photo, size: tuple[int, int]) -> Photo:
    if photo.alpha is None:
        return Photo(resize_picture(photo.picture, size), None)
    return Photo(*resize_premultiplied(photo.picture, photo.alpha, size))
