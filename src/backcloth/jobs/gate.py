"""Lets jobs run side by side, and a suspect alone, so that a death of the process has one culprit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A lock that many hold together, or one alone.

    Whoever wants it alone goes before those who come later, so that a busy service does not starve a suspect.
    """

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._inside = 0
        self._waiting_alone = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Passes beside others."""
        with self._free:
            self._free.wait_for(lambda: self._inside >= 0 and not self._waiting_alone)
            self._inside += 1
        try:
            yield
        finally:
            with self._free:
                self._inside -= 1
                self._free.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Passes when nobody else is inside, and keeps everybody out."""
        with self._free:
            self._waiting_alone += 1
            self._free.wait_for(lambda: self._inside == 0)
            self._waiting_alone -= 1
            self._inside = -1
        try:
            yield
        finally:
            with self._free:
                self._inside = 0
                self._free.notify_all()
