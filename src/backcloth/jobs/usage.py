"""The `usage` table: one row a completed job, written in the transaction that completes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backcloth.domain.job import Result
from backcloth.storage.database import metadata

KIND = "replace_background"

_ENGINE_MAX = 128

usage = sa.Table(
    "usage",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("engine", sa.String(_ENGINE_MAX), nullable=False),
    sa.Column("pixels", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Index("usage_by_month", "month", "organisation"),
    sa.Index("usage_by_time", "at"),
)


@dataclass(frozen=True, slots=True)
class Used:
    """What an organisation had done in a month, by one engine.

    Attributes:
        organisation: Whose jobs.
        kind: What was asked for: `replace_background`.
        engine: Who painted the backgrounds.
        jobs: Completed jobs; failed ones are not counted.
        pixels: Of the results.
        seconds: In which the jobs were worked on; waiting in line is not in it.
    """

    organisation: str
    kind: str
    engine: str
    jobs: int
    pixels: int
    seconds: float


def month_of(at: float) -> str:
    """The month of a time in Unix seconds, in UTC, as `2026-11`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def painter_of(record: Mapping[str, Any]) -> str:
    """The name of the scene engine, with which its description in a job's notes begins."""
    return str(record["engine"]).partition(" ")[0]


def meter(connection: sa.Connection, job_id: str, organisation: str, at: float, result: Result) -> None:
    """Notes a completed job inside the caller's transaction, which is the only one that completes it.

    Args:
        connection: The transaction.
        job_id: Which job.
        organisation: Whose.
        at: Unix seconds of its end; they decide the month.
        result: What came of it.
    """
    record = result.record
    width, height = record["size"]
    row = {
        "job_id": job_id,
        "organisation": organisation,
        "month": month_of(at),
        "at": at,
        "kind": KIND,
        "engine": painter_of(record)[:_ENGINE_MAX],
        "pixels": width * height,
        "seconds": round(sum(record["seconds"].values()), 3),
    }
    connection.execute(usage.insert().values(row))


class Usage:
    """What was used, for the operator.

    Args:
        engine: The database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_month(self, month: str, organisation: str | None = None) -> Sequence[Used]:
        """What was used in a month such as `2026-11`, by organisation, kind and engine."""
        groups = (usage.c.organisation, usage.c.kind, usage.c.engine)
        sums = sa.func.count(), sa.func.sum(usage.c.pixels), sa.func.sum(usage.c.seconds)
        query = sa.select(*groups, *sums).where(usage.c.month == month).group_by(*groups).order_by(*groups)
        if organisation is not None:
            query = query.where(usage.c.organisation == organisation)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Used(whose, kind, painter, count, int(pixels), round(seconds, 3))
            for whose, kind, painter, count, pixels, seconds in rows
        ]

    def forget(self, before: float) -> None:
        """Deletes what was used before a time in Unix seconds."""
        with self._engine.begin() as connection:
            connection.execute(usage.delete().where(usage.c.at < before))
