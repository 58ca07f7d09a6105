"""`GET /v2/status/{request_id}/events`, read as a client does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from harness.answers import accepted, failure, refusal
from harness.quick_job import quick_job, token_of
from harness.service_process import ServiceProcess
from harness.site import Site

STREAMS = 2


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that does one job at a time, and holds two event streams for each organisation."""
    environment = {
        "BACKCLOTH_JOB_WORKERS": "1",
        "BACKCLOTH_JOB_DRAIN_S": "1",
        "BACKCLOTH_LIMIT_STREAMS": str(STREAMS),
    }
    running = ServiceProcess(tmp_path_factory.mktemp("single"), environment).start()
    yield running
    running.kill()


@contextmanager
def listening(service: ServiceProcess, request_id: str, token: str = "") -> Iterator[httpx.Response]:
    """An open event stream."""
    url = f"{service.url}/v2/status/{request_id}/events"
    with httpx.stream("GET", url, headers={"api_token": token or service.token}, timeout=30) as answer:
        yield answer


def events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and data of each event, up to the end of the stream."""
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def held(service: ServiceProcess, site: Site) -> str:
    """The id of a job that waits for the gate."""
    return accepted(service.post(quick_job(image=site.url("/slow.png"))), service.url)


def test_a_job_is_told_from_the_queue_to_its_end(
    single: ServiceProcess, site: Site, gate: threading.Event
) -> None:
    """Its place in line, then its end as the status has it, after which the stream closes."""
    held(single, site)
    request_id = accepted(single.post(quick_job()), single.url)
    waiting = {"request_id": request_id, "status": "IN_PROGRESS", "stage": "queued", "queue_position": 1}
    with listening(single, request_id) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = events(answer)
        # The first job may itself still be waiting.
        while next(told) != ("progress", waiting):
            pass
        gate.set()
        rest = list(told)
    assert rest[-1] == ("end", single.status(request_id).json())
    assert {name for name, _ in rest[:-1]} <= {"progress"}


def test_a_job_in_work_tells_its_stage_and_that_it_was_cancelled(single: ServiceProcess, site: Site) -> None:
    """Within a second or so of either."""
    request_id = held(single, site)
    with listening(single, request_id) as answer:
        told = events(answer)
        while next(told)[1].get("stage") != "inputs":
            pass
        httpx.delete(f"{single.url}/v2/status/{request_id}", headers={"api_token": single.token}, timeout=30)
        begun = time.monotonic()
        name, body = list(told)[-1]
        assert time.monotonic() - begun < 5
    assert name == "end"
    failure(body["error"], 410, "cancelled")


def test_an_ended_job_tells_its_end_at_once(single: ServiceProcess) -> None:
    """And nothing else."""
    request_id = single.post(quick_job(sync=True)).json()["request_id"]
    with listening(single, request_id) as answer:
        assert list(events(answer)) == [("end", single.status(request_id).json())]


def test_nobody_listens_to_anothers_job(single: ServiceProcess) -> None:
    """To others it looks as if there were none."""
    request_id = single.post(quick_job(sync=True)).json()["request_id"]
    stranger = token_of(single, "stranger")
    for wanted in (request_id, "0" * 32):
        with listening(single, wanted, stranger) as answer:
            assert (answer.status_code, answer.read()) == (404, b'{"status":"NOT_FOUND"}')


def test_streams_are_bounded_for_each_organisation(single: ServiceProcess, site: Site) -> None:
    """One too many is a 429 with Retry-After, others are not concerned, and a closed one makes room."""
    request_id = held(single, site)
    with ExitStack() as stack:
        for _ in range(STREAMS):
            assert stack.enter_context(listening(single, request_id)).status_code == 200
        with listening(single, request_id) as answer:
            answer.read()
            refusal(answer, 429, "streams")
            assert answer.headers["retry-after"] == "10"
        own = token_of(single, "own")
        other = accepted(single.post(quick_job(), token=own), single.url)
        with listening(single, other, own) as answer:
            assert answer.status_code == 200
    deadline = time.monotonic() + 10
    while True:
        with listening(single, request_id) as answer:
            if answer.status_code == 200:
                break
        assert time.monotonic() < deadline, "the closed streams still count"
        time.sleep(0.2)


def test_a_service_that_stops_closes_its_streams(single: ServiceProcess, site: Site) -> None:
    """It does not wait for jobs to end; a client comes back, to another process perhaps. The last test."""
    request_id = held(single, site)
    with listening(single, request_id) as answer:
        told = events(answer)
        next(told)
        begun = time.monotonic()
        assert single.stop() == 0
        assert time.monotonic() - begun < 15
        assert "end" not in {name for name, _ in told}
