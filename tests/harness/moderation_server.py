"""A server of OpenAI's style of `moderations`: flags what is marked, checks every field, fails as told."""

from __future__ import annotations

import base64
import io
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
from PIL import Image

from harness.loopback import Loopback

MODEL = "tiny-moderation"
KEY = "sk-moderation"

MARK = (255, 0, 255)
"""Pictures that hold this colour are flagged."""

WORD = "zebra"
"""So are words that hold this one."""

_MARKED_SHARE = 0.05
"""Of a picture; a JPEG's edges give some pixels any colour."""

_PICTURES = ("sexual", "sexual/minors", "violence", "violence/graphic", "self-harm")
_WORDS = (*_PICTURES, "hate", "harassment", "illicit")


@dataclass
class ModerationServer(Loopback):
    """Runs while the `with` block does.

    Attributes:
        flag: What marked content is flagged as.
        score: And how surely.
        failures: How the next requests end, one each: `status 500`, `garbage`, `hang`, `blind` (it judged no
            picture); afterwards it answers.
        pictures: The pictures received, decoded.
        words: The words received.
        problems: What was wrong with any request.
    """

    flag: str = "violence"
    score: float = 0.9
    failures: list[str] = field(default_factory=list)
    pictures: list[Image.Image] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where its API begins."""
        return f"{self.origin}/v1"

    def settings(self) -> dict[str, str]:
        """What a service needs to ask it."""
        return {
            "BACKCLOTH_MODERATION_OPENAI_URL": f"{self.url}/",
            "BACKCLOTH_MODERATION_OPENAI_KEY": KEY,
            "BACKCLOTH_MODERATION_OPENAI_MODEL": MODEL,
        }

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Answers for this server."""
        return type("Handler", (_Handler,), {"moderation": self})

    def judge(self, body: bytes) -> tuple[bool, str]:
        """Whether the content is marked, and its kind."""
        request = json.loads(body)
        if set(request) != {"model", "input"} or request["model"] != MODEL:
            self.problems.append(f"fields {sorted(request)}, model {request.get('model')}")
        [content] = request["input"]
        kind = content["type"]
        if kind == "text":
            self._expect(content, {"type", "text"})
            self.words.append(content["text"])
            return WORD in content["text"], kind
        self._expect(content, {"type", "image_url"})
        self._expect(content["image_url"], {"url"})
        head, _, data = content["image_url"]["url"].partition(",")
        if kind != "image_url" or head != "data:image/jpeg;base64":
            self.problems.append(f"{kind} as {head[:40]}")
        picture = Image.open(io.BytesIO(base64.b64decode(data, validate=True)), formats=("JPEG",))
        if picture.mode != "RGB" or max(picture.size) > 1024:
            self.problems.append(f"a picture is {picture.mode} {picture.size}")
        self.pictures.append(picture)
        near = np.abs(np.asarray(picture, np.int16) - MARK).max(axis=2) < 40
        return bool(near.mean() > _MARKED_SHARE), "image"

    def _expect(self, member: dict[str, Any], names: set[str]) -> None:
        if set(member) != names:
            self.problems.append(f"members {sorted(member)} instead of {sorted(names)}")

    def answer(self, *, marked: bool, kind: str) -> dict[str, Any]:
        """The body for judged content."""
        judged = _PICTURES if kind == "image" else _WORDS
        flags = {category: marked and category == self.flag for category in _WORDS}
        result = {
            "flagged": marked,
            "categories": flags,
            "category_scores": {category: self.score if flags[category] else 0.01 for category in _WORDS},
            "category_applied_input_types": {
                category: [kind] if category in judged else [] for category in _WORDS
            },
        }
        return {"id": "modr-1", "model": MODEL, "results": [result]}


class _Handler(BaseHTTPRequestHandler):
    moderation: ModerationServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.moderation
        if self.path != "/v1/moderations" or self.headers["Authorization"] != f"Bearer {KEY}":
            server.problems.append(f"{self.path} with {self.headers['Authorization']}")
        if self.headers["Content-Type"] != "application/json":
            server.problems.append(f"a body of {self.headers['Content-Type']}")
        marked, kind = server.judge(body)
        failure = server.failures.pop(0) if server.failures else ""
        if failure == "hang":
            server.gate.wait(timeout=30)
            return
        if failure.startswith("status"):
            self._send(int(failure.split()[1]), b'{"error": {"message": "told to"}}')
            return
        answer = server.answer(marked=marked, kind="text" if failure == "blind" else kind)
        self._send(200, b"<html>" if failure == "garbage" else json.dumps(answer).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Says nothing."""
