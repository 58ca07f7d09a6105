"""One HTTP exchange with a server of the operator's, which tells whether the server can have begun to work.

The standard library's client is used because it sends in the calling thread: when sending fails, the server
lacks the end of the body and cannot have begun; once it has succeeded, only the server knows. No redirect is
followed and no proxy asked.
"""

from __future__ import annotations

import functools
import http.client
import selectors
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LOOK_S = 0.25
"""How often a wait looks whether the job was cancelled."""

_PIECE_BYTES = 64 * 1024

ANSWER_MAX = 96 * 1024 * 1024
"""Bytes of an answer: a 16 MP picture that does not compress at all, as base64, with room."""


class NotSent(Exception):
    """The server cannot have begun: it was not reached, or did not get the whole body."""


class Lost(Exception):
    """The whole body was sent and no whole answer came. The work may have been done, and paid for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server's API.

    Attributes:
        base_url: Absolute, http or https, without a slash at its end.
        headers: Sent with every request; they hold the key.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: The HTTP status; redirects are not followed.
        retry_after: Whole seconds after which the server wants to be asked again; None if it does not say.
        body: The bytes.
    """

    status: int
    retry_after: int | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an exchange may last.

    Attributes:
        until: When it has to be over, as `time.monotonic` counts.
        connect_s: Seconds for a connection.
        check: Called now and then while it waits; what it raises ends the exchange.
    """

    until: float
    connect_s: float
    check: Callable[[], None] = lambda: None

    @property
    def left(self) -> float:
        """Seconds until then; never 0, which would mean no limit to a socket."""
        return max(0.001, self.until - time.monotonic())


def exchange(
    target: Target, method: str, path: str, patience: Patience, *, media_type: str = "", body: bytes = b""
) -> Answer:
    """Sends a request and reads its answer.

    Args:
        target: Whom to ask.
        method: GET or POST.
        path: After the base URL, with its slash.
        patience: How long it may take.
        media_type: Of the body.
        body: What is sent.

    Raises:
        NotSent, Lost: it did not work out.
    """
    connection = _connection(target, min(patience.connect_s, patience.left))
    try:
        try:
            connection.connect()
            connection.sock.settimeout(patience.left)
            headers = {"User-Agent": "Backcloth", "Accept": "application/json", **target.headers}
            if body:
                headers["Content-Type"] = media_type
            connection.request(method, urlsplit(target.base_url).path + path, body or None, headers)
        except (OSError, http.client.HTTPException) as problem:
            raise NotSent(f"{type(problem).__name__}: {problem}") from problem
        try:
            _await_first_byte(connection, patience)
            return _read(connection, patience)
        except (OSError, http.client.HTTPException) as problem:
            raise Lost(f"{type(problem).__name__}: {problem}") from problem
    finally:
        connection.close()


def _connection(target: Target, connect_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(target.base_url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=connect_s, context=_trust())
    return http.client.HTTPConnection(host, parts.port, timeout=connect_s)


@functools.cache
def _trust() -> ssl.SSLContext:
    """The system's certificates. Reading them takes longer than many an exchange."""
    return ssl.create_default_context()


def _await_first_byte(connection: http.client.HTTPConnection, patience: Patience) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        while not selector.select(min(_LOOK_S, patience.left)):
            patience.check()
            if time.monotonic() >= patience.until:
                raise TimeoutError("no answer in time")
    connection.sock.settimeout(patience.left)


def _read(connection: http.client.HTTPConnection, patience: Patience) -> Answer:
    # The response takes the socket over once it is the last on the connection.
    socket = connection.sock
    response = connection.getresponse()
    body = bytearray()
    while piece := response.read1(_PIECE_BYTES):
        body += piece
        if len(body) > ANSWER_MAX:
            raise OSError(f"an answer of more than {ANSWER_MAX} bytes")
        if time.monotonic() >= patience.until:
            raise TimeoutError("the answer did not end in time")
        if socket.fileno() >= 0:
            socket.settimeout(patience.left)
    if response.length:
        raise OSError(f"the answer ended {response.length} bytes early")
    return Answer(response.status, _seconds(response.headers.get("Retry-After", "")), bytes(body))


def _seconds(text: str) -> int | None:
    """Whole seconds of a Retry-After header; the form with a date is rare and counts as none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
