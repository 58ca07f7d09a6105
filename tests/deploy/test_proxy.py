from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from backcloth.settings import BodySettings
from harness.answers import refusal
from harness.cluster import Cluster
from harness.nginx import MISSING, PROGRAM, Nginx
from harness.postgres import Postgres
from harness.quick_job import quick_job

SUBMIT = "/v2/image/edit/replace_background"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=MISSING)


@pytest.fixture(scope="module")
def cluster(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two API processes that believe the proxy."""
    made = Cluster(
        tmp_path_factory.mktemp("cluster"),
        postgres.new_database(),
        environment={"BACKCLOTH_TRUSTED_PROXIES": "127.0.0.1/32"},
    )
    try:
        made.add_apis(2)
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def proxy(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """The proxy before them."""
    running = Nginx(tmp_path_factory.mktemp("nginx"), [api.port for api in cluster.apis]).start()
    yield running
    running.stop()


@pytest.fixture
def client(cluster: Cluster, proxy: Nginx) -> Iterator[httpx.Client]:
    """Speaks to the proxy with the cluster's token."""
    headers = {"api_token": cluster.token}
    with httpx.Client(base_url=proxy.url, headers=headers, timeout=60) as made:
        yield made


def test_the_token_arrives(client: httpx.Client) -> None:
    """Without its setting nginx drops headers with an underscore; every request would be a 401."""
    answer = client.get(f"/v2/status/{'0' * 32}")
    assert (answer.status_code, answer.json()) == (404, {"status": "NOT_FOUND"})
    assert client.get(f"/v2/status/{'0' * 32}", headers={"api_token": "wrong"}).status_code == 401


def test_a_job_passes_both_processes(client: httpx.Client, cluster: Cluster) -> None:
    """A job is accepted by one and asked for at the other: the proxy takes them in turns."""
    before = [answered(api.url) for api in cluster.apis]
    job_id = client.post(SUBMIT, json=quick_job()).json()["request_id"]
    for _ in range(3):
        assert client.get(f"/v2/status/{job_id}").json()["status"] == "IN_PROGRESS"
    after = [answered(api.url) for api in cluster.apis]
    assert all(now > then for then, now in zip(before, after, strict=True))


def answered(url: str) -> float:
    """How many requests a process has answered."""
    lines = httpx.get(f"{url}/metrics", timeout=30).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("backcloth_http_responses_total"))


def test_too_large_a_body_is_refused_in_the_apis_words(client: httpx.Client) -> None:
    """By nginx, at the size that the service would refuse, and in the one form that errors have."""
    json_body = {"Content-Type": "application/json"}
    largest = BodySettings().max_bytes
    answer = client.post(SUBMIT, content=b" " * (largest + 1), headers=json_body)
    assert "32 MiB" in refusal(answer, 413)
    # Less than that is the service's to judge.
    assert client.post(SUBMIT, content=b" " * largest, headers=json_body).status_code == 400


def test_events_arrive_as_they_happen(client: httpx.Client) -> None:
    """A waiting job's first event passes the proxy while the stream is open; its end comes with the end."""
    job_id = client.post(SUBMIT, json=quick_job()).json()["request_id"]
    with client.stream("GET", f"/v2/status/{job_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        first = next(line for line in lines if line.startswith("event:"))
        assert first != "event: end"
        assert client.delete(f"/v2/status/{job_id}").status_code == 200
        assert "event: end" in lines


def test_metrics_and_arguments_stay_inside(client: httpx.Client, proxy: Nginx) -> None:
    """The proxy does not lead to the metrics, and writes no arguments, hence no signatures, into its log."""
    refusal(client.get("/metrics"), 404)
    client.get("/v1/images/results/none?sig=abracadabra")
    deadline = time.monotonic() + 10  # a line is written after its answer
    while "/v1/images/results/none" not in proxy.log and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "/v1/images/results/none" in proxy.log
    assert "abracadabra" not in proxy.log


def test_one_process_may_go_and_both_may_not(client: httpx.Client, cluster: Cluster) -> None:
    """Without one, requests go to the other; without both, the answer is a 503 in the API's form.

    The last test of the file, because it ends the processes.
    """
    first, second = cluster.apis
    first.kill()
    for _ in range(4):
        assert client.post(SUBMIT, json=quick_job()).status_code == 202
    second.kill()
    answer = client.post(SUBMIT, content=json.dumps(quick_job()))
    refusal(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
