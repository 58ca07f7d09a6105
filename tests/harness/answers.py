"""Reading the service's answers: the one error body, the accepted body, the picture behind a result."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image

from harness.plain import PLAIN

REQUEST_ID = re.compile(r"[0-9a-f]{32}")


def refusal(answer: httpx.Response, status: int, *names: str) -> str:
    """Asserts that an answer is the one error body and nothing else; gives back its `details`.

    Args:
        answer: The answer.
        status: The HTTP status, which `code` must equal.
        names: Words that `details` must hold, such as the field at fault.
    """
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error", "request_id"}
    assert REQUEST_ID.fullmatch(body["request_id"])
    assert answer.headers["x-request-id"] == body["request_id"]
    return failure(body["error"], status, *names)


def failure(error: dict[str, Any], status: int, *names: str) -> str:
    """Asserts the shape of an `error` member, in an answer or in a job's status; gives back its `details`."""
    assert set(error) == {"code", "message", "details"}
    assert type(error["code"]) is int
    assert error["code"] == status, error
    assert error["message"]
    details = error["details"]
    assert isinstance(details, str)
    assert details
    for name in names:
        assert name in details, details
    for secret in ("Traceback", "/src/", ".py", "127.0.0.1"):
        assert secret not in details
    return details


def accepted(answer: httpx.Response, origin: str) -> str:
    """Asserts the body of an accepted job; gives back its id."""
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert set(body) == {"request_id", "status_url"}
    request_id = body["request_id"]
    assert REQUEST_ID.fullmatch(request_id)
    assert body["status_url"] == f"{origin}/v2/status/{request_id}"
    assert isinstance(request_id, str)
    return request_id


def finished(answer: httpx.Response) -> dict[str, Any]:
    """Asserts the body of a sync answer; gives back its `result`."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) - {"notes"} == {"result", "request_id"}
    assert REQUEST_ID.fullmatch(body["request_id"])
    result: dict[str, Any] = body["result"]
    assert set(result) - {"refined_prompt"} == {"image_url", "seed"}
    assert type(result["seed"]) is int
    return result


def image_file(result: dict[str, Any], *, origin: str = "") -> bytes:
    """The picture's bytes, fetched as every client does: with a plain GET and no token.

    Args:
        result: The `result` member.
        origin: Where to ask instead of the URL's own origin, for services with a public one.
    """
    url = result["image_url"]
    if origin:
        parts = urlsplit(url)
        url = f"{origin}{parts.path[parts.path.index('/files/') :]}?{parts.query}"
    answer = httpx.get(url, timeout=30, verify=PLAIN)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return answer.content


def image(result: dict[str, Any]) -> Image.Image:
    """The picture, decoded."""
    return Image.open(io.BytesIO(image_file(result)), formats=("PNG",))


def lines_of(log: str, request_id: str) -> list[str]:
    """The events that a log tells of one request, in their order."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{") and line.endswith("}")]
    return [line["event"] for line in lines if line.get("request_id") == request_id]
