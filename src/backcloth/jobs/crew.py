"""Everything that a working process runs: its presence, its jobs, its share of looking after the others."""

from __future__ import annotations

import os
import signal

import sqlalchemy as sa

from backcloth.jobs.presence import Presence
from backcloth.jobs.progress import Progress
from backcloth.jobs.queue import Queue
from backcloth.jobs.runner import Duties, Runner
from backcloth.jobs.sweep import Sweeper
from backcloth.jobs.takeover import Takeover


class Crew:
    """One worker. On SQLite it is alone, so nobody has to know whether it lives.

    Args:
        engine: The database.
        url: The same database as a URL.
        queue: Where jobs come from.
        sweeper: Removes what has expired.
        progress: Says how far its jobs are.
        executor_id: Stable name of this process.
        lease_s: Seconds of silence after which this process counts as dead.
        duties: What to do with a workflow.
    """

    def __init__(
        self,
        engine: sa.Engine,
        url: str,
        queue: Queue,
        sweeper: Sweeper,
        progress: Progress,
        *,
        executor_id: str,
        lease_s: float,
        duties: Duties,
    ) -> None:
        self._sweeper = sweeper
        self._progress = progress
        self._presence: Presence | None = None
        if engine.dialect.name == "postgresql":
            self._presence = Presence(
                url,
                executor_id,
                lease_s=lease_s,
                on_usurped=_end_this_process,
                on_beat=Takeover(queue, executor_id, self._running).look,
            )
        self._runner = Runner(
            engine,
            url,
            queue,
            executor_id=executor_id,
            duties=duties,
            wait_alive=self._presence.wait if self._presence else lambda: False,
        )

    @property
    def present(self) -> bool:
        """Whether the others know that this worker is alive; while not, it begins no job."""
        return self._presence is None or self._presence.held

    def _running(self) -> set[str]:
        return self._runner.running()

    def open(self, *, workers: int, poll_s: float) -> None:
        """Takes the executor id, recovers what it left unfinished, and starts working.

        Raises:
            ValueError: another live process has the id.
        """
        if self._presence:
            self._presence.open()
        self._progress.open()
        self._runner.open(workers=workers, poll_s=poll_s)
        self._sweeper.open()

    def close(self, *, drain_s: int) -> None:
        """Takes no more work, waits up to `drain_s` seconds for jobs in work, and lets the others know."""
        self._sweeper.close()
        self._runner.close(drain_s=drain_s)
        self._progress.close()
        if self._presence:
            self._presence.close()


def _end_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
