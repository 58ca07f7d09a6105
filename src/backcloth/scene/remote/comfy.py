"""ComfyUI: pictures are uploaded, a workflow of the operator's is queued, and its output fetched.

The workflow is a file in ComfyUI's API format, in whose strings `{prompt}`, `{negative}`, `{image}`, `{mask}`
and `{reference}` stand for what changes, and `{seed}`, `{width}`, `{height}`, `{steps}` and `{guidance}` for
numbers: a string that is such a placeholder and nothing else becomes a number.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import numpy.typing as npt

from backcloth.imaging.decoder import Decoder
from backcloth.scene.remote.answer import picture_in
from backcloth.scene.remote.exchange import Answer, Lost, NotSent, Patience, Target, exchange
from backcloth.scene.remote.form import Field, encode_form

NEEDED = ("prompt", "image", "seed")
"""Placeholders that every workflow has to hold."""

_NUMBERS = ("seed", "width", "height", "steps", "guidance")

_PLACE = re.compile(rf"\{{(prompt|negative|image|mask|reference|{'|'.join(_NUMBERS)})\}}")

_LOOK_S = 0.5
"""How often the queue is asked whether the picture is there."""


class Comfy:
    """Speaks to ComfyUI.

    Args:
        path: The workflow's file.
        decoder: Decodes the answers.

    Raises:
        ValueError: it is no workflow with the placeholders that are needed.
    """

    health = "/system_stats"

    def __init__(self, path: Path, decoder: Decoder) -> None:
        self._decoder = decoder
        try:
            self._workflow = path.read_text(encoding="utf-8")
            table = json.loads(self._workflow)
        except (OSError, ValueError) as problem:
            raise ValueError(f"workflow: {path} cannot be read: {problem}") from None
        if not (isinstance(table, dict) and table and all("class_type" in node for node in table.values())):
            raise ValueError(f"workflow: {path} is not in ComfyUI's API format")
        for name in NEEDED:
            if not self.holds(name):
                raise ValueError(f"workflow: {path} holds no {{{name}}}")

    def holds(self, name: str) -> bool:
        """Whether the workflow has a place for it."""
        return f"{{{name}}}" in self._workflow

    def models(self, _body: bytes) -> list[str]:
        """See Dialect: a workflow names its own models, so that its hash stands for them."""
        return [f"workflow-{hashlib.sha256(self._workflow.encode()).hexdigest()[:12]}"]

    def ask(self, target: Target, fields: Sequence[Field], patience: Patience) -> Answer:
        """See Dialect."""
        values = {name: value for name, value in fields if isinstance(value, str)}
        values["width"], _, values["height"] = values["size"].partition("x")
        try:
            for name, value in fields:
                if isinstance(value, bytes):
                    values[name] = _upload(target, value, patience)
        except Lost as problem:
            raise NotSent(str(problem)) from problem  # nothing was queued
        queued = _queue(target, _filled(json.loads(self._workflow), values), patience)
        if queued.status != 200:
            return queued
        try:
            job = str(json.loads(queued.body)["prompt_id"])
        except (ValueError, TypeError, LookupError) as problem:
            raise Lost("the queue's answer names no prompt_id") from problem
        try:
            return _fetched(target, job, patience)
        except NotSent as problem:
            raise Lost(str(problem)) from problem
        except BaseException:
            body = json.dumps({"delete": [job]}).encode()
            with contextlib.suppress(NotSent, Lost):
                # Out of the queue. What runs is left alone: an interrupt may hit somebody else's job.
                exchange(target, "POST", "/queue", _moment(patience), media_type=_JSON, body=body)
            raise

    def picture(self, body: bytes, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """See Dialect."""
        return picture_in(body, size, self._decoder)


_JSON = "application/json"


def _moment(patience: Patience) -> Patience:
    return Patience(time.monotonic() + 2, patience.connect_s)


def _upload(target: Target, png: bytes, patience: Patience) -> str:
    """The name under which the server keeps a picture."""
    form = encode_form([("image", png)], stem=f"backcloth-{secrets.token_hex(8)}")
    answer = exchange(target, "POST", "/upload/image", patience, media_type=form.media_type, body=form.body)
    try:
        kept = json.loads(answer.body)
        return "/".join(part for part in (kept.get("subfolder", ""), kept["name"]) if part)
    except (ValueError, TypeError, LookupError, AttributeError) as problem:
        raise NotSent(f"an upload was answered {answer.status}") from problem


def _queue(target: Target, workflow: Any, patience: Patience) -> Answer:
    body = json.dumps({"prompt": workflow}).encode()
    return exchange(target, "POST", "/prompt", patience, media_type=_JSON, body=body)


def _fetched(target: Target, job: str, patience: Patience) -> Answer:
    """The first picture that the job puts out; a 500 where it failed."""
    while True:
        patience.check()
        if time.monotonic() >= patience.until:
            raise Lost("no picture in time")
        history = exchange(target, "GET", f"/history/{quote(job)}", patience)
        try:
            entry = json.loads(history.body).get(job)
        except (ValueError, AttributeError) as problem:
            raise Lost(f"the history was answered {history.status}") from problem
        if entry:
            pictures = [each for node in entry.get("outputs", {}).values() for each in node.get("images", ())]
            if not pictures:
                return Answer(500, None, json.dumps(entry.get("status")).encode())
            pictures.sort(key=lambda each: each.get("type") != "output")
            found = {key: pictures[0].get(key, "") for key in ("filename", "subfolder", "type")}
            return exchange(target, "GET", f"/view?{urlencode(found)}", patience)
        time.sleep(min(_LOOK_S, patience.left))


def _filled(node: Any, values: dict[str, str]) -> Any:
    """A workflow with its placeholders filled; what has no value becomes empty."""
    match node:
        case dict():
            return {key: _filled(each, values) for key, each in node.items()}
        case list():
            return [_filled(each, values) for each in node]
        case str():
            for name in _NUMBERS:
                if node == f"{{{name}}}" and values.get(name):
                    return float(values[name]) if name == "guidance" else int(values[name])
            # At one go, so that a prompt that looks like a placeholder stays a prompt.
            return _PLACE.sub(lambda place: values.get(place[1], ""), node)
        case _:
            return node
