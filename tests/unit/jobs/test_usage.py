"""What is metered, and the quotas that it counts towards, on both databases."""

from __future__ import annotations

import uuid
from calendar import timegm
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.job import Failure, Result
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.errors import Forbidden
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.quota import Quota, Quotas, require_quota
from backcloth.jobs.usage import Usage, Used, meter, month_of, usage

REQUEST = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)
BEGIN_OF_MAY = timegm((2026, 5, 1, 0, 0, 0))


def result(*, engine: str = "solid") -> Result:
    """What a job of 12 pixels and 0.75 s gives."""
    record = {"engine": f"{engine} 1 (a test's)", "size": [4, 3], "seconds": {"cutout": 0.5, "plate": 0.25}}
    return Result(key="results/a.png", size=1, seed=4, record=record)


def accept(engine: sa.Engine, organisation: str) -> str:
    """The id of a job that was accepted as the service accepts one."""
    job_id = uuid.uuid4().hex
    with engine.begin() as connection:
        require_quota(connection, organisation)
        ledger_of(engine).insert(connection, job_id, organisation, REQUEST, None, turn=1)
    return job_id


def ledger_of(engine: sa.Engine) -> Ledger:
    """The job rows."""
    return Ledger(engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None)


def counted(engine: sa.Engine) -> list[str]:
    """The metered jobs."""
    with engine.connect() as connection:
        return [*connection.execute(sa.select(usage.c.job_id)).scalars()]


def test_a_completed_job_is_metered_once(engine: sa.Engine) -> None:
    """Whoever completes it again, and however late its failure comes."""
    ledger, job_id = ledger_of(engine), accept(engine, "agency")
    assert ledger.complete(job_id, result())
    assert not ledger.complete(job_id, result())
    assert not ledger.fail(job_id, Failure(500, "Internal server error", "Too late."))
    assert counted(engine) == [job_id]


def test_a_failed_job_is_not_metered(engine: sa.Engine) -> None:
    """Nobody pays for what they did not get."""
    ledger, job_id = ledger_of(engine), accept(engine, "agency")
    assert ledger.fail(job_id, Failure(404, "Image not found", "The picture is gone."))
    assert not ledger.complete(job_id, result())
    assert counted(engine) == []


def test_an_end_that_is_rolled_back_is_not_metered(engine: sa.Engine) -> None:
    """The row comes with the transaction that publishes, or not at all."""

    def fail(_connection: sa.Connection, _job_id: str) -> None:
        raise OSError("the database went away")

    job_id = accept(engine, "agency")
    dying = Ledger(
        engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None, on_end=fail
    )
    with pytest.raises(OSError, match="went away"):
        dying.complete(job_id, result())
    assert counted(engine) == []
    assert ledger_of(engine).complete(job_id, result())
    assert counted(engine) == [job_id]


def test_a_month_is_summed_up(engine: sa.Engine) -> None:
    """By organisation and engine, in months of UTC; old rows can be forgotten."""
    ends = [
        ("april", "agency", BEGIN_OF_MAY - 0.001, "solid"),
        ("may-1", "agency", BEGIN_OF_MAY, "solid"),
        ("may-2", "agency", BEGIN_OF_MAY + 86_400, "solid"),
        ("may-3", "agency", BEGIN_OF_MAY + 86_400, "studio"),
        ("may-4", "shop", BEGIN_OF_MAY + 86_400, "studio"),
    ]
    with engine.begin() as connection:
        for job_id, organisation, at, painter in ends:
            meter(connection, job_id, organisation, at, result(engine=painter))
    known = Usage(engine)
    kind = "replace_background"
    assert known.of_month("2026-05") == [
        Used("agency", kind, "solid", 2, 24, 1.5),
        Used("agency", kind, "studio", 1, 12, 0.75),
        Used("shop", kind, "studio", 1, 12, 0.75),
    ]
    assert known.of_month("2026-04", "agency") == [Used("agency", kind, "solid", 1, 12, 0.75)]
    assert known.of_month("2026-04", "shop") == []
    known.forget(BEGIN_OF_MAY)
    assert known.of_month("2026-04") == []
    assert len(known.of_month("2026-05")) == 3


def test_a_quota_counts_unfinished_and_completed_jobs(engine: sa.Engine) -> None:
    """A failed job gives its place back, a completed one does not, another month's and organisation's not."""
    quotas, ledger = Quotas(engine), ledger_of(engine)
    quotas.set("agency", 2)
    with engine.begin() as connection:
        meter(connection, "long-ago", "agency", BEGIN_OF_MAY, result())
    first, second = accept(engine, "agency"), accept(engine, "agency")
    with pytest.raises(Forbidden, match="quota of 2 jobs"):
        accept(engine, "agency")
    accept(engine, "shop")
    ledger.fail(first, Failure(404, "Image not found", "The picture is gone."))
    third = accept(engine, "agency")
    ledger.complete(second, result())
    ledger.complete(third, result())
    with pytest.raises(Forbidden):
        accept(engine, "agency")
    assert quotas.list() == [Quota("agency", 2, 2)]
    quotas.set("agency", 3)
    accept(engine, "agency")
    assert quotas.remove("agency")
    assert not quotas.remove("agency")
    accept(engine, "agency")


def test_requests_at_once_do_not_exceed_a_quota(engine: sa.Engine) -> None:
    """Sixteen at the same moment, five places."""
    Quotas(engine).set("agency", 5)

    def tried(_number: int) -> bool:
        try:
            accept(engine, "agency")
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(tried, range(16))) == 5


def test_months_are_those_of_utc() -> None:
    """The last moment of one and the first of the next."""
    assert [month_of(BEGIN_OF_MAY - 1), month_of(BEGIN_OF_MAY)] == ["2026-04", "2026-05"]
