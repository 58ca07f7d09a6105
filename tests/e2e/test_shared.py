"""What two API processes and a worker on one PostgreSQL, and a Valkey, have in common."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from harness.answers import accepted, refusal
from harness.cluster import Cluster
from harness.postgres import Postgres
from harness.quick_job import quick_job, quick_picture, token_of
from harness.service_process import ServiceProcess
from harness.site import Page, Site
from harness.valkey import Valkey

SUBMITS = 40


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    """Where requests are counted."""
    server = Valkey().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def cluster(
    postgres: Postgres, valkey: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Two API processes and one worker."""
    made = Cluster(
        tmp_path_factory.mktemp("shared"),
        postgres.new_database(),
        environment={
            "BACKCLOTH_LIMITS_URL": valkey.url,
            "BACKCLOTH_LIMIT_SUBMITS_PER_MINUTE": str(SUBMITS),
        },
    )
    try:
        made.add_apis(2)
        made.add_workers(1)
        yield made
    finally:
        made.end()


def test_a_key_sent_to_both_makes_one_job(cluster: Cluster) -> None:
    """Eight at the same time, four to each process: one job, one answer, and seven that say so."""
    body, key = quick_job(), "order-7"

    def submit(api: ServiceProcess) -> httpx.Response:
        headers = {"api_token": api.token, "Idempotency-Key": key}
        return httpx.post(f"{api.url}/replace_background", json=body, headers=headers, timeout=60)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(submit, cluster.apis * 4))
    assert {answer.status_code for answer in answers} == {202}
    ids = {answer.json()["request_id"] for answer in answers}
    assert len(ids) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == len(answers) - 1
    assert cluster.apis[0].finished(ids.pop())["status"] == "COMPLETED"
    with psycopg.connect(cluster.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
    assert not list((cluster.folder / "pictures").glob("inputs/*"))


def test_a_job_is_followed_and_cancelled_from_elsewhere(cluster: Cluster) -> None:
    """One process accepted it, a second works on it; a third tells its stage and takes it back."""
    first, second = cluster.apis
    headers = {"api_token": second.token}
    gate = threading.Event()
    with Site({"/slow.png": Page(quick_picture(), gate=gate)}) as site:
        request_id = accepted(first.post(quick_job(image=site.url("/slow.png"))), first.url)
        url = f"{second.url}/v2/status/{request_id}"
        with httpx.stream("GET", f"{url}/events", headers=headers, timeout=30) as answer:
            lines = answer.iter_lines()
            while '"stage":"inputs"' not in next(lines):
                pass
            assert httpx.delete(url, headers=headers, timeout=30).status_code == 200
            time.sleep(2)  # the worker looks every half second
            gate.set()
            assert any(line.startswith("event: end") for line in lines)
    assert first.finished(request_id)["error"]["code"] == 410
    worker = cluster.workers[0]
    deadline = time.monotonic() + 30
    while '"code": 410' not in worker.log and time.monotonic() < deadline:
        time.sleep(0.1)
    assert '"code": 410' in worker.log
    assert not list((cluster.folder / "pictures").glob(f"*/{request_id}*"))


def test_a_limit_holds_for_both_together(cluster: Cluster, valkey: Valkey) -> None:
    """Requests to one process count at the other; while Valkey is away, all are let through."""
    token = token_of(cluster.apis[0], "eager")
    answers = [cluster.apis[n % 2].post({}, token=token) for n in range(SUBMITS + 2)]
    assert [answer.status_code for answer in answers] == [400] * SUBMITS + [429] * 2
    assert [int(answer.headers["ratelimit-remaining"]) for answer in answers[:2]] == [
        SUBMITS - 1,
        SUBMITS - 2,
    ]
    for api, answer in zip(cluster.apis, answers[-2:], strict=True):
        refusal(answer, 429, str(SUBMITS))
        limits = httpx.get(f"{api.url}/health/ready", timeout=30).json()["limits"]
        assert limits == {"store": "redis", "state": "ok"}
    valkey.stop()
    api = cluster.apis[0]
    refusal(api.post({}, token=token), 400)
    assert "limits_not_kept" in api.log
    time.sleep(2.1)  # the report may be two seconds old
    ready = httpx.get(f"{api.url}/health/ready", timeout=30)
    assert ready.status_code == 200
    assert "away" in ready.json()["limits"]["state"]
