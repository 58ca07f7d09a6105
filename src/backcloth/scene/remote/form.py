"""A multipart/form-data body (RFC 7578), as bytes of known length: a server sees when it is cut short."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

Field = tuple[str, str | bytes]
"""A name and its value: text, or the bytes of a PNG."""


@dataclass(frozen=True, slots=True)
class Form:
    """An encoded form.

    Attributes:
        media_type: Of the Content-Type header.
        body: The bytes.
    """

    media_type: str
    body: bytes


def encode_form(fields: Iterable[Field], *, stem: str = "picture") -> Form:
    """Encodes fields in their order; a name may occur several times.

    Args:
        fields: Names of visible ASCII without quotes, as the flavours have them.
        stem: How the names of the files begin.
    """
    boundary = secrets.token_hex(16)
    pieces: list[bytes] = []
    for number, (name, value) in enumerate(fields):
        disposition = f'form-data; name="{name}"'
        if isinstance(value, bytes):
            disposition += f'; filename="{stem}-{number}.png"\r\nContent-Type: image/png'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n"
        pieces += [head.encode(), value if isinstance(value, bytes) else value.encode(), b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return Form(f"multipart/form-data; boundary={boundary}", b"".join(pieces))
