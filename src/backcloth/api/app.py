"""The application: its layers in one place, its routes in one list."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp

import backcloth
from backcloth.api import events, files, health, page, replace_background, status
from backcloth.api.context import Context
from backcloth.api.cors import Cors
from backcloth.api.edge import Edge
from backcloth.api.error_response import answer_errors

_ROUTERS = (replace_background.router, status.router, events.router, files.router, health.router, page.router)

_QUIET: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""Of the framework itself; request_span.py says why."""


def create_app(context: Context) -> ASGIApp:
    """The ASGI application over an open service."""
    app = FastAPIOffline(
        title="Backcloth",
        version=backcloth.__version__,
        summary="Replaces the background of a photo and keeps the subject's own pixels.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        telemetry=_QUIET,
    )
    return _layered(app, context, _ROUTERS)


def create_worker_app(context: Context) -> ASGIApp:
    """What a worker answers: its health and its metrics."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=_QUIET)
    return _layered(app, context, (health.router,))


def _layered(app: FastAPI, context: Context, routers: tuple[APIRouter, ...]) -> ASGIApp:
    app.state.context = context
    answer_errors(app, routers)
    for router in routers:
        app.include_router(router)
    origins = context.settings.cors_origins
    return Edge(
        Cors(app, origins) if origins else app, settings=context.settings.body, metrics=context.metrics
    )
