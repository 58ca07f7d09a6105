"""`POST /v2/image/edit/replace_background`: authorise, parse, accept, and perhaps wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from backcloth.api.context import Context, Ctx
from backcloth.api.documented import REPLACE_BACKGROUND
from backcloth.api.error_response import error_body
from backcloth.api.idempotency import REPLAYED, key_of
from backcloth.api.limited import Submitting
from backcloth.api.made_by import made_by
from backcloth.api.pictures import Pictures
from backcloth.api.wire import ReplaceBackgroundBody
from backcloth.domain.background import Background
from backcloth.domain.job import Job, Webhook
from backcloth.domain.request import ReplaceBackground
from backcloth.errors import Unavailable, UnsupportedMedia
from backcloth.jobs.status import result_body
from backcloth.net.signature import derive_key
from backcloth.net.url import check_url

router = APIRouter()

_RETRY_S = "30"
"""What a job that ended because something could not run at the moment tells the caller who waited for it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A parsed request, ready to be accepted."""

    request: ReplaceBackground
    inline: dict[str, bytes]
    webhook: Webhook | None
    sync: bool


@router.post("/v2/image/edit/replace_background", **REPLACE_BACKGROUND)
@router.post("/replace_background", include_in_schema=False)
async def replace_background(request: Request, context: Ctx, caller: Submitting) -> JSONResponse:
    """Replaces the background of a photo: 200 with the result (`sync`), or 202 with a status URL."""
    _require_json(request)
    job_id: str = request.state.request_id
    body = await _body(request)
    key = key_of(request, body, caller.organisation, context.settings.job.idempotency_hours)
    submission = await asyncio.to_thread(_parse, body, job_id, caller.token, context)
    del body
    with context.waiters.expect(job_id) as ended:
        answering = await asyncio.to_thread(
            context.jobs.accept,
            job_id,
            caller.organisation,
            submission.request,
            submission.inline,
            submission.webhook,
            key,
        )
        request.state.body.release()
        submission.inline.clear()
        if answering != job_id:
            request.state.headers[REPLAYED] = "true"
            ended.set()  # the other job may have ended long ago
        if submission.sync:
            job = await context.jobs.wait(answering, ended, context.settings.job.sync_deadline_s)
            if job:
                return await asyncio.to_thread(_finished, job, context)
    return JSONResponse(
        {"request_id": answering, "status_url": f"{context.settings.base_url}/v2/status/{answering}"}, 202
    )


async def _body(request: Request) -> bytes:
    """Read as a stream, because the request would keep a body read at once for as long as it lasts."""
    return b"".join([chunk async for chunk in request.stream()])


def _parse(body: bytes, job_id: str, token: str, context: Context) -> Submission:
    """Not to be done on the event loop: 32 MiB of base64 take longer than other requests should wait."""
    wire = ReplaceBackgroundBody.parse(body)
    background: Background = wire.background()
    mode = wire.resolved_mode()
    webhook = None
    if wire.webhook_url and not wire.sync:
        check_url(wire.webhook_url, parameter="webhook_url")
        webhook = Webhook(wire.webhook_url, derive_key(token))
    pictures = Pictures(job_id, context.settings.image.max_references)
    request = ReplaceBackground(
        image=pictures.image(wire.image),
        background=background,
        seed=wire.resolved_seed(),
        references=pictures.references(wire.reference_texts),
        mode=mode,
        refine_prompt=wire.refine_prompt,
        original_quality=wire.original_quality,
        force_background_detection=wire.force_background_detection,
        checks=wire.checks(),
        placement=wire.resolved_placement(),
        notices=wire.notices(),
    )
    return Submission(request, pictures.inline, webhook, wire.sync)


def _require_json(request: Request) -> None:
    """A body without a type is taken for JSON; `*+json` is JSON."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMedia("The body must be application/json.")


def _finished(job: Job, context: Ctx) -> JSONResponse:
    body: dict[str, Any]
    if job.failure:
        failure = job.failure
        body = error_body(failure.code, failure.message, failure.details, job.id)
        headers = {"Retry-After": _RETRY_S} if failure.code == Unavailable.status else {}
        return JSONResponse(body, failure.code, headers)
    if not job.result:
        raise RuntimeError("a final job has a result or a failure")
    body = result_body(job.result, job.expires_at or 0, context.links) | {"request_id": job.id}
    return JSONResponse(body, 200, made_by(job))
