"""An S3 of the tests' own: moto's server on a free loopback port, which fails as told."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

KEY_ID = "harness"
SECRET = "harness-secret"  # noqa: S105  # opens nothing outside the tests
REGION = "us-east-1"


@dataclass
class Bucket:
    """An empty bucket, while the `with` block runs.

    Attributes:
        failing: What is answered 503, as a pattern of `METHOD /path`; empty for nothing.
        refused: How many requests were.
    """

    failing: str = ""
    refused: int = field(default=0, init=False)

    def __enter__(self) -> Self:
        """Starts it."""
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.empty()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def empty(self) -> None:
        """Forgets all objects, and what it was told."""
        self.failing, self.refused = "", 0
        httpx.post(f"{self.origin}/moto-api/reset").raise_for_status()
        httpx.put(f"{self.origin}/pictures", headers=_SIGNED).raise_for_status()

    @property
    def origin(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The store's URL."""
        return "s3://pictures/some/prefix"

    @property
    def credentials(self) -> dict[str, str]:
        """The environment in which a store finds it."""
        return {
            "AWS_ENDPOINT_URL": self.origin,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
        }

    def keys(self) -> list[str]:
        """The keys of all objects in the bucket, the prefix included."""
        listed = httpx.get(f"{self.origin}/pictures?list-type=2", headers=_SIGNED)
        return re.findall("<Key>(.*?)</Key>", listed.text)

    def _answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if self.failing and re.match(self.failing, request):
            self.refused += 1
            start_response("503 Slow Down", [("Content-Length", "0")])
            return [b""]
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


_SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/{REGION}/s3/aws4_request"}
"""By which moto tells the service and region; it does not look at signatures."""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Says nothing."""
