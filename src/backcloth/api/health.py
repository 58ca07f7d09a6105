"""`/health/live`, `/health/ready` and `/metrics`."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backcloth.api.context import Ctx
from backcloth.api.documented import METRICS

router = APIRouter()


@router.head("/health/live", include_in_schema=False)
@router.get("/health/live", tags=["operations"])
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.head("/health/ready", include_in_schema=False)
@router.get("/health/ready", tags=["operations"], responses={503: {"description": "Not ready."}})
async def ready(context: Ctx) -> JSONResponse:
    """The database, the store and the engines work, and which engines they are."""
    report = await asyncio.to_thread(context.ready)
    return JSONResponse(report, 200 if report["status"] == "ok" else 503)


@router.get("/metrics", **METRICS)
async def metrics(context: Ctx) -> Response:
    """Counters of this process, and what waits in the database, for Prometheus."""
    text = await asyncio.to_thread(generate_latest, context.metrics.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
