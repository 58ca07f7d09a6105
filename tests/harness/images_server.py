"""A server of the OpenAI style of `images/edits` that paints noise, checks every field, and fails as told."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image

from harness.loopback import Loopback

MODEL = "tiny/painter"
KEY = "sk-harness"

_COMMON = {"prompt", "size", "n"}
_TEXTS = {
    "vllm-omni": _COMMON
    | {"response_format", "output_format", "generator_device", "seed", "negative_prompt"}
    | {"model", "num_inference_steps", "guidance_scale"},
    "sglang": _COMMON
    | {"response_format", "output_format", "generator_device", "seed", "negative_prompt"}
    | {"model", "num_inference_steps", "guidance_scale"},
    "openai": _COMMON | {"model", "output_format"},
}
"""The text fields that each flavour's server knows."""

_NEEDED = {
    "vllm-omni": {"prompt", "size", "n", "response_format", "seed", "generator_device"},
    "sglang": {"prompt", "size", "n", "response_format", "seed", "generator_device"},
    "openai": {"prompt", "size", "n", "model"},
}

_SHAPES = {
    "prompt": r".{10,}",
    "size": r"\d+x\d+",
    "n": "1",
    "response_format": "b64_json",
    "output_format": "png",
    "generator_device": "cpu",
    "seed": r"\d{1,10}",
    "negative_prompt": r".+",
    "num_inference_steps": r"\d{1,3}",
    "guidance_scale": r"\d+(\.\d+)?",
    "model": re.escape(MODEL),
}

_CANVAS = {"vllm-omni": "image", "sglang": "image", "openai": "image[]"}
_MASK = {"vllm-omni": "mask_image", "openai": "mask"}
_REFERENCE = {"vllm-omni": "reference_image", "sglang": "image", "openai": "image[]"}


@dataclass(frozen=True)
class Received:
    """One request that was read to its end.

    Attributes:
        texts: Its text fields.
        canvas: The picture to paint on.
        mask: (H, W) 255 where to paint, whatever the flavour's way to say so; None without one.
        references: Further pictures.
    """

    texts: dict[str, str]
    canvas: Image.Image
    mask: np.ndarray[Any, np.dtype[np.uint8]] | None
    references: tuple[Image.Image, ...]


@dataclass
class ImagesServer(Loopback):
    """Runs while the `with` block does.

    Attributes:
        flavour: Whose fields it takes.
        failures: How the next requests end, one each; afterwards it paints. `status 503 after 2` answers 503
            with Retry-After; the other words are in `_Handler.fail`.
        well: Whether it says so.
        models: What it says that it serves.
        received: The requests read to their end.
        problems: What was wrong with any of them.
        painted: How many pictures it would have been paid for.
        key: The token it wants; empty takes any caller.
    """

    flavour: str = "vllm-omni"
    failures: list[str] = field(default_factory=list)
    well: bool = True
    models: tuple[str, ...] = (MODEL,)
    received: list[Received] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    painted: int = 0
    looks: int = 0
    key: str = KEY
    gate: threading.Event = field(default_factory=threading.Event)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Answers for this server."""
        return type("Handler", (_Handler,), {"painter": self})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it, and lets go whoever waits."""
        self.gate.set()
        super().__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Where its API begins."""
        return f"{self.origin}/v1"

    def table(self, **more: Any) -> dict[str, Any]:
        """The operator's table for it; its key is in the variable PAINTER_KEY."""
        plain = {"kind": "remote", "flavour": self.flavour, "base_urls": [self.url], "least_area": 4096}
        return {**plain, "model": MODEL, "api_key_env": "PAINTER_KEY", "pixel_area": 256 * 256, **more}

    def take(self, media_type: str, body: bytes) -> Received | None:
        """Reads and checks a form; None where it is not even one."""
        try:
            texts, files = _fields(media_type, body)
        except (ValueError, IndexError) as problem:
            self.problems.append(f"no form: {problem!r}")
            return None
        self.problems += [f"unknown field {name}" for name in texts.keys() - _TEXTS[self.flavour]]
        self.problems += [f"no field {name}" for name in _NEEDED[self.flavour] - texts.keys()]
        self.problems += [
            f"{name} is {value!r}"
            for name, value in texts.items()
            if not re.fullmatch(_SHAPES.get(name, ".*"), value, re.DOTALL)
        ]
        pictures = [(name, Image.open(io.BytesIO(data), formats=("PNG",))) for name, data in files]
        taken = self._pictures(pictures, texts.get("size", ""))
        if taken is None:
            return None
        received = Received(texts, *taken)
        self.received.append(received)
        return received

    def _pictures(
        self, pictures: Sequence[tuple[str, Image.Image]], size: str
    ) -> tuple[Image.Image, Any, tuple[Image.Image, ...]] | None:
        if not pictures or pictures[0][0] != _CANVAS[self.flavour]:
            self.problems.append("the canvas does not come first")
            return None
        canvas, rest, mask = pictures[0][1], pictures[1:], None
        if canvas.mode != "RGB" or f"{canvas.width}x{canvas.height}" != size:
            self.problems.append(f"canvas is {canvas.mode} {canvas.size}, size {size}")
        if self.flavour in _MASK:
            if not rest or rest[0][0] != _MASK[self.flavour]:
                self.problems.append("no mask after the canvas")
                return None
            (_, picture), *rest = rest
            if picture.size != canvas.size or picture.mode != ("RGBA" if self.flavour == "openai" else "RGB"):
                self.problems.append(f"mask is {picture.mode} {picture.size}")
            plane = (
                255 - np.asarray(picture)[..., 3] if self.flavour == "openai" else np.asarray(picture)[..., 0]
            )
            mask = np.asarray(plane, np.uint8)
        self.problems += [f"unknown file {name}" for name, _ in rest if name != _REFERENCE[self.flavour]]
        self.problems += [f"reference is {each.mode}" for _, each in rest if each.mode != "RGB"]
        return canvas, mask, tuple(each for _, each in rest)


