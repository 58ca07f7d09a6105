"""The one error body, on every path (contract §3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from backcloth.domain.job import Failure
from backcloth.errors import (
    BackclothError,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Unavailable,
    one_line,
)
from backcloth.jobs.status import error_object

_log = structlog.get_logger(__name__)


def error_body(code: int, message: str, details: str, request_id: str) -> dict[str, Any]:
    """The envelope: an integer code equal to the HTTP status, a title, a sentence and the request id."""
    return {"error": error_object(Failure(code, message, details)), "request_id": request_id}


def error_response(error: BackclothError, request_id: str) -> JSONResponse:
    """An error as its response."""
    body = error_body(error.status, error.message, error.details, request_id)
    return JSONResponse(body, status_code=error.status, headers=error.headers)


def answer_errors(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Makes the application answer every exception with the one body.

    Args:
        app: The application.
        routers: What it includes, for the methods in a 405; the framework keeps no list of all routes.
    """
    routes = [*app.routes, *(route for router in routers for route in router.routes)]
    app.state.routes = [route for route in routes if isinstance(route, Route)]
    app.add_exception_handler(BackclothError, _own)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(OperationalError, _no_database)
    app.add_exception_handler(PoolTimeout, _no_database)
    app.add_exception_handler(Exception, _unexpected)


async def _own(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, BackclothError):
        raise error
    if error.__cause__:
        _log.warning("request_refused", code=error.status, details=error.details, exc_info=error.__cause__)
    return error_response(error, request.state.request_id)


async def _framework(request: Request, error: Exception) -> JSONResponse:
    """Starlette's own refusals: no such route, method not allowed."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    translated: BackclothError
    match status:
        case 404:
            translated = NotFound("There is no such route.")
        case 405:
            translated = MethodNotAllowed("This route does not answer this method.")
        case _ if status < 500:
            translated = InvalidRequest("The request could not be understood.")
        case _:
            translated = InternalError("The request failed for an internal reason.")
    response = error_response(translated, request.state.request_id)
    if status == 405:
        response.headers["Allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """All that the path answers; the framework names those of its first route alone."""
    routes: list[Route] = request.app.state.routes
    matching = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in route.methods or ()})


async def _hung_up(request: Request, _error: Exception) -> JSONResponse:
    """The client left while it sent its body: no fault of ours, and nobody reads the answer."""
    return error_response(InvalidRequest("The body was not sent to its end."), request.state.request_id)


async def _no_database(request: Request, error: Exception) -> JSONResponse:
    """The database is away or full of work; nothing was accepted, or nobody knows."""
    _log.error("database_failed", reason=one_line(error))
    return error_response(
        Unavailable("The service cannot reach its database at the moment.", retry_after=5),
        request.state.request_id,
    )


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """A fault of ours: the reason goes into the log, and only there."""
    _log.error("request_failed", exc_info=error)
    return error_response(
        InternalError("The request failed for an internal reason."), request.state.request_id
    )
