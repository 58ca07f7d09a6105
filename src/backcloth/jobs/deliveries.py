"""The `deliveries` table: one row an attempt to tell a webhook, for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from backcloth.storage.database import metadata

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts rows by itself in a column of this very type alone."""

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("receiver", sa.String(300), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("next_at", sa.Double),
    sa.Index("deliveries_by_job", "job_id"),
    sa.Index("deliveries_by_time", "at"),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt.

    Attributes:
        job_id: Whose end was told; also the delivery's id for the receiver.
        attempt: Its number, from 1. A number comes twice where a process died between sending and noting it.
        receiver: Host and port; not the path, which may hold what is meant for the receiver alone.
        at: Unix seconds of its begin.
        seconds: How long it took.
        verdict: `delivered`, `gone` or `failed`.
        reason: Why not delivered.
        next_at: Unix seconds of the next attempt; None where none follows.
    """

    job_id: str
    attempt: int
    receiver: str
    at: float
    seconds: float
    verdict: str
    reason: str
    next_at: float | None


_SHOWN = [column for column in deliveries.columns if column.name != "id"]


class Deliveries:
    """The log of one database.

    Args:
        engine: The database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, delivery: Delivery) -> None:
        """Notes an attempt."""
        with self._engine.begin() as connection:
            connection.execute(deliveries.insert().values(asdict(delivery)))

    def newest(self, *, job_id: str | None, failed: bool, limit: int) -> Sequence[Delivery]:
        """Attempts, the newest first.

        Args:
            job_id: Of this job only.
            failed: Only those that did not deliver.
            limit: How many at most.
        """
        query = sa.select(*_SHOWN).order_by(deliveries.c.at.desc(), deliveries.c.id.desc()).limit(limit)
        if job_id is not None:
            query = query.where(deliveries.c.job_id == job_id)
        if failed:
            query = query.where(deliveries.c.verdict != "delivered")
        with self._engine.connect() as connection:
            return [Delivery(*row) for row in connection.execute(query)]

    def forget(self, before: float) -> None:
        """Deletes attempts that began before a time in Unix seconds."""
        with self._engine.begin() as connection:
            connection.execute(deliveries.delete().where(deliveries.c.at < before))
