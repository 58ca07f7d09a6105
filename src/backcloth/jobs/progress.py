"""Where the jobs in work stand, for whoever asks elsewhere; and which of them nobody wants any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from backcloth.jobs import spans
from backcloth.jobs.ledger import Ledger
from backcloth.pipeline.watch import Watch

_log = structlog.get_logger(__name__)

_EVERY_S = 0.5
"""Between two looks. A job that is done sooner is never written about, and costs nothing."""


@dataclass(slots=True)
class _Followed:
    """One job in work, as its own thread and the one that writes share it."""

    stage: str | None = None
    share: float | None = None
    written: tuple[str | None, float | None] = (None, None)
    ended: bool = False

    def enter(self, stage: str) -> None:
        self.share = None
        self.stage = stage

    def reach(self, share: float) -> None:
        self.share = min(1.0, max(0.0, share))

    @property
    def news(self) -> tuple[str | None, float | None] | None:
        now = (self.stage, None if self.share is None else round(self.share, 2))
        return None if now == self.written else now


class Progress:
    """A thread that writes into the rows of this process's jobs, and reads whether they are still wanted.

    Args:
        ledger: The job rows.
        every_s: Seconds between two looks.
    """

    def __init__(self, ledger: Ledger, *, every_s: float = _EVERY_S) -> None:
        self._ledger = ledger
        self._every_s = every_s
        self._followed: dict[str, _Followed] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def open(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stops the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextmanager
    def follow(self, job_id: str) -> Iterator[Watch]:
        """What the pipeline tells where this job stands, and asks whether to go on."""
        followed = self._followed[job_id] = _Followed()
        try:
            yield Watch(
                on_stage=followed.enter,
                around=spans.stage,
                on_progress=followed.reach,
                cancelled=lambda: followed.ended,
            )
        finally:
            del self._followed[job_id]

    def look(self) -> None:
        """One round.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database failed.
        """
        followed = dict(self._followed)
        if not followed:
            return
        news = {job_id: told for job_id, each in followed.items() if (told := each.news)}
        running = self._ledger.tell(followed, news)
        for job_id, each in followed.items():
            each.written = news.get(job_id, each.written)
            each.ended = job_id not in running

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.look()
            except sa.exc.SQLAlchemyError as fault:
                _log.warning("progress_not_written", reason=type(fault).__name__)
