"""How long jobs are kept whose organisation has a retention of its own, on both databases."""

from __future__ import annotations

import time
import uuid

import pytest
import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.job import Failure, Job, Result
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.retention import Retention, Retentions

REQUEST = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)
RESULT = Result("results/a.png", 1, 4, record={"engine": "solid", "size": [4, 3], "seconds": {"plate": 0.25}})
COMMON_S = 600.0
DAY_S = 86_400


@pytest.fixture
def ledger(engine: sa.Engine) -> Ledger:
    """The job rows; results are kept for ten minutes."""
    return Ledger(
        engine, boot="now", retention_s=COMMON_S, on_webhook=lambda _connection, _job_id, _url: None
    )


def ended(engine: sa.Engine, ledger: Ledger, organisation: str, *, failed: bool = False) -> Job:
    """A job of the organisation that has just ended."""
    job_id = uuid.uuid4().hex
    with engine.begin() as connection:
        ledger.insert(connection, job_id, organisation, REQUEST, None, turn=1)
    if failed:
        assert ledger.fail(job_id, Failure(404, "Image not found", "The picture is gone."))
    else:
        assert ledger.complete(job_id, RESULT)
    job = ledger.find(job_id)
    assert job
    return job


def kept_s(job: Job) -> float:
    """Seconds that are left to it."""
    assert job.expires_at
    return job.expires_at - time.time()


def test_an_organisation_has_its_own_retention(engine: sa.Engine, ledger: Ledger) -> None:
    """Completed or failed, its jobs are kept so long; those of others as long as ever."""
    Retentions(engine).set("agency", 0.5)
    Retentions(engine).set("archive", 3650)
    assert kept_s(ended(engine, ledger, "agency")) == pytest.approx(DAY_S / 2, abs=30)
    assert kept_s(ended(engine, ledger, "agency", failed=True)) == pytest.approx(DAY_S / 2, abs=30)
    assert kept_s(ended(engine, ledger, "archive")) == pytest.approx(3650 * DAY_S, abs=30)
    assert kept_s(ended(engine, ledger, "shop")) == pytest.approx(COMMON_S, abs=30)


def test_a_change_holds_for_jobs_that_end_later(engine: sa.Engine, ledger: Ledger) -> None:
    """What a URL promised stays so; without a retention of its own the common one holds again."""
    retentions = Retentions(engine)
    retentions.set("agency", 2)
    retentions.set("agency", 1)
    before = ended(engine, ledger, "agency")
    assert kept_s(before) == pytest.approx(DAY_S, abs=30)
    assert retentions.list() == [Retention("agency", 1)]
    assert retentions.remove("agency")
    assert not retentions.remove("agency")
    assert kept_s(ended(engine, ledger, "agency")) == pytest.approx(COMMON_S, abs=30)
    assert ledger.find(before.id) == before


def test_the_shorter_retention_is_over_first(engine: sa.Engine, ledger: Ledger) -> None:
    """The sweep finds by their own time those that are to go."""
    Retentions(engine).set("agency", 300 / DAY_S)
    short, common = ended(engine, ledger, "agency"), ended(engine, ledger, "shop")
    assert ledger.expired(time.time()) == []
    assert ledger.expired(time.time() + 450) == [short]
    assert ledger.expired(time.time() + 900) == [short, common]
