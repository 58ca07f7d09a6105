"""Whose turn it is: organisations are served side by side, however many jobs one of them brings."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from backcloth.domain.job import UNFINISHED, State
from backcloth.jobs.table import jobs


@dataclass(frozen=True, slots=True)
class Line:
    """The line as a newcomer finds it.

    Attributes:
        open: Accepted and unfinished jobs.
        own: Those of the newcomer's organisation.
        turn: The newcomer's place; lower ones go first, equal ones by age.
    """

    open: int
    own: int
    turn: int


def line_for(connection: sa.Connection, organisation: str) -> Line:
    """Where an organisation's next job comes.

    Start-time fair queueing (Goyal, Vin and Cheng 1996) with jobs of equal length: a job comes one turn after
    its organisation's last one, and after the turn in work. Whoever has nothing waiting is therefore next but
    for ties, and whoever waits is not overtaken for long.
    """
    mine = jobs.c.organisation == organisation
    counts = sa.select(
        sa.func.count(),
        sa.func.count().filter(mine),
        sa.func.max(jobs.c.turn).filter(mine),
        sa.func.max(jobs.c.turn).filter(jobs.c.state == State.RUNNING),
        sa.func.min(jobs.c.turn).filter(jobs.c.state == State.QUEUED),
    ).where(jobs.c.state.in_(UNFINISHED))
    everybody, own, last, in_work, waiting = connection.execute(counts).one()
    earliest = waiting or 1 if in_work is None else in_work + 1
    return Line(everybody, own, max((last or 0) + 1, earliest))
