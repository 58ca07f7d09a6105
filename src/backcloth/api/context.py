"""What the routes work with, put together by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from backcloth.accounts.tokens import Tokens
from backcloth.api.limits import RequestLimits
from backcloth.api.streams import Streams
from backcloth.api.throttle import FailureThrottle
from backcloth.jobs.jobs import Jobs
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.waiters import Waiters
from backcloth.settings import Settings
from backcloth.storage.sign import Links, UrlSigner
from backcloth.storage.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """One service as its routes see it.

    Attributes:
        signer: Checks the links that this service answers itself.
        links: Makes those that clients get.
        draining: Whether the process was told to stop.
        ready: What `/health/ready` reports; its `status` is `ok` or the service is not ready. Blocks.
    """

    settings: Settings
    jobs: Jobs
    waiters: Waiters
    tokens: Tokens
    signer: UrlSigner
    links: Links
    store: Store
    metrics: Metrics
    limits: RequestLimits
    failures: FailureThrottle
    streams: Streams
    draining: Callable[[], bool]
    ready: Callable[[], dict[str, Any]]


def _context(request: Request) -> Context:
    return cast("Context", request.app.state.context)


Ctx = Annotated[Context, Depends(_context)]
