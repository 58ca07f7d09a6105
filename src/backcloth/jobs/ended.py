"""Tells processes that wait for a job that another one has ended it, by PostgreSQL's notifications."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

import psycopg
import sqlalchemy as sa
import structlog

from backcloth.storage.database import open_session

_log = structlog.get_logger(__name__)

_CHANNEL = "backcloth_job_ended"
_PING_S = 5.0
_SILENCE_S = 60.0
_RETRY_S = 1.0


def announce(connection: sa.Connection, job_id: str) -> None:
    """Sends the job's id to whoever listens, once the caller's transaction commits."""
    connection.execute(sa.select(sa.func.pg_notify(_CHANNEL, job_id)))


class EndedListener:
    """A thread that hears of ended jobs. While it cannot listen, whoever waits still looks at its row.

    Args:
        url: The PostgreSQL database.
        on_ended: Called with each ended job's id.
    """

    def __init__(self, url: str, on_ended: Callable[[str], None]) -> None:
        self._url = url
        self._on_ended = on_ended
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ended-listener", daemon=True)

    def open(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Tells the thread to stop; it does within seconds, and holds nothing that matters."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with open_session(self._url, idle_s=_SILENCE_S) as session:
                    self._listen(session)
            except (sa.exc.SQLAlchemyError, psycopg.Error) as fault:
                _log.warning("ended_listener_lost", reason=type(fault).__name__)
                self._stop.wait(_RETRY_S)

    def _listen(self, session: sa.Connection) -> None:
        session.execute(sa.text(f"LISTEN {_CHANNEL}"))
        raw = cast("psycopg.Connection", session.connection.driver_connection)
        while not self._stop.is_set():
            for notification in raw.notifies(timeout=_PING_S):
                self._on_ended(notification.payload)
            session.execute(sa.select(1))
