"""Who is alive: each worker holds a lock in PostgreSQL for as long as it lives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from hashlib import sha256

import sqlalchemy as sa
import structlog

from backcloth.storage.database import open_session

_log = structlog.get_logger(__name__)

_BEATS = 10
"""Signs of life in one lease: a busy process may miss some."""

_RETRY_S = 0.5
_SETTLED_S = 3.0
"""Whoever has held its lock for so long may judge others: when PostgreSQL has restarted, all locks are free
until the living have taken theirs again."""


def try_lock(session: sa.Connection, name: str) -> bool:
    """Takes the lock of an executor id, or of another name, for the session; False when somebody has it."""
    return bool(session.execute(sa.select(sa.func.pg_try_advisory_lock(_key(name)))).scalar())


def unlock(session: sa.Connection, name: str) -> None:
    """Gives such a lock back."""
    session.execute(sa.select(sa.func.pg_advisory_unlock(_key(name))))


def _key(name: str) -> int:
    """Signed 64 bits of SHA-256."""
    return int.from_bytes(sha256(b"backcloth " + name.encode()).digest()[:8], "big", signed=True)


class Presence:
    """Holds the advisory lock of one executor id, on a connection of its own.

    PostgreSQL frees the lock when the connection ends: at once when the process dies, after `lease_s` when it
    is stopped or cut off, because the server ends a session that was idle for so long. A lock that was lost
    is taken again as soon as the server answers.

    Args:
        url: The PostgreSQL database.
        executor_id: Whose lock.
        lease_s: Seconds without a sign of life after which the executor counts as dead.
        on_usurped: Called when another process took the lock and keeps it; this one has to end.
        on_beat: Called at each sign of life that finds the lock settled, with the connection (autocommit).
    """

    def __init__(
        self,
        url: str,
        executor_id: str,
        *,
        lease_s: float,
        on_usurped: Callable[[], None],
        on_beat: Callable[[sa.Connection], None],
    ) -> None:
        self._url = url
        self._executor_id = executor_id
        self._lease_s = lease_s
        self._on_usurped = on_usurped
        self._on_beat = on_beat
        self._held = threading.Event()
        self._since = 0.0
        self._stop = threading.Event()
        self._session: sa.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    @property
    def held(self) -> bool:
        """Whether the lock was held at the last sign of life."""
        return self._held.is_set()

    def open(self) -> None:
        """Takes the lock, waiting for a lease in which a predecessor's session may still end. Blocks.

        Raises:
            ValueError: another live process holds it.
            sqlalchemy.exc.SQLAlchemyError: the database cannot be reached.
        """
        deadline = time.monotonic() + self._lease_s + 1
        while not self._take():
            if time.monotonic() > deadline:
                raise ValueError(
                    f"another live process works as {self._executor_id!r}; "
                    "give each worker a BACKCLOTH_EXECUTOR_ID of its own"
                )
            _log.warning("executor_id_is_taken", executor_id=self._executor_id)
            time.sleep(_RETRY_S)
        self._thread.start()

    def close(self) -> None:
        """Gives the lock up."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._drop()

    def wait(self) -> bool:
        """Blocks while the lock is not held. Whether it was not."""
        missing = not self._held.is_set()
        self._held.wait()
        return missing

    def _run(self) -> None:
        while not self._stop.wait(min(1.0, self._lease_s / _BEATS)):
            try:
                self._beat()
            except Exception as fault:  # noqa: BLE001  # whatever it was, a new session is a new beginning
                _log.warning("presence_lost", executor_id=self._executor_id, reason=type(fault).__name__)
                self._drop()
                self._take_again()

    def _beat(self) -> None:
        if self._session is None:
            raise sa.exc.InvalidRequestError("there is no session")
        self._session.execute(sa.select(1))
        if time.monotonic() - self._since > _SETTLED_S:
            self._on_beat(self._session)

    def _take_again(self) -> None:
        refused_since: float | None = None
        while not self._stop.is_set():
            try:
                if self._take():
                    _log.warning("presence_regained", executor_id=self._executor_id)
                    return
                refused_since = refused_since or time.monotonic()
            except sa.exc.SQLAlchemyError:
                refused_since = None
            if refused_since and time.monotonic() - refused_since > 2 * self._lease_s:
                _log.error("presence_usurped", executor_id=self._executor_id)
                self._on_usurped()
                return
            self._stop.wait(_RETRY_S)

    def _take(self) -> bool:
        session = open_session(self._url, idle_s=self._lease_s)
        taken = False
        try:
            taken = try_lock(session, self._executor_id)
        finally:
            if not taken:
                session.close()
        if not taken:
            return False
        self._session = session
        self._since = time.monotonic()
        self._held.set()
        return True

    def _drop(self) -> None:
        self._held.clear()
        if self._session is not None:
            self._session.close()
            self._session = None
