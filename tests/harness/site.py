"""A small web server on loopback: it hands out pictures and takes webhooks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from harness.loopback import Loopback


@dataclass(frozen=True)
class Page:
    """What one path answers.

    Attributes:
        body: The bytes.
        status: The HTTP status.
        media_type: Its Content-Type.
        location: Where to redirect to.
        gate: The answer waits until this event is set.
        headers: Further headers.
        then: What the path answers from the next request on; None keeps the page.
    """

    body: bytes = b""
    status: int = 200
    media_type: str = "image/png"
    location: str = ""
    gate: threading.Event | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Page | None = None


@dataclass(frozen=True)
class Delivery:
    """One POST that was received."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Site(Loopback):
    """Runs while the `with` block does.

    Attributes:
        pages: Answers by path; any other path is a 404.
        deliveries: Every POST received.
    """

    pages: dict[str, Page] = field(default_factory=dict)
    deliveries: queue.Queue[Delivery] = field(default_factory=queue.Queue)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Hands out the pages and takes the deliveries."""
        return _handler(self)

    def url(self, path: str) -> str:
        """The absolute URL of a path."""
        return f"{self.origin}{path}"


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(site.pages.get(self.path, Page(status=404)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.deliveries.put(Delivery(self.path, dict(self.headers), body))
            self._answer(site.pages.get(self.path, Page(status=204)))

        def _answer(self, page: Page) -> None:
            if page.then:
                site.pages[self.path] = page.then
            if page.gate:
                page.gate.wait(timeout=30)
            self.send_response(page.status)
            self.send_header("Content-Type", page.media_type)
            self.send_header("Content-Length", str(len(page.body)))
            if page.location:
                self.send_header("Location", page.location)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body)

        def handle(self) -> None:
            with suppress(ConnectionError):  # a client may be tired of waiting
                super().handle()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
            """Says nothing."""

    return Handler
