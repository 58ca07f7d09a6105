"""What waits, as Prometheus gets it, on both databases."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.jobs import backlog as backlog_module
from backcloth.jobs.backlog import Backlog
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.table import jobs

REQUEST = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)


def sample(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    """One number of a scrape."""
    return registry.get_sample_value(name, labels)


def test_unfinished_jobs_and_their_age_are_told(engine: sa.Engine) -> None:
    """By state; what has ended is not in it; two scrapes at once ask the database once."""
    ledger = Ledger(engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None)
    registry = CollectorRegistry()
    asked: list[float] = []

    def webhooks() -> int:
        asked.append(time.monotonic())
        return 7

    registry.register(Backlog(engine, webhooks))
    assert asked == []
    with engine.begin() as connection:
        for name in ("waits", "waits-too", "runs", "ended"):
            ledger.insert(connection, name, "agency", REQUEST, None, turn=1)
        aged = jobs.update().values(created_at=jobs.c.created_at - 100)
        connection.execute(aged.where(jobs.c.id.in_(["waits", "ended"])))
    ledger.start("runs")
    with engine.begin() as connection:
        connection.execute(jobs.update().where(jobs.c.id == "ended").values(state="failed"))
    assert sample(registry, "backcloth_jobs_open", state="queued") == 2
    assert sample(registry, "backcloth_jobs_open", state="running") == 1
    age = sample(registry, "backcloth_jobs_oldest_age_seconds", state="queued")
    assert age is not None
    assert 100 <= age < 160
    young = sample(registry, "backcloth_jobs_oldest_age_seconds", state="running")
    assert young is not None
    assert 0 <= young < 60
    assert sample(registry, "backcloth_webhooks_waiting") == 7
    assert len(asked) == 1


def test_nothing_waits_in_an_empty_service(engine: sa.Engine) -> None:
    """Zeros, which an alert can tell from missing numbers."""
    registry = CollectorRegistry()
    registry.register(Backlog(engine, lambda: 0))
    assert sample(registry, "backcloth_jobs_open", state="queued") == 0
    assert sample(registry, "backcloth_jobs_oldest_age_seconds", state="queued") == 0


def test_a_database_that_is_away_fails_no_scrape(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers are missing until it is back."""
    monkeypatch.setattr(backlog_module, "_KEPT_S", 0.0)
    away = True

    def webhooks() -> int:
        if away:
            raise sa.exc.OperationalError("SELECT 1", {}, OSError("gone"))
        return 0

    registry = CollectorRegistry()
    registry.register(Backlog(engine, webhooks))
    assert generate_latest(registry) == b""
    away = False
    assert sample(registry, "backcloth_jobs_open", state="queued") == 0
