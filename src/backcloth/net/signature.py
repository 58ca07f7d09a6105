"""How a webhook proves whose it is: by a key made from the token that its job was submitted with."""

from __future__ import annotations

import base64
import hashlib
import hmac

_PURPOSE = b"bria-webhook-signing-v1"


def derive_key(token: str) -> bytes:
    """The 32-byte key that signs for a token. It signs nothing else, so the token need not be kept."""
    return hmac.new(token.encode(), _PURPOSE, hashlib.sha256).digest()


def sign(key: bytes, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The `Bria-Webhook-Signature` header: `v1=` and the base64 HMAC-SHA256 of `id.timestamp.body`.

    Args:
        key: From `derive_key`.
        webhook_id: The job's id.
        timestamp: Unix seconds of this attempt.
        body: The bytes that are sent; UTF-8, because receivers decode them before they verify.
    """
    message = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1=" + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
