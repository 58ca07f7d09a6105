from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message
from structlog.testing import capture_logs

from backcloth.api.edge import Edge
from backcloth.api.error_response import answer_errors
from backcloth.errors import Unavailable
from backcloth.jobs.metrics import Metrics
from backcloth.settings import BodySettings


@dataclass
class Exchange:
    """One request driven through the application by hand, message by message.

    Attributes:
        left: Pieces of the body that the application has not read.
        endless: After them the client falls silent.
        hangs_up: After them the client leaves.
        sent: What the application answered.
    """

    left: list[bytes]
    endless: bool = False
    hangs_up: bool = False
    sent: list[Message] = field(default_factory=list)

    async def receive(self) -> Message:
        """The next piece of the body, or the end of the connection."""
        if self.left:
            piece = self.left.pop(0)
            more = bool(self.left) or self.endless or self.hangs_up
            return {"type": "http.request", "body": piece, "more_body": more}
        if self.endless:
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Takes a message of the answer."""
        self.sent.append(message)

    @property
    def status(self) -> int:
        """Of the answer."""
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer."""
        return {name.decode(): text.decode() for name, text in self.sent[0]["headers"]}

    @property
    def body(self) -> Any:
        """Of the answer, which must be complete."""
        assert not self.sent[-1].get("more_body", False)
        return json.loads(b"".join(message["body"] for message in self.sent[1:]))


def application(metrics: Metrics | None = None, **limits: float) -> Edge:
    """An application that reads its body, leaves it, or breaks, behind an edge with these limits."""
    app = FastAPI()
    answer_errors(app, ())

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.post("/leave")
    async def leave() -> int:
        return 0

    @app.post("/break")
    async def broken() -> int:
        raise KeyError("a secret of the operator")

    @app.post("/full")
    async def full() -> int:
        raise Unavailable("Full.", retry_after=7)

    settings = BodySettings.model_validate({"max_bytes": 2000, "drain_bytes": 3000, **limits})
    return Edge(app, settings=settings, metrics=metrics or Metrics())


async def exchange(
    app: ASGIApp,
    path: str,
    *pieces: bytes,
    length: int | None = None,
    endless: bool = False,
    hangs_up: bool = False,
) -> Exchange:
    """Sends a body in pieces; chunked unless a length is declared."""
    header = (b"transfer-encoding", b"chunked") if length is None else (b"content-length", b"%d" % length)
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [header],
    }
    made = Exchange(list(pieces), endless=endless, hangs_up=hangs_up)
    await app(scope, made.receive, made.send)
    return made


def ask(app: ASGIApp, path: str, *pieces: bytes, length: int | None = None, **how: bool) -> Exchange:
    """As `exchange`, on an event loop of its own."""
    return asyncio.run(exchange(app, path, *pieces, length=length, **how))


def test_a_body_within_its_limits_is_read() -> None:
    """And the connection may be used again."""
    made = ask(application(), "/read", b"x" * 1500, b"y" * 500)
    assert (made.status, made.body) == (200, 2000)
    assert "connection" not in made.headers


def test_a_declared_length_over_the_cap_is_refused_unread() -> None:
    """The answer goes out before the first byte is asked for; then the rest is drained."""
    made = ask(application(), "/read", b"x" * 2001, length=2001)
    assert made.status == 413
    assert made.body["error"]["code"] == 413
    assert made.headers["connection"] == "close"
    assert not made.left


def test_a_chunked_body_is_refused_when_it_passes_the_cap() -> None:
    """It cannot say beforehand how long it is."""
    made = ask(application(), "/read", *[b"x" * 1000] * 4)
    assert made.status == 413
    assert not made.left


def test_no_more_is_drained_than_allowed() -> None:
    """What comes after that is left unread, and the connection is closed."""
    made = ask(application(), "/read", *[b"x" * 1000] * 20)
    assert made.status == 413
    assert len(made.left) == 20 - 3 - 3


def test_a_body_that_nobody_read_is_drained() -> None:
    """A route that answers early leaves no client in the middle of its writing."""
    made = ask(application(), "/leave", b"x" * 500, b"y" * 500)
    assert (made.status, made.body) == (200, 0)
    assert not made.left


def test_a_body_that_stops_coming_is_a_408() -> None:
    """After its time."""
    made = ask(application(timeout_s=0.05), "/read", b"x", endless=True)
    assert made.status == 408
    assert made.body["error"]["code"] == 408


def test_bodies_together_are_capped_and_given_back() -> None:
    """While one is being read, another that would pass the limit is a 503; afterwards it is taken."""

    async def both() -> list[int]:
        app = application(in_flight_bytes=3000, timeout_s=0.2)
        first = asyncio.create_task(exchange(app, "/read", b"x", length=2000, endless=True))
        await asyncio.sleep(0.05)
        second = await exchange(app, "/read", b"x" * 2000, length=2000)
        third = await exchange(app, "/read", b"x" * 1500)
        await first
        fourth = await exchange(app, "/read", b"x" * 2000, length=2000)
        return [made.status for made in (second, third, await first, fourth)]

    assert asyncio.run(both()) == [503, 503, 408, 200]


def test_a_fault_is_a_500_that_tells_nothing() -> None:
    """The one body with the request's id; what happened is in the log, and the server need not know."""
    metrics = Metrics()
    with capture_logs() as logged:
        made = ask(application(metrics), "/break", b"")
    assert made.status == 500
    assert made.body["error"]["code"] == 500
    assert made.body["request_id"] == made.headers["x-request-id"]
    assert "secret" not in json.dumps(made.body)
    assert [line["event"] for line in logged] == ["request_failed"]
    assert isinstance(logged[0]["exc_info"], KeyError)
    assert metrics.responses.labels(500)._value.get() == 1


def test_a_refusal_may_say_when_to_come_back() -> None:
    """In whole seconds."""
    made = ask(application(), "/full", b"")
    assert (made.status, made.headers["retry-after"]) == (503, "7")


def test_a_client_that_hangs_up_is_no_fault() -> None:
    """Nothing is logged as one, and no 500 is counted."""
    metrics = Metrics()
    with capture_logs() as logged:
        ask(application(metrics), "/read", b"x", length=1000, hangs_up=True)
    assert logged == []
    assert metrics.responses.labels(500)._value.get() == 0


@pytest.mark.parametrize("length", ["abc", "-5", "", "٣", "1" * 5000])
def test_a_strange_length_is_no_fault(length: str) -> None:
    """Servers refuse most of them; whatever passes is either huge or counts as not declared."""

    async def strange() -> Exchange:
        made = Exchange([b"x"])
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/read",
            "query_string": b"",
            "headers": [(b"content-length", length.encode("utf-8"))],
        }
        await application()(scope, made.receive, made.send)
        return made

    assert asyncio.run(strange()).status in (200, 413)


def test_other_protocols_pass_through() -> None:
    """The edge is about HTTP."""
    seen: list[str] = []

    async def app(scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        del receive, send
        seen.append(scope["type"])

    async def pass_through() -> None:
        made = Exchange([])
        edge = Edge(app, settings=BodySettings(), metrics=Metrics())
        await edge({"type": "lifespan"}, made.receive, made.send)

    asyncio.run(pass_through())
    assert seen == ["lifespan"]
