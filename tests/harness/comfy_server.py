"""A server that behaves like ComfyUI as far as a workflow's way through it goes, and fails as told."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

from harness.loopback import Loopback

WORKFLOW = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "{image}"}},
    "2": {"class_type": "LoadImageMask", "inputs": {"image": "{mask}", "channel": "red"}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "photo: {prompt}", "clip": ["9", 1]}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "{negative}", "clip": ["9", 1]}},
    "5": {"class_type": "KSampler", "inputs": {"seed": "{seed}", "steps": "{steps}", "cfg": "{guidance}"}},
    "6": {"class_type": "EmptyLatentImage", "inputs": {"width": "{width}", "height": "{height}"}},
    "7": {"class_type": "SaveImage", "inputs": {"images": ["5", 0]}},
}
"""In the API format, with placeholders."""


@dataclass
class ComfyServer(Loopback):
    """Runs while the `with` block does.

    Attributes:
        failures: How the next jobs end, one each: `refused`, `failed`, `never`, `another size`.
        uploads: Pictures by the name that they were kept under.
        queued: The workflows that were queued.
        deleted: Jobs that were taken out of the queue.
    """

    failures: list[str] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    queued: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    looks: int = 0

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Answers for this server."""
        return type("Handler", (_Handler,), {"comfy": self})

    @property
    def url(self) -> str:
        """Where its API begins."""
        return self.origin


class _Handler(BaseHTTPRequestHandler):
    comfy: ComfyServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        match parts.path.split("/")[1:]:
            case ["system_stats"]:
                self.comfy.looks += 1
                self.answer(200, {"system": {}})
            case ["history", job]:
                self.answer(200, self.history(job))
            case ["view"]:
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.answer(200, paint(self.comfy.queued[int(asked["filename"].removesuffix(".png"))], asked))
            case _:
                self.answer(404, {})

    def history(self, job: str) -> dict[str, Any]:
        end = self.comfy.ends[job]
        if end == "never":
            return {}
        if end == "failed":
            return {job: {"outputs": {}, "status": {"status_str": "error", "completed": False}}}
        small = "small" if end == "another size" else ""
        shown = [
            {"filename": "preview.png", "subfolder": "", "type": "temp"},
            {"filename": f"{job}.png", "subfolder": small, "type": "output"},
        ]
        return {job: {"outputs": {"7": {"images": shown}}, "status": {"status_str": "success"}}}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        match self.path:
            case "/upload/image":
                name = re.search(rb'name="image"; filename="([^"]+)"', body)
                assert name
                kept = name[1].decode()
                assert kept not in self.comfy.uploads, "names must not meet"
                self.comfy.uploads[kept] = body.partition(b"\r\n\r\n")[2]
                self.answer(200, {"name": kept, "subfolder": "", "type": "input"})
            case "/prompt":
                failure = self.comfy.failures.pop(0) if self.comfy.failures else ""
                if failure == "refused":
                    self.answer(400, {"error": {"type": "invalid_prompt"}, "node_errors": {}})
                    return
                job = str(len(self.comfy.queued))
                self.comfy.queued.append(json.loads(body)["prompt"])
                self.comfy.ends[job] = failure
                self.answer(200, {"prompt_id": job, "number": 1})
            case "/queue":
                self.comfy.deleted += json.loads(body)["delete"]
                self.answer(200, {})
            case _:
                self.answer(404, {})

    def answer(self, status: int, body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Says nothing."""


def paint(workflow: dict[str, Any], asked: dict[str, str]) -> bytes:
    """Noise by the workflow's seed and words, at its size."""
    assert asked["type"] == "output"
    inputs = {key: value for node in workflow.values() for key, value in node["inputs"].items()}
    size = (8, 8) if asked.get("subfolder") else (inputs["width"], inputs["height"])
    words = [node["inputs"].get("text", "") for node in workflow.values()]
    seed = [inputs["seed"], *"".join(words).encode()]
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "PNG", compress_level=1)
    return packed.getvalue()
