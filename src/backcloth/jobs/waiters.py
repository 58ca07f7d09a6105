"""Lets a sync request wait for its job without asking the database all the time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Waiters:
    """Events by job id, set from worker threads, awaited on the event loop.

    Only a hint: a job may end in another process, so whoever waits also looks at the row now and then.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._events: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def expect(self, job_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when the job ends; expect it before the job can start."""
        self._loop = asyncio.get_running_loop()
        event = asyncio.Event()
        self._events[job_id].add(event)
        try:
            yield event
        finally:
            self._events[job_id].discard(event)
            if not self._events[job_id]:
                del self._events[job_id]

    def notify(self, job_id: str) -> None:
        """Wakes whoever waits for this job. Callable from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._set, job_id)

    def _set(self, job_id: str) -> None:
        for event in self._events.get(job_id, ()):
            event.set()
