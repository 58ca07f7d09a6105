"""The outermost layer: request id, body limits, security headers, and a JSON answer to any fault.

Pure ASGI, because the framework's own body cap answers in plain text and sees the body too late.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backcloth.api.error_response import error_response
from backcloth.api.request_span import answered, request_span
from backcloth.errors import BackclothError, SlowBody, TooLarge, Unavailable
from backcloth.jobs.metrics import Metrics
from backcloth.settings import BodySettings


@dataclass(slots=True)
class Budget:
    """Body bytes being held by all requests together. Only touched on the event loop."""

    limit: int
    held: int = 0


class Body:
    """One request's body: counted, timed and capped while it is received.

    Attributes:
        complete: Whether nothing more is to come.
    """

    def __init__(self, receive: Receive, settings: BodySettings, budget: Budget, headers: Headers) -> None:
        self._receive = receive
        self._settings = settings
        self._budget = budget
        self._reserved = 0
        self._seen = 0
        self._deadline = asyncio.get_running_loop().time() + settings.timeout_s
        length = headers.get("content-length", "0")
        self._declared = int(length[:20]) if length.isascii() and length.isdigit() else 0
        self.complete = not self._declared and "transfer-encoding" not in headers

    def admit(self) -> None:
        """Judges the declared length before a byte is read.

        Raises:
            TooLarge: over the cap.
        """
        if self._declared > self._settings.max_bytes:
            raise self._too_large()

    async def receive(self) -> Message:
        """The next message.

        Raises:
            SlowBody, TooLarge, Unavailable: the body broke its limits.
        """
        if self.complete:
            return await self._receive()
        if not self._seen:
            # Only now, because by now the caller is known: strangers must not be able to hold the budget.
            self._reserve(self._declared - self._reserved)
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise SlowBody(f"The body did not arrive within {self._settings.timeout_s:g} seconds.") from None
        if message["type"] == "http.request":
            self._count(len(message.get("body", b"")))
            self.complete = not message.get("more_body", False)
        else:
            self.complete = True
        return message

    def _count(self, size: int) -> None:
        self._seen += size
        if self._seen > self._settings.max_bytes:
            raise self._too_large()
        if self._seen > self._reserved:
            self._reserve(self._seen - self._reserved)

    def _reserve(self, size: int) -> None:
        if size and self._budget.held + size > self._budget.limit:
            raise Unavailable("Too many uploads are in progress.", retry_after=2)
        self._budget.held += size
        self._reserved += size

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is larger than the limit of {self._settings.max_bytes} bytes.")

    def release(self) -> None:
        """Gives the reservation back: the bytes have been stored or refused."""
        self._budget.held -= self._reserved
        self._reserved = 0
        self._seen = 0

    async def drain(self) -> None:
        """Reads and drops what is still coming, within limits, so that the client gets to read the answer."""
        self.release()
        left = self._settings.drain_bytes
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                while left > 0 and not self.complete:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    self.complete = message["type"] != "http.request" or not message.get("more_body", False)
        except TimeoutError:
            return


class Edge:
    """ASGI middleware around the whole application.

    Args:
        app: The application.
        settings: Body limits.
        metrics: Counts responses.
    """

    def __init__(self, app: ASGIApp, *, settings: BodySettings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._budget = Budget(settings.in_flight_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(16)
        body = Body(receive, self._settings, self._budget, Headers(scope=scope))
        answer = _Answer(send, request_id, body, self._metrics)
        scope.setdefault("state", {}).update(request_id=request_id, body=body, headers=answer.headers)
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            request_span(scope, request_id) as span,
        ):
            try:
                body.admit()
                await self._app(scope, body.receive, answer.send)
            except BackclothError as refusal:
                if answer.status:
                    raise
                await error_response(refusal, request_id)(scope, receive, answer.send)
            except Exception:
                # The framework raises a fault again after the application has logged and answered it.
                if not answer.complete:
                    raise
            finally:
                body.release()
                answered(span, scope, answer.status)


_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": _NOTHING,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What browsers are told of every answer that does not say otherwise itself: nothing in it is to be run,
framed, embedded, guessed at or kept."""


class _Answer:
    """Sends one response, with the headers every response carries.

    When the request's body has not been read to its end, the response is sent first, then the rest is
    drained, and only then does the response end: the server would otherwise reset a client that still writes.

    Attributes:
        headers: More that this response is to carry, whatever it becomes; `request.state.headers` in routes.
        status: Its status once it was begun, before that 0.
    """

    def __init__(self, send: Send, request_id: str, body: Body, metrics: Metrics) -> None:
        self._send = send
        self._body = body
        self._metrics = metrics
        self.headers = {"X-Request-Id": request_id}
        self.status = 0
        self.complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update(self.headers)
            for name, value in _GUARDS.items():
                headers.setdefault(name, value)
            if not self._body.complete:
                headers["Connection"] = "close"
            self._metrics.responses.labels(self.status).inc()
        elif not message.get("more_body", False) and not self._body.complete:
            await self._send({**message, "more_body": True})
            await self._body.drain()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)
        self.complete = message["type"] == "http.response.body" and not message.get("more_body", False)
