"""The `Idempotency-Key` header of a submit."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from fastapi import Request

from backcloth.errors import InvalidRequest
from backcloth.jobs.repeats import Key

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Names the request: sent again with the same body, it gets the same job.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
DOCUMENTED: dict[str, Any] = {
    REPLAYED: {
        "description": "The job was accepted by an earlier request with the same Idempotency-Key.",
        "schema": {"const": "true"},
    }
}
"""For OpenAPI."""


def key_of(request: Request, body: bytes, organisation: str, hours: float) -> Key | None:
    """The key of a request; None where it has none.

    Args:
        request: Its headers.
        body: Its body.
        organisation: The caller's.
        hours: How long keys count.

    Raises:
        InvalidRequest: it is not 1 to 255 visible ASCII characters.
    """
    text = request.headers.get(HEADER)
    if text is None:
        return None
    if not _KEY.fullmatch(text):
        raise InvalidRequest(f"{HEADER}: must be 1 to 255 visible ASCII characters without blanks.")
    return Key(organisation, text, hashlib.sha256(body).hexdigest(), hours * 3600)
