"""`GET /v2/status/{request_id}/events`: a job's way to its end as Server-Sent Events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from backcloth.api.context import Context, Ctx
from backcloth.api.documented import EVENTS
from backcloth.api.limited import Asking
from backcloth.api.standing import standing
from backcloth.api.status import NOT_FOUND
from backcloth.api.streams import Streams
from backcloth.domain.job import Job
from backcloth.jobs.status import status_body

router = APIRouter()

_log = structlog.get_logger(__name__)

_LOOK_S = 1.0
"""How often the job's row is looked at; its end is mostly heard of at once."""

_HEARTBEAT_S = 15.0
"""Silence after which a comment is sent, so that proxies keep the connection and a lost client is noticed."""

_RETRY_MS = 2000
"""After which a browser comes back when the stream broke: at the end of this process, for example."""


class _Stream(StreamingResponse):
    """Counted from before its first byte to whatever ends it."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[str], streams: Streams, organisation: str) -> None:
        # nginx would otherwise collect events until its buffer is full.
        super().__init__(events, headers={"X-Accel-Buffering": "no"})
        self._streams = streams
        self._organisation = organisation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.hold(self._organisation):
            await super().__call__(scope, receive, send)


@router.get("/v2/status/{request_id}/events", **EVENTS)
async def events(request_id: str, context: Ctx, caller: Asking) -> Response:
    """Tells how far a job is whenever that changes, then how it ended, and closes."""
    job = await asyncio.to_thread(context.jobs.find, request_id, caller.organisation)
    if job is None:
        return JSONResponse(NOT_FOUND, 404)
    return _Stream(_told(job, context), context.streams, caller.organisation)


async def _told(job: Job, context: Context) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MS}\n\n"
    loop = asyncio.get_running_loop()
    last, said_at = None, loop.time()
    with context.waiters.expect(job.id) as ended:
        while not context.draining():
            ended.clear()
            news = await asyncio.to_thread(_look, job, context)
            if news != last and news is not None:
                yield news
                if news.startswith("event: end"):
                    return
                last, said_at = news, loop.time()
            elif loop.time() - said_at >= _HEARTBEAT_S:
                yield ": still here\n\n"
                said_at = loop.time()
            try:
                async with asyncio.timeout(_LOOK_S):
                    await ended.wait()
            except TimeoutError:
                pass


def _look(job: Job, context: Context) -> str | None:
    """The event that describes the job now; None where that cannot be known."""
    try:
        now = context.jobs.find(job.id, job.organisation)
        if now is None:
            return _event("end", NOT_FOUND)
        if now.state.final:
            return _event("end", status_body(now, context.links))
        return _event("progress", {**status_body(now, context.links), **standing(now, context.jobs)})
    except SQLAlchemyError:
        _log.warning("events_could_not_look", job_id=job.id, exc_info=True)
        return None


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
