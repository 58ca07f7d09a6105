"""Signed links to stored pictures: whoever holds one may read one key until it expires."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

SECRET_BYTES = 32

_EXPIRY = re.compile(r"[1-9][0-9]{0,11}")


class Links(Protocol):
    """Makes the links to results that clients get."""

    def sign(self, key: str, expires: int) -> str:
        """The absolute URL that reads `key` until `expires` (Unix seconds), or as long as one can."""

    @property
    def origin(self) -> str:
        """Scheme, host and port of the links."""


class UrlSigner:
    """Makes and checks the links under `/files/`.

    Args:
        secret: The key of the HMAC-SHA256, 32 bytes.
        base_url: Where clients reach this service, with or without a trailing slash.

    Raises:
        ValueError: a secret shorter than 32 bytes.
    """

    def __init__(self, secret: bytes, base_url: str) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"the signing secret needs {SECRET_BYTES} bytes")
        self._secret = secret
        self._base = base_url.rstrip("/")

    def sign(self, key: str, expires: int) -> str:
        """The absolute URL that reads `key` until `expires` (Unix seconds)."""
        signature = self._signature(key, str(expires))
        return f"{self._base}/files/{quote(key, safe='/')}?exp={expires}&sig={signature}"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the links."""
        parts = urlsplit(self._base)
        return f"{parts.scheme}://{parts.netloc}"

    def verify(self, key: str, exp: str, sig: str, now: float) -> bool:
        """Whether `exp` and `sig`, as they came in the query, open `key` at `now` (Unix seconds).

        Any text is safe to pass. The signature is compared in constant time.
        """
        if not _EXPIRY.fullmatch(exp):
            return False
        expected = self._signature(key, exp)
        genuine = hmac.compare_digest(expected.encode(), sig.encode("utf-8", "surrogatepass"))
        return genuine and now < int(exp)

    def _signature(self, key: str, exp: str) -> str:
        # `exp` holds digits only, so the newline parts the two unmistakably.
        message = f"{exp}\n{key}".encode("utf-8", "surrogatepass")
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def load_secret(path: Path) -> bytes:
    """The secret in `path`; the first caller creates it, 32 random bytes that only the owner may read.

    Processes that start together get the same secret, and a crash leaves either all of it or none.

    Raises:
        ValueError: the file does not hold 32 bytes.
        OSError: it can be neither read nor created.
    """
    if not path.exists():
        _create_secret(path)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"{path.name} must hold {SECRET_BYTES} bytes")
    return secret


def _create_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, unlike a rename, fails when another process was first; its secret then stands.
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
