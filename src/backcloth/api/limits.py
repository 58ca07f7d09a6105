"""How many requests an organisation may send a minute, endpoint by endpoint."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from backcloth.errors import TooManyRequests

_log = structlog.get_logger(__name__)

Endpoint = Literal["submit", "status"]
"""What is counted by itself: jobs submitted; and all that is asked about them."""

HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
"""As the IETF's draft "RateLimit header fields for HTTP" had them in its first versions."""

DOCUMENTED: dict[str, Any] = {
    name: {"description": description, "schema": {"type": "integer"}}
    for name, description in zip(
        HEADERS,
        (
            "Requests that the organisation may send in any minute, where there is a limit.",
            "Of them, those that it may still send now.",
            "Seconds until one more may be sent.",
        ),
        strict=True,
    )
}
"""For OpenAPI."""

_SAID = {"submit": "submitted jobs", "status": "requests about jobs"}

_TIMEOUT_S = 0.25
"""For one answer of the shared store; every request waits for it."""

_PAUSE_S = 5.0
"""How long a store that failed is not asked again: requests must not wait for it one by one."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request was counted.

    Attributes:
        granted: Whether the request may be answered.
        limit: Requests in any 60 seconds.
        remaining: Of them, those that may still be sent now.
        reset_s: Whole seconds until the oldest request that counts is a minute old, and one more may be sent.
    """

    granted: bool
    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """What the answer carries."""
        return dict(zip(HEADERS, map(str, (self.limit, self.remaining, self.reset_s)), strict=True))


class RequestLimits:
    """A moving minute for each organisation and endpoint, in a store that processes share, or in memory.

    Limits protect the service, they do not authorise: while the shared store is away, nothing is refused.

    Args:
        per_minute: Requests allowed; 0 is no limit.
        url: `redis://…` or `valkey://…`, TLS `rediss://…`; empty is this process's memory.

    Raises:
        ValueError: the client library is not installed, or the URL cannot be used.
    """

    def __init__(self, per_minute: Mapping[Endpoint, int], url: str = "") -> None:
        self._items = {name: RateLimitItemPerMinute(amount) for name, amount in per_minute.items() if amount}
        self.store = "redis" if url else "memory"
        self._storage = _open_redis(url) if url else MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._away_until = -math.inf

    def hit(self, endpoint: Endpoint, organisation: str) -> Allowance | None:
        """Counts one request. None where there is no limit, or where it cannot be known. Blocks."""
        item = self._items.get(endpoint)
        if item is None or time.monotonic() < self._away_until:
            return None
        try:
            granted = self._limiter.hit(item, endpoint, organisation)
            window = self._limiter.get_window_stats(item, endpoint, organisation)
        except StorageError as fault:
            self._away_until = time.monotonic() + _PAUSE_S
            _log.warning("limits_not_kept", reason=type(fault.storage_error).__name__, for_s=_PAUSE_S)
            return None
        wait = max(0, math.ceil(window.reset_time - time.time()))
        return Allowance(granted, item.amount, max(0, window.remaining) if granted else 0, wait)

    def report(self) -> dict[str, Any]:
        """Where requests are counted, and whether they are. Blocks."""
        return {"store": self.store, "state": "ok" if self._storage.check() else "away: nothing is refused"}


def refusal(endpoint: Endpoint, allowance: Allowance) -> TooManyRequests:
    """What a caller is told who is over the limit."""
    return TooManyRequests(
        f"The limit of {allowance.limit} {_SAID[endpoint]} a minute is reached.",
        retry_after=max(1, allowance.reset_s),
    )


def _open_redis(url: str) -> RedisStorage:
    try:
        redis = importlib.import_module("redis")
    except ModuleNotFoundError:
        raise ValueError("BACKCLOTH_LIMITS_URL needs the client: pip install 'backcloth[redis]'") from None
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 1)
    pool = redis.ConnectionPool.from_url(
        # Valkey speaks the same protocol, and one client is enough.
        url.replace("valkey", "redis", 1),
        socket_timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        retry=retry,
    )
    return RedisStorage("redis://", connection_pool=pool, key_prefix="backcloth", wrap_exceptions=True)
