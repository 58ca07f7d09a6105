"""A web server of the tests' own on a free loopback port."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Loopback:
    """Runs while the `with` block does. What it answers is a subclass's `handler`."""

    host = "127.0.0.1"
    """The address to listen at."""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What answers the requests."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Starts it on a free port."""
        self._server = ThreadingHTTPServer((self.host, 0), self.handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def origin(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://{self.host}:{self._server.server_port}"
