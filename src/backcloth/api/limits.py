"""How many jobs an organisation may submit a minute."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from backcloth.errors import TooManyRequests


class SubmitLimit:
    """A moving window an organisation, in this process's memory.

    Args:
        per_minute: Jobs allowed; 0 is no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, organisation: str) -> None:
        """Counts one submit.

        Raises:
            TooManyRequests: over the limit, with the whole seconds until the next is allowed.
        """
        if self._item is None or self._limiter.hit(self._item, organisation):
            return
        window = self._limiter.get_window_stats(self._item, organisation)
        wait = max(1, math.ceil(window.reset_time - time.time()))
        raise TooManyRequests(
            f"The limit of {self._item.amount} submitted jobs a minute is reached.", retry_after=wait
        )
