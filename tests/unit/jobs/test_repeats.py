"""Requests that are sent again under one key, on both databases."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.errors import Conflict
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.repeats import Key, claim, find, forget

KEY = Key("agency", "order-7", "d" * 64, kept_s=60)
REQUEST = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)


def ledger(engine: sa.Engine) -> Ledger:
    """The job rows."""
    return Ledger(engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id, _url: None)


def accept(engine: sa.Engine, key: Key) -> tuple[str, str]:
    """The id that a new job would have, and that of the job that answers."""
    job_id = uuid.uuid4().hex
    with engine.begin() as connection:
        holder = claim(connection, key, job_id)
        if holder == job_id:
            ledger(engine).insert(connection, job_id, key.organisation, REQUEST, None, turn=1)
    return job_id, holder


def test_a_key_keeps_its_first_job(engine: sa.Engine) -> None:
    """Again the same body is the same job; another body is refused; others' keys are other keys."""
    first, holder = accept(engine, KEY)
    assert holder == first
    assert accept(engine, KEY)[1] == first
    other = replace(KEY, digest="e" * 64)
    with pytest.raises(Conflict, match="another request body"):
        accept(engine, other)
    with engine.connect() as connection:
        assert find(connection, KEY) == first
        with pytest.raises(Conflict):
            find(connection, other)
    for different in (replace(KEY, organisation="studio"), replace(KEY, text="order-8")):
        job_id, holder = accept(engine, different)
        assert holder == job_id


def test_a_key_expires(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time it is free, whether or not the sweep has been there."""
    now = 1_700_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    first, _ = accept(engine, KEY)
    now += KEY.kept_s - 1
    assert accept(engine, KEY)[1] == first
    now += 1
    with engine.connect() as connection:
        assert find(connection, KEY) is None
    second, holder = accept(engine, replace(KEY, digest="e" * 64))
    assert holder == second
    forget(engine, now)
    job_id, holder = accept(engine, KEY)
    assert holder == job_id


def test_a_key_goes_with_its_job(engine: sa.Engine) -> None:
    """What is answered with an earlier job must not lead to none."""
    first, _ = accept(engine, KEY)
    ledger(engine).remove([first])
    second, holder = accept(engine, KEY)
    assert holder == second


@pytest.mark.parametrize("committed", [True, False])
def test_a_twin_waits_for_the_first(engine: sa.Engine, committed: bool) -> None:
    """While the first is being accepted the second neither fails nor makes another job."""
    claimed, done = threading.Event(), threading.Event()
    first = uuid.uuid4().hex

    def slowly() -> None:
        with engine.connect() as connection, connection.begin() as transaction:
            claim(connection, KEY, first)
            ledger(engine).insert(connection, first, KEY.organisation, REQUEST, None, turn=1)
            claimed.set()
            done.wait(30)
            transaction.commit() if committed else transaction.rollback()

    with ThreadPoolExecutor(2) as threads:
        threads.submit(slowly)
        assert claimed.wait(30)
        twin = threads.submit(accept, engine, KEY)
        with pytest.raises(TimeoutError):
            twin.result(timeout=0.3)
        done.set()
        job_id, holder = twin.result(timeout=30)
    assert holder == (first if committed else job_id)
