"""The span of a submit, with which a job's trace begins, or goes on from the caller's own.

FastAPI makes spans, too, and is told not to: of every request, also of those that ask for a status once a
second or for a picture, with their query, which is what signs a picture's URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind
from starlette.datastructures import Headers
from starlette.types import Scope

from backcloth.jobs import spans


@contextmanager
def request_span(scope: Scope, request_id: str) -> Iterator[Span]:
    """A span for a POST, which is how jobs are submitted; of other requests an empty one.

    Args:
        scope: ASGI's; its headers may say where the trace began, in the form that OTEL_PROPAGATORS has.
        request_id: Of the request, and of its job.
    """
    if scope["method"] != "POST" or not spans.exported():
        yield trace.INVALID_SPAN
        return
    with spans.span(
        "POST",
        {"http.request.method": "POST", "backcloth.request_id": request_id},
        parent=propagate.extract(Headers(scope=scope)),
        kind=SpanKind.SERVER,
    ) as span:
        yield span


def answered(span: Span, scope: Scope, status: int) -> None:
    """Says of a request's span what it came to.

    Args:
        span: It.
        scope: ASGI's, after routing.
        status: Of the answer; 0 where none was begun.
    """
    if route := getattr(scope.get("route"), "path_format", None):
        span.update_name(f"POST {route}")
        span.set_attribute("http.route", route)
    if status:
        span.set_attribute("http.response.status_code", status)
    if not status or status >= 500:
        spans.fail(span, str(status or "unanswered"))
