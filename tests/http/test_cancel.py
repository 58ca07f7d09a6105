"""`DELETE /v2/status/{request_id}`, and the headers that say how far a job is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from harness.answers import accepted, failure, finished, refusal
from harness.quick_job import quick_job, token_of
from harness.service_process import ServiceProcess
from harness.site import Site


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that does one job at a time."""
    running = ServiceProcess(tmp_path_factory.mktemp("single"), {"BACKCLOTH_JOB_WORKERS": "1"}).start()
    yield running
    running.stop()


def cancel(service: ServiceProcess, request_id: str, token: str = "") -> httpx.Response:
    """Takes a job back."""
    headers = {"api_token": token or service.token}
    return httpx.delete(f"{service.url}/v2/status/{request_id}", headers=headers, timeout=30)


def held(service: ServiceProcess, site: Site, **fields: Any) -> str:
    """The id of a job that is in work and stays there."""
    request_id = accepted(service.post(quick_job(image=site.url("/slow.png"), **fields)), service.url)
    deadline = time.monotonic() + 30
    while service.status(request_id).headers["x-backcloth-stage"] != "inputs":
        assert time.monotonic() < deadline, "the job was not begun"
        time.sleep(0.1)
    return request_id


def test_a_job_in_work_is_cancelled(single: ServiceProcess, site: Site, gate: threading.Event) -> None:
    """It ends at once, for the status and the webhook alike, stays as it ended, and its worker goes on."""
    request_id = held(single, site, webhook_url=site.url("/hook"))
    answer = cancel(single, request_id)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"request_id", "status", "error"}
    assert body["status"] == "ERROR"
    failure(body["error"], 410, "cancelled")
    assert json.loads(site.deliveries.get(timeout=30).body) == body
    gate.set()
    finished(single.post(quick_job(sync=True)))
    assert cancel(single, request_id).json() == body
    assert single.status(request_id).json() == body
    assert site.deliveries.empty()


def test_waiting_jobs_know_their_place(single: ServiceProcess, site: Site, gate: threading.Event) -> None:
    """First and second; when the first is taken back, its picture goes and the second moves up."""
    working = held(single, site)
    first, second = (accepted(single.post(quick_job()), single.url) for _ in range(2))

    def place(request_id: str) -> tuple[str, str]:
        headers = single.status(request_id).headers
        return headers["x-backcloth-stage"], headers["x-backcloth-queue-position"]

    assert "x-backcloth-queue-position" not in single.status(working).headers
    assert [place(first), place(second)] == [("queued", "1"), ("queued", "2")]
    inputs = single.data_dir / "data" / "pictures" / "inputs"
    assert list(inputs.glob(f"{first}*"))
    assert cancel(single, first).status_code == 200
    assert not list(inputs.glob(f"{first}*"))
    assert place(second) == ("queued", "1")
    gate.set()
    assert single.finished(second)["status"] == "COMPLETED"
    headers = single.status(second).headers
    assert not [name for name in headers if name in ("x-backcloth-stage", "x-backcloth-queue-position")]


def test_who_waits_is_told(single: ServiceProcess, site: Site, gate: threading.Event) -> None:
    """A sync request whose job is cancelled by somebody else is answered with that."""
    held(single, site)
    own = token_of(single, "own")
    body = quick_job(sync=True)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(single.post, body, token=own)
        inputs = single.data_dir / "data" / "pictures" / "inputs"
        deadline = time.monotonic() + 30
        while not (stored := list(inputs.glob("*"))) and time.monotonic() < deadline:
            time.sleep(0.05)
        request_id = stored[0].name.partition("-")[0]
        # Its picture is stored a moment before it is accepted.
        while cancel(single, request_id, own).status_code == 404 and time.monotonic() < deadline:
            time.sleep(0.05)
        refusal(waiting.result(timeout=30), 410, "cancelled")
    gate.set()


def test_an_ended_job_is_not_cancelled(service: ServiceProcess) -> None:
    """409, and its result stays."""
    request_id = service.post(quick_job(sync=True)).json()["request_id"]
    before = service.status(request_id).content
    refusal(cancel(service, request_id), 409, "ended")
    assert service.status(request_id).content == before


def test_nobody_cancels_anothers_job(single: ServiceProcess, site: Site) -> None:
    """To others it looks as if there were none, and it goes on."""
    request_id = held(single, site)
    stranger = token_of(single, "stranger")
    theirs, missing = cancel(single, request_id, stranger), cancel(single, "0" * 32, stranger)
    assert theirs.status_code == missing.status_code == 404
    assert theirs.content == missing.content == b'{"status":"NOT_FOUND"}'
    assert single.status(request_id).json()["status"] == "IN_PROGRESS"
