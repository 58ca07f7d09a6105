"""`GET /v2/status/{request_id}` and the notes beside it."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from harness.answers import accepted, failure, finished, refusal
from harness.quick_job import SIZE, quick_job, quick_picture, token_of
from harness.service_process import ServiceProcess
from harness.site import Page, Site

NOT_FOUND = {"status": "NOT_FOUND"}


@pytest.fixture(scope="module")
def body() -> dict[str, Any]:
    """A quick job."""
    return quick_job()


def notes(service: ServiceProcess, request_id: str, token: str = "") -> httpx.Response:
    """Asks how a job was made."""
    url = f"{service.url}/v2/status/{request_id}/notes"
    return httpx.get(url, headers={"api_token": token or service.token}, timeout=30)


def shared_headers(answer: httpx.Response) -> list[tuple[str, str]]:
    """The headers without the request's own."""
    return [pair for pair in answer.headers.multi_items() if pair[0] not in ("x-request-id", "date")]


def test_a_job_goes_from_in_progress_to_completed(service: ServiceProcess, body: dict[str, Any]) -> None:
    """Only the keys that apply are there: many clients take a mere `result` or `error` for the end."""
    gate = threading.Event()
    with Site({"/slow.png": Page(quick_picture(), gate=gate)}) as site:
        request_id = accepted(service.post({**body, "image": site.url("/slow.png")}), service.url)
        try:
            running = service.status(request_id)
            early = notes(service, request_id).json()
        finally:
            gate.set()
        ended = service.finished(request_id)
    assert running.status_code == 200
    assert running.json() == {"request_id": request_id, "status": "IN_PROGRESS"}
    assert early == {"request_id": request_id}
    assert set(ended) == {"request_id", "status", "result"}
    assert (ended["request_id"], ended["status"]) == (request_id, "COMPLETED")
    assert set(ended["result"]) == {"image_url", "seed", "refined_prompt"}


def test_a_failed_job_is_a_200_with_an_error(service: ServiceProcess, body: dict[str, Any]) -> None:
    """The status service works although the job did not."""
    with Site() as site:
        request_id = accepted(service.post({**body, "image": site.url("/none.png")}), service.url)
        ended = service.finished(request_id)
    assert service.status(request_id).status_code == 200
    assert set(ended) == {"request_id", "status", "error"}
    assert ended["status"] == "ERROR"
    failure(ended["error"], 404, "image")


def test_a_sync_answer_and_its_status_agree(service: ServiceProcess, body: dict[str, Any]) -> None:
    """The same result, with the same URL, every time it is asked for."""
    answer = service.post({**body, "sync": True})
    first, second = (service.status(answer.json()["request_id"]) for _ in range(2))
    assert first.json()["result"] == finished(answer)
    assert first.content == second.content


@pytest.mark.parametrize(
    "request_id",
    [
        "0" * 32,
        "x",
        "a" * 5000,
        "ÄÖÜ",
        "../../etc/passwd",
        "' OR 1=1 --",
        "\x00",
        "%",
        "null",
        "🧵",
        " ",
        "a\nb",
    ],
)
def test_an_unknown_id_is_404_with_its_own_body(service: ServiceProcess, request_id: str) -> None:
    """The documented body has no envelope; an id is only ever text."""
    for answer in (service.status(quote(request_id, safe="")), notes(service, quote(request_id, safe=""))):
        if "/" in request_id:
            refusal(answer, 404)
        else:
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_somebody_elses_job_looks_like_a_missing_one(service: ServiceProcess, body: dict[str, Any]) -> None:
    """Byte by byte, in the body and in the headers, but for the request's own id and the date."""
    answer = service.post({**body, "sync": True})
    request_id = answer.json()["request_id"]
    stranger = token_of(service, "stranger")
    pairs = [
        (service.status(request_id, token=stranger), service.status("0" * 32, token=stranger)),
        (notes(service, request_id, stranger), notes(service, "0" * 32, stranger)),
    ]
    for theirs, missing in pairs:
        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content
        assert shared_headers(theirs) == shared_headers(missing)
    assert service.status(request_id).status_code == 200


def test_a_second_token_of_the_organisation_sees_its_jobs(
    service: ServiceProcess, body: dict[str, Any]
) -> None:
    """Jobs belong to the organisation, not to the token."""
    first, second = token_of(service, "shared"), token_of(service, "shared")
    request_id = accepted(service.post(body, token=first), service.url)
    assert service.status(request_id, token=second).status_code == 200


def test_the_notes_tell_how_a_picture_was_made(service: ServiceProcess, body: dict[str, Any]) -> None:
    """The cut-out, the engine, the size, the times, and that no pixel of the subject was changed."""
    answer = service.post({**body, "sync": True})
    told = notes(service, answer.json()["request_id"]).json()
    assert told["cutout"]
    assert told["engine"]
    assert told["size"] == list(SIZE)
    assert told["subject_pixels_changed"] == 0
    assert all(seconds >= 0 for seconds in told["seconds"].values())


def test_a_prompt_that_matches_no_scene_says_so(service: ServiceProcess, body: dict[str, Any]) -> None:
    """The caller gets a neutral studio, and a sentence about it in the answer, the status and the notes."""
    answer = service.post({**body, "prompt": "zzyzx qwrtp", "refine_prompt": False, "sync": True})
    finished(answer)
    sentences = answer.json()["notes"]
    assert sentences
    request_id = answer.json()["request_id"]
    assert service.status(request_id).json()["notes"] == sentences
    assert notes(service, request_id).json()["notes"] == sentences
