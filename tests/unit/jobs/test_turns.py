"""Who comes next, in jobs/turns.py."""

from __future__ import annotations

import itertools

import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.job import Result
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.table import jobs
from backcloth.jobs.turns import line_for

RECORD = {"engine": "solid", "size": [4, 3], "seconds": {"cutout": 0.5}}
REQUEST = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)


class Floor:
    """Jobs that arrive, are begun in the order of their turns, and end."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._ledger = Ledger(
            engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None
        )
        self._names = (f"{n:032d}" for n in itertools.count())
        self._in_work: str | None = None

    def arrive(self, organisation: str, count: int = 1) -> None:
        """Accepts jobs."""
        for _ in range(count):
            with self._engine.begin() as connection:
                turn = line_for(connection, organisation).turn
                self._ledger.insert(connection, next(self._names), organisation, REQUEST, None, turn=turn)

    def serve(self, count: int) -> list[str]:
        """Begins that many jobs, each as the one before ends; whose they were."""
        query = sa.select(jobs.c.id, jobs.c.organisation).where(jobs.c.state == "queued")
        order = query.order_by(jobs.c.turn, jobs.c.created_at).limit(1)
        served = []
        for _ in range(count):
            with self._engine.connect() as connection:
                row = connection.execute(order).one()
            served.append(row.organisation)
            if self._in_work:
                self._ledger.complete(
                    self._in_work, Result(key="results/a.png", size=1, seed=4, record=RECORD)
                )
            self._ledger.start(row.id)
            self._in_work = row.id
        return served


def test_a_newcomer_is_next_but_for_ties(engine: sa.Engine) -> None:
    """However many jobs one organisation has waiting, another's first is delayed by one of them."""
    floor = Floor(engine)
    floor.arrive("big", 60)
    floor.serve(7)
    floor.arrive("small")
    assert "small" in floor.serve(2)


def test_two_organisations_are_served_in_turn(engine: sa.Engine) -> None:
    """Of what both have waiting, each gets half."""
    floor = Floor(engine)
    floor.arrive("big", 30)
    floor.serve(5)
    floor.arrive("small", 10)
    assert floor.serve(20).count("small") == 10


def test_nobody_is_overtaken_for_ever(engine: sa.Engine) -> None:
    """Whoever waited before goes on being served, although newcomers alone bring all there is to do."""
    floor = Floor(engine)
    floor.arrive("patient", 20)
    served = []
    for n in range(30):
        floor.arrive(f"newcomer-{n}")
        served += floor.serve(1)
    assert served[:15].count("patient") >= 4
    assert served[15:].count("patient") >= 2


def test_the_line_counts_what_is_unfinished(engine: sa.Engine) -> None:
    """All open jobs, and those of the organisation; ended ones no more."""
    floor = Floor(engine)
    floor.arrive("one", 3)
    floor.arrive("other", 2)
    floor.serve(2)
    with engine.connect() as connection:
        line = line_for(connection, "one")
    assert (line.open, line.own) == (4, 2)
