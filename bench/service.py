"""Backcloth's own server, as a client sees it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Any

from bench.process import Server, free_port

COLOUR = (255, 87, 51)
STUDIO_PROMPTS = (
    "a marble table",
    "white podium in a studio",
    "empty parking lot at sunset",
    "sandy beach, day",
    "forest meadow in the morning",
    "living room with soft window light",
)
READY_LIMIT_S = 60.0
ANSWER_LIMIT_S = 120.0


class Backcloth:
    """`backcloth serve` on a free loopback port, with the floor preset and a data folder of its own.

    Args:
        data_dir: Where the server keeps its database and pictures; exists.
        log: Where the server's output goes.
        refine: Whether the matte's edge is drawn from the photo, the service's default. Without it the
            network's matte is only enlarged, which is all that rembg does.
    """

    def __init__(self, data_dir: Path, log: Path, *, refine: bool = True) -> None:
        self._token = secrets.token_urlsafe(24)
        self._port = free_port()
        address = ["--host", "127.0.0.1", "--port", str(self._port)]
        self.server = Server(
            "backcloth" if refine else "backcloth, unrefined",
            [sys.executable, "-m", "backcloth", "serve", *address, "--data-dir", str(data_dir)],
            os.environ
            | {
                "BACKCLOTH_BOOTSTRAP_TOKEN": self._token,
                "BACKCLOTH_CUTOUT_PRESET": "floor",
                "BACKCLOTH_LIMIT_SUBMITS_PER_MINUTE": "0",
                "BACKCLOTH_LIMIT_STATUS_PER_MINUTE": "0",
                "BACKCLOTH_CUTOUT_REFINE": str(refine).lower(),
            },
            log,
        )
        self.ready_s = self.server.wait_until_ready(
            f"http://127.0.0.1:{self._port}/health/ready", READY_LIMIT_S
        )

    def flat(self, photo: bytes) -> bytes:
        """One sync job with a flat colour, from sending the photo to holding the PNG."""
        prompt = "#{:02X}{:02X}{:02X}".format(*COLOUR)
        return self._replace_background(photo, {"prompt": prompt})

    def scene(self, photo: bytes, prompt: str, seed: int) -> bytes:
        """One sync job with a studio scene, likewise."""
        return self._replace_background(photo, {"prompt": prompt, "seed": seed, "mode": "fast"})

    def _replace_background(self, photo: bytes, fields: dict[str, Any]) -> bytes:
        body = json.dumps({"image": base64.b64encode(photo).decode(), "sync": True, **fields}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_LIMIT_S)
        try:
            status, answer = self._ask(connection, "POST", "/v2/image/edit/replace_background", body)
            outcome = json.loads(answer)
            while status == 202 or outcome.get("status") == "IN_PROGRESS":
                time.sleep(0.1)
                status, answer = self._ask(connection, "GET", f"/v2/status/{outcome['request_id']}")
                outcome = json.loads(answer)
            if status != 200 or "result" not in outcome:
                raise RuntimeError(f"backcloth answered {status}: {answer[:500].decode()}")
            return self._picture(connection, outcome["result"]["image_url"])
        finally:
            connection.close()

    def _picture(self, connection: http.client.HTTPConnection, url: str) -> bytes:
        parts = urllib.parse.urlsplit(url)
        status, picture = self._ask(connection, "GET", f"{parts.path}?{parts.query}")
        if status != 200 or not picture.startswith(b"\x89PNG"):
            raise RuntimeError(f"the result's URL answered {status}")
        return picture

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None
    ) -> tuple[int, bytes]:
        headers = {"api_token": self._token, "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
