"""Where results are kept, and what they say of themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, ValidationInfo, field_validator

from backcloth.settings.values import Group, Place, bare_place


class StoreSettings(Group):
    """Where pictures are kept, and whose URLs lead to results; docs/operations.md compares the ways."""

    url: str = ""
    """`file:///…` or `s3://bucket/prefix`; empty is a folder in `data_dir`."""
    links: Literal["presigned", "service"] = "presigned"
    """For a bucket: URLs that the bucket answers, or URLs of this service, which then reads the bucket."""
    link_days: float = Field(7.0, gt=0, le=7)
    """Longest life of a presigned URL. S3 allows seven days; the picture's own retention ends it earlier."""
    public_endpoint: HttpUrl | None = None
    """Where clients reach the bucket, when that is not where this service does (`AWS_ENDPOINT_URL`)."""

    @field_validator("public_endpoint")
    @classmethod
    def _of_a_bucket(cls, value: HttpUrl | None, others: ValidationInfo) -> HttpUrl | None:
        if value and not others.data.get("url", "").startswith("s3://"):
            raise ValueError("is for a store of the form s3://bucket alone")
        return bare_place(value)


class ProvenanceSettings(Group):
    """Who signs what results say of their making; without a key they say it unsigned (docs/security.md)."""

    certificates: Path | None = None
    """PEM file: the signer's certificate, then those above it, without the root."""
    timestamp_url: Place = None
    """A time-stamp authority (RFC 3161), asked for every result; a result it does not answer for fails."""
    key: Path | None = Field(None, validate_default=True)
    """PEM file of the certificate's private key. The last knob, because it is checked beside the others."""

    @field_validator("key")
    @classmethod
    def _all_or_none(cls, value: Path | None, others: ValidationInfo) -> Path | None:
        given = others.data
        if bool(value) != bool(given.get("certificates")):
            raise ValueError("BACKCLOTH_PROVENANCE_CERTIFICATES and BACKCLOTH_PROVENANCE_KEY need each other")
        if given.get("timestamp_url") and not value:
            raise ValueError("BACKCLOTH_PROVENANCE_TIMESTAMP_URL needs a key")
        return value