def _fields(media_type: str, body: bytes) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """Text fields and files of a multipart body, read by RFC 7578 without leniency."""
    kind, _, boundary = media_type.partition("; boundary=")
    if kind != "multipart/form-data" or not boundary:
        raise ValueError(media_type)
    first, *parts, last = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if first or last != b"--\r\n":
        raise ValueError("the boundaries do not close")
    texts: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    for part in parts:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(r'form-data; name="([^"]+)"', head.decode("ascii"))
        if name is None:
            raise ValueError(head)
        if b"filename=" in head:
            if b"Content-Type: image/png" not in head:
                raise ValueError(head)
            files.append((name[1], value))
        elif name[1] in texts:
            raise ValueError(f"{name[1]} twice")
        else:
            texts[name[1]] = value.decode()
    return texts, files


def paint(received: Received, size: tuple[int, int] | None = None) -> bytes:
    """A PNG of noise that depends on the words, the seed and the references, and on nothing else."""
    said = json.dumps(sorted(received.texts.items())).encode()
    said += b"".join(each.tobytes() for each in received.references)
    seed = int.from_bytes(hashlib.sha256(said).digest()[:8], "big")
    width, height = size or received.canvas.size
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "PNG", compress_level=1)
    return packed.getvalue()


class _Handler(BaseHTTPRequestHandler):
    painter: ImagesServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.painter.looks += 1
        if self.path != "/v1/models" or not self.painter.well:
            self.answer(500 if not self.painter.well else 404, {})
        elif self.admitted():
            self.answer(200, {"object": "list", "data": [{"id": name} for name in self.painter.models]})

    def do_POST(self) -> None:
        failure = self.painter.failures.pop(0) if self.painter.failures else ""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/images/edits":
            self.painter.problems.append(f"asked for {self.path}")
            self.answer(404, {})
        elif self.admitted():
            received = self.painter.take(self.headers["Content-Type"], body)
            if failure:
                self.fail(failure, received)
            elif received is None or self.painter.problems:
                self.answer(400, {"error": {"message": "; ".join(self.painter.problems), "code": "invalid"}})
            else:
                self.painter.painted += 1
                self.answer(200, {"created": 1, "data": [{"b64_json": text(paint(received))}]})

    def admitted(self) -> bool:
        if self.painter.key and self.headers.get("Authorization") != f"Bearer {self.painter.key}":
            self.answer(401, {"error": {"message": "wrong key", "code": "invalid_api_key"}})
            return False
        return True

    def fail(self, failure: str, received: Received | None) -> None:
        """Ends a request as told. Whatever read the whole body may have painted, and counts as paid."""
        match failure.split():
            case ["status", status]:
                self.painter.painted += status == "500"
                self.answer(int(status), {"error": {"message": "no", "code": "some"}})
            case ["status", status, "after", seconds]:
                self.answer(int(status), {}, **{"Retry-After": seconds})
            case ["moderated"]:
                self.answer(400, {"error": {"message": "no", "code": "moderation_blocked"}})
            case ["moved"]:
                self.answer(307, {}, Location=f"{self.painter.url}/images/elsewhere")
            case ["hang"]:
                self.painter.painted += 1
                self.painter.gate.wait(30)
                self.close_connection = True
            case ["break", "off"]:
                self.painter.painted += 1
                self.close_connection = True
                self.connection.close()
            case ["cut", "short"]:
                self.painter.painted += 1
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                self.wfile.write(b'{"data": [')
                self.close_connection = True
            case _:
                self.painter.painted += 1
                self.answer(200, _answers(failure, received))

    def answer(self, status: int, body: Any, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Says nothing."""


def _answers(failure: str, received: Received | None) -> Any:
    """An answer that holds no picture to use."""
    match failure:
        case "no json":
            return b"<html>an error page</html>"
        case "no data":
            return {"created": 1}
        case "a url":
            return {"data": [{"url": "http://elsewhere.example/picture.png"}]}
        case "no base64":
            return {"data": [{"b64_json": "%%%"}]}
        case _:
            return {"data": [{"b64_json": text(_file(failure, received))}]}


def _file(failure: str, received: Received | None) -> bytes:
    """What is no picture to use."""
    match failure:
        case "no picture":
            return b"not a picture at all"
        case "another size" if received:
            return paint(received, (64, 48))
        case "many scans" if received:
            return _many_scans(received.canvas.size)
        case _:
            raise ValueError(failure)


def _many_scans(size: tuple[int, int]) -> bytes:
    """A small JPEG that costs seconds to decode: its last scan, which alters it anew, is there often."""
    packed = io.BytesIO()
    Image.effect_noise(size, 90).save(packed, "JPEG", progressive=True, quality=30)
    last = packed.getvalue().rindex(b"\xff\xda")
    return packed.getvalue()[:-2] + packed.getvalue()[last:-2] * 5000 + b"\xff\xd9"


def text(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()
