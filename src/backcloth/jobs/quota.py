"""The `quotas` table: how many jobs an organisation may have done in a month."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backcloth.domain.job import UNFINISHED
from backcloth.errors import Forbidden
from backcloth.jobs.table import jobs
from backcloth.jobs.usage import month_of, usage
from backcloth.storage.database import metadata

quotas = sa.Table(
    "quotas",
    metadata,
    sa.Column("organisation", sa.String(64), primary_key=True),
    sa.Column("jobs_a_month", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Quota:
    """An organisation's quota and what of it is taken.

    Attributes:
        organisation: Whose.
        jobs_a_month: How many jobs a month of UTC.
        taken: Jobs completed in this month, and unfinished ones, whenever accepted.
    """

    organisation: str
    jobs_a_month: int
    taken: int


def require_quota(connection: sa.Connection, organisation: str) -> None:
    """Refuses a job beyond the organisation's quota, inside the transaction that accepts it.

    The quota's row stays locked until the caller's transaction ends, so that two requests at once, in
    whichever processes, cannot both take the last job. Organisations without a quota lock nothing.

    Raises:
        Forbidden: completed jobs of this month and unfinished ones make the quota up.
    """
    # An update that changes nothing: it is what locks the row on PostgreSQL, and the file of SQLite.
    lock = (
        sa.update(quotas)
        .where(quotas.c.organisation == organisation)
        .values(jobs_a_month=quotas.c.jobs_a_month)
        .returning(quotas.c.jobs_a_month)
    )
    allowed = connection.execute(lock).scalar_one_or_none()
    if allowed is None:
        return
    month = month_of(time.time())
    taken = connection.execute(sa.select(_taken(sa.literal(organisation), month))).scalar_one()
    if taken >= allowed:
        raise Forbidden(
            f"The quota of {allowed} jobs a month is used up: unfinished jobs and those completed in "
            f"{month} count. It begins anew with the next month in UTC."
        )


def _taken(organisation: sa.ColumnElement[str], month: str) -> sa.ColumnElement[int]:
    """One statement, so that a job which ends meanwhile is counted once."""
    count = sa.select(sa.func.count())
    unfinished = count.where(
        jobs.c.organisation == organisation, jobs.c.state.in_(UNFINISHED)
    ).scalar_subquery()
    completed = count.where(usage.c.organisation == organisation, usage.c.month == month).scalar_subquery()
    return unfinished + completed


class Quotas:
    """The quotas of one database, for the operator.

    Args:
        engine: The database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def set(self, organisation: str, jobs_a_month: int) -> None:
        """Sets a quota; 0 lets the organisation submit nothing."""
        row = {"organisation": organisation, "jobs_a_month": jobs_a_month}
        with self._engine.begin() as connection:
            connection.execute(quotas.delete().where(quotas.c.organisation == organisation))
            connection.execute(quotas.insert().values(row))

    def remove(self, organisation: str) -> bool:
        """Takes a quota away; False where there was none."""
        with self._engine.begin() as connection:
            gone = connection.execute(quotas.delete().where(quotas.c.organisation == organisation))
            return gone.rowcount == 1

    def list(self) -> Sequence[Quota]:
        """All quotas, by organisation."""
        taken = _taken(quotas.c.organisation, month_of(time.time()))
        query = sa.select(quotas, taken).order_by(quotas.c.organisation)
        with self._engine.connect() as connection:
            return [Quota(*row) for row in connection.execute(query)]
