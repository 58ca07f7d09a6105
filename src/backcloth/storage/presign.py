"""Links that a bucket answers itself, so that pictures do not travel through this service."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import urlsplit

import obstore

from backcloth.storage.store import open_bucket

_DAY_S = 86_400


class Presigner:
    """Makes presigned links (AWS Signature Version 4, in the query).

    A link says when it was made, so two of the same picture differ. It dies with the credentials that it was
    made with, which matters where those are temporary.

    Args:
        bucket: `s3://bucket` or `s3://bucket/prefix`.
        endpoint: Where clients reach the bucket's server; empty for where this service does.
        longest_days: Above 0, at most 7, which S3 does not exceed.
    """

    def __init__(self, bucket: str, endpoint: str, longest_days: float) -> None:
        self._backend = open_bucket(bucket, endpoint)
        self._longest_s = longest_days * _DAY_S

    def sign(self, key: str, expires: int) -> str:
        """The URL that reads `key` until `expires` (Unix seconds), or until the longest life has passed.

        Blocks where the credentials have to be fetched first.

        Raises:
            obstore.exceptions.BaseError: there are no credentials.
        """
        lives_s = max(1, int(min(expires - time.time(), self._longest_s)))
        return obstore.sign(self._backend, "GET", key, timedelta(seconds=lives_s))

    @property
    def origin(self) -> str:
        """Scheme, host and port of the links."""
        parts = urlsplit(self.sign("ping", 0))
        return f"{parts.scheme}://{parts.netloc}"
