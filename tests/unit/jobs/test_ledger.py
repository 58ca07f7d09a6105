"""What a job's row keeps of its request."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.job import MAX_STARTS, Failure, Result, State, Webhook
from backcloth.domain.placement import KEPT, Placement, Position, Shadow
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.table import jobs

RECORD = {"engine": "solid", "size": [4, 3], "seconds": {"cutout": 0.5}}
REQUEST = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)


def kept(engine: sa.Engine, request: ReplaceBackground) -> tuple[Ledger, str]:
    """A ledger, and the id of a queued job in it."""
    ledger = Ledger(engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None)
    job_id = uuid.uuid4().hex
    with engine.begin() as connection:
        ledger.insert(connection, job_id, "agency", request, None, turn=1)
    return ledger, job_id


@pytest.mark.parametrize("placement", [KEPT, Placement(Position.GROUND, 0.1 + 0.2, Shadow.HARD)])
def test_a_request_comes_back_as_it_was(engine: sa.Engine, placement: Placement) -> None:
    """Every field of it, to the last digit."""
    request = ReplaceBackground(
        Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=2**63 - 1, placement=placement
    )
    ledger, job_id = kept(engine, request)
    assert ledger.request(job_id) == request
    assert ledger.start(job_id) == request


def test_a_row_from_before_placements_loads(engine: sa.Engine) -> None:
    """What an earlier version accepted is still run, with the subject where it was."""
    request = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)
    ledger, job_id = kept(engine, request)
    with engine.begin() as connection:
        old = dict(connection.execute(sa.select(jobs.c.request)).scalar_one())
        del old["placement"]
        connection.execute(jobs.update().values(request=old))
    assert ledger.start(job_id) == request


@pytest.mark.parametrize("trace", [None, {"traceparent": "00-1-2-01", "tracestate": "vendor=value"}])
def test_the_trace_that_a_request_began_is_kept(engine: sa.Engine, trace: dict[str, str] | None) -> None:
    """As it was; in rows of jobs that nobody traces, and of older versions, there is nothing."""
    ledger, job_id = kept(engine, REQUEST)
    with engine.begin() as connection:
        ledger.insert(connection, "traced", "agency", REQUEST, None, turn=1, trace=trace)
        untraced = connection.execute(sa.select(jobs.c.id).where(jobs.c.trace.is_(sa.null()))).scalars()
        assert set(untraced) == {job_id} | ({"traced"} if trace is None else set())
    job = ledger.find("traced")
    assert job
    assert job.trace == trace


def test_a_job_ends_once(engine: sa.Engine) -> None:
    """The first end stands, and only it is told to those who asked."""
    told: list[str] = []
    ledger = Ledger(
        engine,
        boot="now",
        retention_s=60,
        on_webhook=lambda _connection, job_id, url: told.append(f"webhook {job_id} {url}"),
        on_end=lambda _connection, job_id: told.append(f"end {job_id}"),
    )
    with engine.begin() as connection:
        ledger.insert(connection, "a", "agency", REQUEST, Webhook("https://example.com/", b"key"), turn=1)
    assert ledger.complete("a", Result(key="results/a.png", size=1, seed=4, record=RECORD))
    assert not ledger.fail("a", Failure(500, "Internal server error", "Too late."))
    assert not ledger.complete("a", Result(key="results/other.png", size=2, seed=5, record=RECORD))
    job = ledger.find("a")
    assert job is not None
    assert (job.state, job.failure) == (State.COMPLETED, None)
    assert job.result is not None
    assert job.result.key == "results/a.png"
    assert told == ["end a", "webhook a https://example.com/"]


def test_only_another_process_counts_as_a_start(engine: sa.Engine) -> None:
    """A retry within a process is no second start; a job under which the last allowed process died fails."""
    ledger, job_id = kept(engine, REQUEST)
    assert ledger.start(job_id) == REQUEST
    assert ledger.start(job_id) == REQUEST
    assert ledger.deaths(job_id) == 0
    for boot in range(1, MAX_STARTS):
        later = Ledger(
            engine, boot=str(boot), retention_s=60, on_webhook=lambda _connection, _job_id, _url: None
        )
        assert later.deaths(job_id) == boot
        assert later.start(job_id) == REQUEST
    last = Ledger(engine, boot="last", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None)
    assert last.start(job_id) is None
    job = last.find(job_id)
    assert job is not None
    assert job.failure is not None
    assert (job.failure.code, str(MAX_STARTS) in job.failure.details) == (500, True)
