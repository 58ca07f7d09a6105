"""One server of several equal ones: is it well, how busy is it, and is it to be left alone for a while?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from backcloth.scene.remote.dialect import Dialect
from backcloth.scene.remote.exchange import Lost, NotSent, Patience, Target, exchange

_log = structlog.get_logger(__name__)

_HEALTH_S = 3.0
"""Seconds that a look at a server's health may take."""

_FAULTS = 3
"""Failures in a row after which a server that says it is well is left alone all the same."""

_REST_S = 30.0
"""For how long."""


class Replica:
    """A server and what is known of it. Safe to use from several threads.

    Args:
        target: Where it is.
        model: What it has to serve; empty takes whatever it does.
        dialect: How it is spoken to.
        health_s: How long a look at its health counts.
    """

    def __init__(self, target: Target, model: str, dialect: Dialect, health_s: float) -> None:
        self.target = target
        self.dialect = dialect
        self.outstanding = 0
        self.model = model
        self._wanted = model
        self._health_s = health_s
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._looked = -health_s
        self._trouble = ""
        self._faults = 0
        self._rests_until = 0.0
        self._resting = ""

    @property
    def trouble(self) -> str:
        """Why it cannot be asked at present, by the last look; empty when it can."""
        return self._resting if time.monotonic() < self._rests_until else self._trouble

    @property
    def due(self) -> bool:
        """Whether the last look is too old, and somebody should look."""
        now = time.monotonic()
        return now >= self._rests_until and now - self._looked >= self._health_s

    def look(self) -> None:
        """Looks at its health. Whoever comes while one looks goes by the last look."""
        if self._looking.acquire(blocking=False):
            try:
                self._note(self._look())
            finally:
                self._looking.release()

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Counts a request for as long as it lasts."""
        with self._lock:
            self.outstanding += 1
        try:
            yield
        finally:
            with self._lock:
                self.outstanding -= 1

    def worked(self) -> None:
        """It has painted."""
        with self._lock:
            self._faults = 0

    def unreached(self, reason: str) -> None:
        """It could not be reached: as good as a look."""
        self._note(reason)

    def failed(self, reason: str) -> None:
        """It was reached and failed. Several times in a row, and it is left alone."""
        with self._lock:
            self._faults += 1
            tired = self._faults >= _FAULTS
            if tired:
                self._faults = 0
        if tired:
            self.rest(_REST_S, f"failed {_FAULTS} times in a row, at last: {reason}")

    def rest(self, seconds: float, reason: str) -> None:
        """It is not to be asked for a while."""
        _log.warning("remote_engine_rests", url=self.target.base_url, seconds=seconds, reason=reason)
        with self._lock:
            self._resting = reason
            self._rests_until = time.monotonic() + seconds

    def _note(self, trouble: str) -> None:
        with self._lock:
            changed, self._trouble = trouble != self._trouble, trouble
            self._looked = time.monotonic()
        if changed:
            _log.warning("remote_engine_health", url=self.target.base_url, trouble=trouble or "none")

    def _look(self) -> str:
        patience = Patience(time.monotonic() + _HEALTH_S, _HEALTH_S)
        try:
            answer = exchange(self.target, "GET", self.dialect.health, patience)
        except (NotSent, Lost) as problem:
            return f"not reached: {problem}"
        if answer.status != 200:
            return f"answers {answer.status} when asked how it is"
        served = self.dialect.models(answer.body)
        if self._wanted and served and self._wanted not in served:
            return f"does not serve {self._wanted}, but {', '.join(served[:4])}"
        if served and not self._wanted:
            self.model = served[0]
        return ""
