"""How many event streams an organisation may have open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from backcloth.errors import TooManyRequests


class Streams:
    """The event streams that are open in this process, which only the event loop touches.

    Args:
        each: Those that an organisation may have; 0 is no limit.
    """

    def __init__(self, each: int) -> None:
        self._each = each
        self._open: Counter[str] = Counter()

    @contextmanager
    def hold(self, organisation: str) -> Iterator[None]:
        """Counts one more as long as the block lasts.

        Raises:
            TooManyRequests: there are too many.
        """
        if self._each and self._open[organisation] >= self._each:
            raise TooManyRequests(f"You have {self._each} event streams open, the limit.", retry_after=10)
        self._open[organisation] += 1
        try:
            yield
        finally:
            self._open[organisation] -= 1
            if not self._open[organisation]:
                del self._open[organisation]
