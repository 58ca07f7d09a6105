"""A submit that is sent again under one `Idempotency-Key` gets the job of the first, not another one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from backcloth.errors import Conflict
from backcloth.storage.database import metadata

keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("organisation", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 of the body, hex"),
    # The key comes before the job in one transaction, and goes with it.
    sa.Column(
        "job_id",
        sa.ForeignKey("jobs.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    sa.Column("created_at", sa.Double, nullable=False, index=True, comment="Unix seconds"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """What a caller names a request by.

    Attributes:
        organisation: The caller's; each has keys of its own.
        text: 1 to 255 visible ASCII characters.
        digest: SHA-256 of the request's body, in hex.
        kept_s: How long the key counts, in seconds; no longer than its job is kept.
    """

    organisation: str
    text: str
    digest: str
    kept_s: float


def find(connection: sa.Connection, key: Key) -> str | None:
    """The job that was accepted under the key, if any.

    Raises:
        Conflict: it was for another body.
    """
    counts = sa.and_(_named(key), keys.c.created_at > time.time() - key.kept_s)
    row = connection.execute(sa.select(keys.c.digest, keys.c.job_id).where(counts)).first()
    if row is None:
        return None
    if row.digest != key.digest:
        raise Conflict("The Idempotency-Key was used for another request body.")
    job_id: str = row.job_id
    return job_id


def claim(connection: sa.Connection, key: Key, job_id: str) -> str:
    """Gives the key to a job, inside the transaction that accepts it.

    Where somebody else is about to accept a job under the same key, this waits for their transaction to end.

    Returns:
        The job that has the key: the given one, or the one that came before it.

    Raises:
        Conflict: that one is for another body.
    """
    now = time.time()
    connection.execute(keys.delete().where(_named(key), keys.c.created_at <= now - key.kept_s))
    row = {
        "organisation": key.organisation,
        "key": key.text,
        "digest": key.digest,
        "job_id": job_id,
        "created_at": now,
    }
    if connection.execute(_insert_unless_there(connection), row).first():
        return job_id
    earlier = find(connection, key)
    if earlier is None:
        raise Conflict("The Idempotency-Key expired at this moment; send the request again.")
    return earlier


def forget(engine: sa.Engine, before: float) -> None:
    """Removes the keys of that time, in Unix seconds, and earlier."""
    with engine.begin() as connection:
        connection.execute(keys.delete().where(keys.c.created_at <= before))


def _insert_unless_there(connection: sa.Connection) -> sa.sql.dml.ReturningInsert[Any]:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(keys).on_conflict_do_nothing().returning(keys.c.job_id)
    return sqlite.insert(keys).on_conflict_do_nothing().returning(keys.c.job_id)


def _named(key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(keys.c.organisation == key.organisation, keys.c.key == key.text)
