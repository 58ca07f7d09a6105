"""Requests that no client library would send, over a bare connection."""

from __future__ import annotations

import http.client
import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

SUBMIT = "/v2/image/edit/replace_background"


class Connection:
    """One TCP connection to a service.

    Args:
        origin: The service's origin.
    """

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self._host = parts.netloc
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20)

    def __enter__(self) -> Self:
        """Is open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self._socket.close()

    def head(self, method: str = "POST", path: str = SUBMIT, **headers: str) -> None:
        """Sends a request line and headers; underscores in names stand for dashes, but for `api_token`."""
        names = {name: name if name == "api_token" else name.replace("_", "-") for name in headers}
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{names[name]}: {text}" for name, text in headers.items()]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._socket.sendall(data)

    def chunk(self, data: bytes) -> None:
        """Sends one chunk of a chunked body; an empty one ends it."""
        self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def interim(self) -> str:
        """The status line of an interim answer, such as `100 Continue`."""
        seen = b""
        while not seen.endswith(b"\r\n\r\n"):
            seen += self._socket.recv(1)
        return seen.decode("latin-1").partition("\r\n")[0]

    def answer(self) -> httpx.Response:
        """The next answer."""
        response = http.client.HTTPResponse(self._socket)
        response.begin()
        content = response.read()
        return httpx.Response(response.status, headers=response.getheaders(), content=content)

    def closed(self) -> bool:
        """Whether the service has closed the connection; waits for that, or for bytes nobody expects."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionError:
            return True
