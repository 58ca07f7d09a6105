"""A client of the HTTP API as anyone would write it: standard library, base64 in JSON, submit and poll."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.jobs import PHOTOS, REFERENCES, DemoJob

ROUTE = "/v2/image/edit/replace_background"
POLL_S = 0.5
JOB_S = 180


class JobFailed(RuntimeError):
    """The service refused the request or the job; the message is the service's own."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished job: the picture's bytes, the seed used, seconds from request to bytes, and notes."""

    picture: bytes
    seed: int
    seconds: float
    notes: tuple[str, ...]


class ApiClient:
    """Talks to one service with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def make(self, job: DemoJob) -> Made:
        """Sends one request, waits for its result and downloads it.

        Raises:
            JobFailed: the service answered with an error, or the job took longer than three minutes.
        """
        started = time.monotonic()
        answer = self._ask(ROUTE, _body(job))
        request_id = answer["request_id"]
        if "status_url" in answer:
            answer = self._poll(answer["status_url"])
        result = answer["result"]
        picture = _open(urllib.request.Request(result["image_url"]))  # noqa: S310  our service's URL
        seconds = time.monotonic() - started
        notes = self._ask(f"/v2/status/{request_id}/notes").get("notes", [])
        return Made(picture, result["seed"], seconds, tuple(notes))

    def _poll(self, status_url: str) -> dict[str, Any]:
        deadline = time.monotonic() + JOB_S
        while time.monotonic() < deadline:
            status = self._ask(status_url)
            if status["status"] == "COMPLETED":
                return status
            if status["status"] != "IN_PROGRESS":
                raise JobFailed(_sentence(status))
            time.sleep(POLL_S)
        raise JobFailed(f"no result within {JOB_S} s")

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        url = path if path.startswith("http") else self._url + path
        headers = {"api_token": self._token, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers)  # noqa: S310  our service's URL
        answer: dict[str, Any] = json.loads(_open(request))
        return answer


def _body(job: DemoJob) -> dict[str, Any]:
    body: dict[str, Any] = {"image": _base64(PHOTOS / job.photo), "seed": job.seed, "sync": job.sync}
    if job.reference:
        return body | {"ref_images": [_base64(REFERENCES / job.reference)]}
    return body | {"prompt": job.prompt}


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _open(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=JOB_S) as answer:  # noqa: S310  our service's URL
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as refusal:
        try:
            raise JobFailed(_sentence(json.load(refusal))) from None
        except ValueError:
            raise JobFailed(f"HTTP {refusal.code}") from None
    except (urllib.error.URLError, ConnectionError, TimeoutError) as fault:
        raise JobFailed(f"no answer: {fault}") from None


def _sentence(body: dict[str, Any]) -> str:
    error = body.get("error") or {"message": body.get("status", "unknown")}
    return f"{error.get('code', '')} {error.get('message', '')}: {error.get('details', '')}".strip(" :")
