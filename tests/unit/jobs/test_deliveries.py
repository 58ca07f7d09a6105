"""The log of webhook attempts."""

from __future__ import annotations

import sqlalchemy as sa

from backcloth.jobs.deliveries import Deliveries, Delivery

FIRST = Delivery("a" * 32, 1, "example.com:443", 1000.5, 0.25, "failed", "status 500", 1060.75)
SECOND = Delivery("a" * 32, 2, "example.com:443", 1060.75, 0.1, "delivered", "", None)
OTHER = Delivery("b" * 32, 1, "example.org:80", 1030.0, 10.0, "gone", "status 410", None)


def test_attempts_are_found_and_forgotten(engine: sa.Engine) -> None:
    """The newest first, by job and by failure; old ones go."""
    log = Deliveries(engine)
    for delivery in (FIRST, SECOND, OTHER):
        log.add(delivery)
    assert log.newest(job_id=None, failed=False, limit=10) == [SECOND, OTHER, FIRST]
    assert log.newest(job_id=None, failed=False, limit=1) == [SECOND]
    assert log.newest(job_id="a" * 32, failed=False, limit=10) == [SECOND, FIRST]
    assert log.newest(job_id=None, failed=True, limit=10) == [OTHER, FIRST]
    log.forget(1030.0)
    assert log.newest(job_id=None, failed=False, limit=10) == [SECOND, OTHER]


def test_an_attempt_may_be_noted_twice(engine: sa.Engine) -> None:
    """A process that dies between sending and going on repeats the attempt, and both are known."""
    log = Deliveries(engine)
    log.add(FIRST)
    log.add(FIRST)
    assert log.newest(job_id=FIRST.job_id, failed=False, limit=10) == [FIRST, FIRST]
