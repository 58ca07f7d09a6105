"""A web server on loopback that answers a picture's URL as nobody should."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from harness.loopback import Loopback

PIECE = 64 * 1024


class HostileSite(Loopback):
    """Runs while the `with` block does.

    Args:
        picture: A good picture's file, of which the answers make something else.
    """

    def __init__(self, picture: bytes) -> None:
        self._picture = picture
        # Before anybody asks: it takes a second or two, in which a download could run out of time.
        self._packed = gzip.compress(picture + bytes(200 * 2**20), 6)
        self._over = threading.Event()

    def __exit__(self, *arguments: object) -> None:
        """Lets go of who still waits, and stops."""
        self._over.set()
        super().__exit__(None, None, None)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Answers as the path's name says."""
        shared = {"picture": self._picture, "packed": self._packed, "over": self._over}
        return type("Answers", (_Answers,), shared)


class _Answers(BaseHTTPRequestHandler):
    picture: bytes
    packed: bytes
    over: threading.Event
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        ways: dict[str, Callable[[], None]] = {
            "/drip": self.drip,
            "/endless": self.endless,
            "/inflates": self.inflates,
            "/says-more": lambda: self.told(len(self.picture) + 1000),
            "/says-less": lambda: self.told(len(self.picture) - 100),
            "/says-too-much": lambda: self.told(2**40),
            "/says-nonsense": lambda: self.told("many"),
            "/says-page": lambda: self.told(len(self.picture), media_type="text/html"),
            "/headers": self.headers_without_end,
            "/silence": self.silence,
        }
        self.close_connection = True
        try:
            ways[self.path]()
        except OSError:
            return  # hung up on, as it should be

    def told(self, length: object, *, media_type: str = "image/png") -> None:
        self.start({"Content-Type": media_type, "Content-Length": str(length)})
        self.wfile.write(self.picture)

    def silence(self) -> None:
        self.wait(60)

    def drip(self) -> None:
        """A byte a second."""
        self.start({"Content-Type": "image/png", "Content-Length": str(len(self.picture))})
        for byte in self.picture:
            self.wfile.write(bytes([byte]))
            if self.wait(1):
                return

    def endless(self) -> None:
        """Chunks without end."""
        self.start({"Content-Type": "image/png", "Transfer-Encoding": "chunked"})
        self.chunk(self.picture)
        while not self.wait(0):
            self.chunk(bytes(PIECE))

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def inflates(self) -> None:
        """A body of 200 MiB, packed into 200 kB; unless it is unpacked, it is no picture."""
        self.start({"Content-Type": "image/png", "Content-Encoding": "gzip"}, len(self.packed))
        self.wfile.write(self.packed)

    def headers_without_end(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.wait(0):
            self.wfile.write(b"X-More: " + b"a" * 1000 + b"\r\n")

    def start(self, headers: dict[str, str], length: int | None = None) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def wait(self, seconds: float) -> bool:
        return self.over.wait(seconds)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Says nothing."""
