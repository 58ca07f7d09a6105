"""The `retentions` table: how long an organisation's results are kept, where it is not as long as others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backcloth.jobs.table import jobs
from backcloth.storage.database import metadata

DAYS_MAX = 3650
_DAY_S = 86_400

retentions = sa.Table(
    "retentions",
    metadata,
    sa.Column("organisation", sa.String(64), primary_key=True),
    sa.Column("days", sa.Double, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long an organisation's results are kept.

    Attributes:
        organisation: Whose.
        days: From the end of a job on; more than 0.
    """

    organisation: str
    days: float


def kept_s(default_s: float) -> sa.ColumnElement[float]:
    """Seconds for which a job is kept from its end on, as part of a statement on `jobs`.

    Args:
        default_s: Those of organisations that have none of their own.
    """
    own = (
        sa.select(retentions.c.days * _DAY_S)
        .where(retentions.c.organisation == jobs.c.organisation)
        .correlate(jobs)
        .scalar_subquery()
    )
    return sa.func.coalesce(own, sa.literal(default_s, sa.Double))


class Retentions:
    """The retentions of one database, for the operator.

    Args:
        engine: The database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def set(self, organisation: str, days: float) -> None:
        """Sets how long the results of jobs are kept that end from now on."""
        row = {"organisation": organisation, "days": days}
        with self._engine.begin() as connection:
            connection.execute(retentions.delete().where(retentions.c.organisation == organisation))
            connection.execute(retentions.insert().values(row))

    def remove(self, organisation: str) -> bool:
        """Lets the common retention hold again; False where it held."""
        with self._engine.begin() as connection:
            gone = connection.execute(retentions.delete().where(retentions.c.organisation == organisation))
            return gone.rowcount == 1

    def list(self) -> Sequence[Retention]:
        """All that are not the common one, by organisation."""
        query = sa.select(retentions).order_by(retentions.c.organisation)
        with self._engine.connect() as connection:
            return [Retention(*row) for row in connection.execute(query)]
