"""Gives jobs that nobody works on back to the queue: those of dead workers, and claims that got lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa
import structlog

from backcloth.jobs.presence import try_lock, unlock
from backcloth.jobs.queue import Queue

_log = structlog.get_logger(__name__)

_LEADER = "/leader"
"""One worker looks after the dead at a time: a thousand of them would ask a thousand times a second. No
executor can have this name."""


_CLAIM_S = 10.0
"""How often a worker looks for claims of its own that it does not know of, and how old they have to be."""


class Takeover:
    """Looks for executors that own workflows in work and whose lock nobody holds.

    Args:
        queue: Where their workflows go back to.
        executor_id: This process, which is alive.
        running: The workflows that it is running.
    """

    def __init__(self, queue: Queue, executor_id: str, running: Callable[[], set[str]]) -> None:
        self._queue = queue
        self._executor_id = executor_id
        self._running = running
        self._looked = time.monotonic()
        self._leads: sa.Connection | None = None

    def look(self, session: sa.Connection) -> None:
        """One round.

        Args:
            session: The one that holds this process's own lock, in autocommit: leading ends with it.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database failed.
        """
        if time.monotonic() - self._looked > _CLAIM_S:
            self._looked = time.monotonic()
            self._take_back_lost_claims()
        if self._leads is not session:
            if not try_lock(session, _LEADER):
                return
            self._leads = session
        for executor_id in self._queue.executors() - {self._executor_id}:
            if not try_lock(session, executor_id):
                continue
            # Held meanwhile, so that the dead one's successor does not start in the middle.
            try:
                count = self._queue.take_back(executor_id)
            finally:
                unlock(session, executor_id)
            _log.warning("executor_died", executor_id=executor_id, workflows=count)

    def _take_back_lost_claims(self) -> None:
        """A connection that breaks right after a claim was committed leaves a job that nobody runs."""
        count = self._queue.take_back(self._executor_id, but=self._running, older_than_s=_CLAIM_S)
        if count:
            _log.warning("claims_were_lost", workflows=count)
