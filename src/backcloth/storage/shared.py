"""What all processes on one PostgreSQL must agree on: the secret that signs picture URLs."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backcloth.storage.database import metadata
from backcloth.storage.sign import SECRET_BYTES

shared = sa.Table(
    "shared",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.String(256), nullable=False),
)

_SIGNING = "signing"
_KEPT = "key:"
_FINGERPRINT = "sha256:"


def given_secret(setting: str) -> bytes:
    """The key made of the operator's own secret: SHA-256, 32 bytes."""
    return hashlib.sha256(setting.encode()).digest()


def shared_secret(engine: sa.Engine, setting: str | None) -> bytes:
    """The signing key of every process on this database, 32 bytes.

    Without a setting the first process makes one and keeps it in the database. With one, the database keeps
    only its fingerprint, so that a process with another one, or without, is stopped at its start.

    Args:
        engine: PostgreSQL, with our tables.
        setting: BACKCLOTH_SIGNING_SECRET.

    Raises:
        ValueError: the other processes sign with something else.
    """
    key = given_secret(setting) if setting else secrets.token_bytes(SECRET_BYTES)
    value = _FINGERPRINT + hashlib.sha256(key).hexdigest() if setting else _KEPT + key.hex()
    with engine.begin() as connection:
        connection.execute(insert(shared).values(name=_SIGNING, value=value).on_conflict_do_nothing())
        found = connection.execute(sa.select(shared.c.value).where(shared.c.name == _SIGNING)).scalar_one()
    if not setting and found.startswith(_KEPT):
        return bytes.fromhex(found.removeprefix(_KEPT))
    if found != value:
        raise ValueError(
            "BACKCLOTH_SIGNING_SECRET is not what the other processes on this database sign with; "
            "set the same for all, or delete the row 'signing' of the table shared to begin anew"
        )
    return key
