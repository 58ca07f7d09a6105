"""Who counts as alive, against a real PostgreSQL: jobs/presence.py and jobs/takeover.py."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import cast

import pytest
import sqlalchemy as sa

from backcloth.jobs.presence import Presence, try_lock
from backcloth.jobs.queue import Queue
from backcloth.jobs.takeover import Takeover
from backcloth.storage.database import open_session
from harness.postgres import Postgres

LEASE_S = 0.5


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    """A database in which only locks are taken."""
    return postgres.new_database()


@pytest.fixture
def session(url: str) -> Iterator[sa.Connection]:
    """Another process's session."""
    with open_session(url, idle_s=60) as other:
        yield other


class Watched:
    """A presence, and whether it was told to end."""

    def __init__(self, url: str, name: str) -> None:
        self.usurped = threading.Event()
        self.presence = Presence(
            url, name, lease_s=LEASE_S, on_usurped=self.usurped.set, on_beat=lambda _session: None
        )


@pytest.fixture
def watched(url: str) -> Iterator[Watched]:
    """One that is alive as `one`."""
    made = Watched(url, "one")
    made.presence.open()
    yield made
    made.presence.close()


def until(true: Callable[[], bool]) -> None:
    """Returns when it is true, fails when that takes too long."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def end_other_sessions(session: sa.Connection) -> None:
    """What a restart of PostgreSQL does to them."""
    session.execute(
        sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


def test_a_name_is_taken_while_its_owner_lives(url: str, watched: Watched, session: sa.Connection) -> None:
    """Whoever comes second under a name is refused; with the owner's end it is free."""
    assert watched.presence.held
    assert not try_lock(session, "one")
    with pytest.raises(ValueError, match="another live process works as 'one'"):
        Watched(url, "one").presence.open()
    watched.presence.close()
    until(lambda: try_lock(session, "one"))


def holders(session: sa.Connection) -> set[int]:
    """The sessions that hold a lock of this kind in this database."""
    query = sa.text(
        "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND granted"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    return set(session.execute(query).scalars())


def test_a_lost_lock_is_taken_again(watched: Watched, session: sa.Connection) -> None:
    """When the server ended the session, jobs wait for a moment and then go on."""
    assert not watched.presence.wait()
    before = holders(session)
    assert len(before) == 1
    end_other_sessions(session)
    # That it is lost lasts a few milliseconds only; that another session has it shows that it was.
    until(lambda: holders(session) not in (before, set()))
    watched.presence.wait()
    assert watched.presence.held
    assert not try_lock(session, "one")
    assert not watched.usurped.is_set()


def test_whoever_lost_its_name_for_good_ends(watched: Watched, session: sa.Connection) -> None:
    """Another process took the lock in the meantime and keeps it: two must not work under one name."""
    end_other_sessions(session)
    until(lambda: try_lock(session, "one"))
    assert watched.usurped.wait(timeout=20)
    assert not watched.presence.held


def test_the_server_ends_a_silent_session(url: str, session: sa.Connection) -> None:
    """A frozen process does not keep its lock."""
    with open_session(url, idle_s=0.3) as silent:
        assert try_lock(silent, "silent")
        until(lambda: try_lock(session, "silent"))


class Given:
    """A queue in which executors have work."""

    def __init__(self, *executors: str) -> None:
        self._executors = set(executors)
        self.taken_back: list[str] = []

    def executors(self) -> set[str]:
        """Whose work is unfinished."""
        return self._executors

    def take_back(
        self, executor_id: str, *, but: Callable[[], set[str]] = set, older_than_s: float = 0
    ) -> int:
        """Notes whose jobs go back."""
        self.taken_back.append(executor_id if not older_than_s else f"{executor_id} but {sorted(but())}")
        return 1


def test_only_the_jobs_of_the_dead_are_taken(watched: Watched, session: sa.Connection) -> None:
    """Neither one's own, nor those of a worker that holds its lock."""
    assert watched.presence.held
    queue = Given("one", "me", "dead")
    Takeover(cast("Queue", queue), "me", set).look(session)
    assert queue.taken_back == ["dead"]


def test_one_worker_looks_after_the_dead(url: str, session: sa.Connection) -> None:
    """The others leave it alone as long as it lives."""
    first, second = Given("dead"), Given("dead")
    with open_session(url, idle_s=60) as other:
        Takeover(cast("Queue", first), "first", set).look(other)
        Takeover(cast("Queue", second), "second", set).look(session)
        assert (first.taken_back, second.taken_back) == (["dead"], [])
    until(lambda: not second.taken_back and try_lock(session, "/leader"))
    Takeover(cast("Queue", second), "second", set).look(session)
    assert second.taken_back == ["dead"]


def test_claims_that_got_lost_are_taken_back(monkeypatch: pytest.MonkeyPatch, session: sa.Connection) -> None:
    """Now and then a worker puts back what it claimed and does not run."""
    monkeypatch.setattr("backcloth.jobs.takeover._CLAIM_S", 0.1)
    queue = Given("me")
    takeover = Takeover(cast("Queue", queue), "me", lambda: {"running"})
    takeover.look(session)
    assert queue.taken_back == []
    time.sleep(0.2)
    takeover.look(session)
    assert queue.taken_back == ["me but ['running']"]
