from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import SQLAlchemyError

from backcloth.api import events
from backcloth.api.context import Context
from backcloth.domain.job import Job, State
from backcloth.jobs.waiters import Waiters

JOB = Job("a" * 32, "agency", State.RUNNING, seed=4)


def context(find: Any) -> Context:
    """A service of which only jobs are known."""
    known = SimpleNamespace(
        jobs=SimpleNamespace(find=find), waiters=Waiters(), links=None, draining=lambda: False
    )
    return cast("Context", known)


async def told(find: Any, count: int) -> list[str]:
    """The first pieces of a stream."""
    stream = events._told(JOB, context(find))
    return [await anext(stream) for _ in range(count)]


def test_silence_is_broken_by_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not change is said once; then come heartbeats, which are no events."""
    monkeypatch.setattr(events, "_LOOK_S", 0.01)
    monkeypatch.setattr(events, "_HEARTBEAT_S", 0.05)
    pieces = asyncio.run(told(lambda _id, _organisation: JOB, 4))
    assert pieces[0] == "retry: 2000\n\n"
    assert pieces[1].startswith("event: progress\ndata: {")
    assert pieces[2:] == [": still here\n\n"] * 2


def test_a_database_that_fails_for_a_moment_ends_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next look tells what there is to tell; a job that was removed meanwhile is told, too."""
    monkeypatch.setattr(events, "_LOOK_S", 0.01)
    looks = iter([SQLAlchemyError(), JOB, SQLAlchemyError(), None])

    def find(_id: str, _organisation: str) -> Job | None:
        found = next(looks)
        if isinstance(found, SQLAlchemyError):
            raise found
        return found

    pieces = asyncio.run(told(find, 3))
    assert pieces[1].startswith("event: progress")
    assert pieces[2] == 'event: end\ndata: {"status":"NOT_FOUND"}\n\n'
