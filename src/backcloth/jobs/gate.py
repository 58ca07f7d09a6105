"""Lets jobs run side by side, and a suspect alone, so that a death of the process has one culprit."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A lock that many hold together, or one alone.

    Whoever wants it alone goes before those who come later, so that a busy service does not starve a suspect.

    Args:
        settle_s: Seconds in which suspects gather after a start, so that the least suspicious goes first.
    """

    def __init__(self, *, settle_s: float = 0.25) -> None:
        self._settle_s = settle_s
        self._free = threading.Condition()
        self._inside = 0
        self._suspects: list[int] = []

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Passes beside others."""
        with self._free:
            self._free.wait_for(lambda: self._inside >= 0 and not self._suspects)
            self._inside += 1
        try:
            yield
        finally:
            with self._free:
                self._inside -= 1
                self._free.notify_all()

    @contextmanager
    def alone(self, deaths: int) -> Iterator[None]:
        """Passes when nobody else is inside, and keeps everybody out.

        Whoever died least goes first: otherwise the first in line would be hit by every death that comes soon
        after a start, and be blamed for all of them.
        """
        with self._free:
            self._suspects.append(deaths)
        time.sleep(self._settle_s)
        with self._free:
            self._free.wait_for(lambda: self._inside == 0 and deaths == min(self._suspects))
            self._suspects.remove(deaths)
            self._inside = -1
        try:
            yield
        finally:
            with self._free:
                self._inside = 0
                self._free.notify_all()
