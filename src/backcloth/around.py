"""The composition root's part for decoding, and for the operator's file of engines."""

from __future__ import annotations

from backcloth.imaging.decode_wire import Limits
from backcloth.imaging.decoder import Decoder
from backcloth.scene.registry import Around
from backcloth.settings import ImageSettings, Settings


def limits_of_decoding(settings: ImageSettings) -> Limits:
    """What decoding one picture may cost."""
    return Limits(
        settings.max_pixels,
        settings.decode_s,
        settings.decode_megapixel_s,
        settings.decode_bytes,
        settings.decode_pixel_bytes,
    )


def around_of(settings: Settings, decoder: Decoder, *, paints: bool = True) -> Around | None:
    """The operator's file of engines, and what it is read with."""
    if settings.engines is None:
        return None
    return Around(settings.engines, decoder, settings.cutout.models_dir, paints=paints)
