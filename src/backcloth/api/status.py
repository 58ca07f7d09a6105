"""`/v2/status/{request_id}`: where a job stands, its notes, and taking it back."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backcloth.api.context import Context, Ctx
from backcloth.api.documented import CANCEL, NOTES, STATUS
from backcloth.api.limited import Asking
from backcloth.api.made_by import made_by
from backcloth.api.standing import headers as headers_of
from backcloth.api.standing import standing
from backcloth.domain.job import Job
from backcloth.jobs.status import status_body

router = APIRouter()

NOT_FOUND = {"status": "NOT_FOUND"}
"""The documented body of an unknown id; it has no error envelope (contract §2.1)."""


@router.get("/v2/status/{request_id}", **STATUS)
async def status(request_id: str, context: Ctx, caller: Asking) -> JSONResponse:
    """Tells where a job stands. An unknown id, an expired one and someone else's are all 404."""
    job = await asyncio.to_thread(context.jobs.find, request_id, caller.organisation)
    if job is None:
        return JSONResponse(NOT_FOUND, 404)
    return await asyncio.to_thread(_told, job, context)


@router.delete("/v2/status/{request_id}", **CANCEL)
async def cancel(request_id: str, context: Ctx, caller: Asking) -> JSONResponse:
    """Ends a job, waiting or in work, and tells how it ended; likewise when asked again.

    A job that was completed or has failed is a 409.
    """
    job = await asyncio.to_thread(context.jobs.cancel, request_id, caller.organisation)
    if job is None:
        return JSONResponse(NOT_FOUND, 404)
    return await asyncio.to_thread(_told, job, context)


@router.get("/v2/status/{request_id}/notes", **NOTES)
async def notes(request_id: str, context: Ctx, caller: Asking) -> JSONResponse:
    """How a finished job was made: cut-out preset, engine, scene, stage times, pixels kept.

    A resource of its own, so that the status body stays what strict clients expect.
    """
    job = await asyncio.to_thread(context.jobs.find, request_id, caller.organisation)
    if job is None:
        return JSONResponse(NOT_FOUND, 404)
    body: dict[str, Any] = {"request_id": job.id}
    if job.result:
        body |= {"notes": list(job.result.notices), **job.result.record}
    return JSONResponse(body)


def _told(job: Job, context: Context) -> JSONResponse:
    headers = made_by(job) | headers_of(standing(job, context.jobs))
    return JSONResponse(status_body(job, context.links), headers=headers)
