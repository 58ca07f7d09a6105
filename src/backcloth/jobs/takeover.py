"""Gives the jobs of dead workers back to the queue."""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from backcloth.jobs.presence import try_lock, unlock
from backcloth.jobs.queue import Queue

_log = structlog.get_logger(__name__)

_LEADER = "/leader"
"""One worker looks after the dead at a time: a thousand of them would ask a thousand times a second. No
executor can have this name."""


class Takeover:
    """Looks for executors that own workflows in work and whose lock nobody holds.

    Args:
        queue: Where their workflows go back to.
        executor_id: This process, which is alive.
    """

    def __init__(self, queue: Queue, executor_id: str) -> None:
        self._queue = queue
        self._executor_id = executor_id
        self._leads: sa.Connection | None = None

    def look(self, session: sa.Connection) -> None:
        """One round.

        Args:
            session: The one that holds this process's own lock, in autocommit: leading ends with it.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database failed.
        """
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
