"""Jobs as the operator sees them: whosoever they are, with all that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backcloth.domain.job import State
from backcloth.jobs.table import jobs

_SHOWN = [column for column in jobs.columns if column is not jobs.c.webhook_key]


@dataclass(frozen=True, slots=True)
class Line:
    """One job in a list.

    Attributes:
        id: 32 hex digits.
        organisation: Whose.
        state: Where it stands.
        starts: How often a process began it.
        stage: What its worker last said it was at.
        created_at: Unix seconds of its acceptance.
        finished_at: Unix seconds of its end; None before.
        code: Why it failed: the status code that its caller is told; None otherwise.
        details: The sentence with it.
    """

    id: str
    organisation: str
    state: State
    starts: int
    stage: str | None
    created_at: float
    finished_at: float | None
    code: int | None
    details: str | None


class Overview:
    """The jobs of one database, until they expire.

    Args:
        engine: The database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def newest(self, *, state: State | None, organisation: str | None, limit: int) -> Sequence[Line]:
        """Jobs, the newest first.

        Args:
            state: In this one only.
            organisation: Of this one only.
            limit: How many at most.
        """
        query = sa.select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit)
        if state is not None:
            query = query.where(jobs.c.state == state)
        if organisation is not None:
            query = query.where(jobs.c.organisation == organisation)
        with self._engine.connect() as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    def one(self, job_id: str) -> dict[str, Any] | None:
        """All columns of a job but the key that signs its webhook; None for an unknown one."""
        query = sa.select(*_SHOWN).where(jobs.c.id == job_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return dict(row) if row else None


def _line(row: sa.RowMapping) -> Line:
    failure = row["failure"] or {}
    return Line(
        id=row["id"],
        organisation=row["organisation"],
        state=State(row["state"]),
        starts=row["attempts"],
        stage=row["stage"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        code=failure.get("code"),
        details=failure.get("details"),
    )
