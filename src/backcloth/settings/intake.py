"""What a request and its pictures may cost on their way in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from backcloth.settings.values import MIB, Group, Network


class BodySettings(Group):
    """What one request body may cost."""

    max_bytes: int = Field(32 * MIB, ge=1024)
    """A 24 MP photo as base64 JPEG is about 12 MiB; four bodies of 50 MiB cost half a gigabyte."""
    drain_bytes: int = Field(16 * MIB, ge=0)
    """Read and thrown away after a 413, so that clients that write before they read get the answer."""
    in_flight_bytes: int = Field(256 * MIB, ge=1024, validate_default=True)
    """Declared bytes of all bodies being read at once; more is a 503."""
    timeout_s: float = Field(60.0, gt=0)
    """A slower body is a 408."""

    @field_validator("in_flight_bytes")
    @classmethod
    def _one_body_fits(cls, value: int, others: ValidationInfo) -> int:
        if value < others.data.get("max_bytes", 0):
            raise ValueError("must not be less than max_bytes, or large bodies would never fit")
        return value


class FetchSettings(Group):
    """How pictures are fetched from URLs."""

    allow: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks that may be dialled although they are not public, on any port. Comma-separated."""
    max_bytes: int = Field(32 * MIB, ge=1024)
    timeout_s: float = Field(15.0, gt=0)
    """For the whole download; it has to fit into the sync deadline."""
    connect_s: float = Field(5.0, gt=0)
    redirects: int = Field(3, ge=0, le=10)

    @field_validator("allow", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            parts = value.strip("[] ").replace('"', "").split(",")
            return tuple(part.strip() for part in parts if part.strip())
        return value


class ImageSettings(Group):
    """What one picture may be."""

    max_pixels: int = Field(50_000_000, ge=1)
    """Checked in the file's header before any pixel is decoded. A 50 MP job with `original_quality` peaks at
    1.3 GB; without, far less."""
    max_references: int = Field(8, ge=1)
    decode_s: float = Field(1.5, gt=0)
    """CPU seconds that decoding any file may take; more is a 413. Good small files need a tenth of that."""
    decode_megapixel_s: float = Field(0.2, ge=0)
    """CPU seconds more for each megapixel of the header: twice what the costliest kind of file took."""
    decode_bytes: int = Field(256 * MIB, ge=192 * MIB)
    """Address space of the process that decodes, besides file and pixels. It begins with 110 MiB, and what
    files carry beside their pixels has to fit too."""
    decode_pixel_bytes: int = Field(32, ge=4)
    """Address space more for each pixel of the header: the costliest kind of file took 24."""
