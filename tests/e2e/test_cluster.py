"""Several processes on one PostgreSQL: two that accept, three that work."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from harness.answers import accepted, finished, image_file, lines_of
from harness.cluster import Cluster, WorkerProcess
from harness.collector import Collector
from harness.postgres import Postgres
from harness.quick_job import quick_job, quick_picture, token_of
from harness.site import Page, Site

LEASE_S = 3
DRAIN_S = 2
SLOTS = 2


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Takes the spans of all processes."""
    with Collector() as running:
        yield running


@pytest.fixture(scope="module")
def cluster(
    postgres: Postgres, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Two API processes and three workers on a database of their own; the tests use up two of the workers."""
    made = Cluster(
        tmp_path_factory.mktemp("cluster"),
        postgres.new_database(),
        environment={
            "BACKCLOTH_JOB_LEASE_S": str(LEASE_S),
            "BACKCLOTH_JOB_DRAIN_S": str(DRAIN_S),
            "BACKCLOTH_JOB_WORKERS": str(SLOTS),
            "BACKCLOTH_FETCH_TIMEOUT_S": "60",
            "OTEL_SERVICE_NAME": "pictures",
            **collector.environment,
        },
    )
    try:
        made.add_apis(2)
        made.add_workers(3)
        yield made
    finally:
        made.end()


_KNOWS_MORE = """
import backcloth.jobs.queue as queue
queue.PICTURES += ("pictures-2",)
from backcloth.cli.main import app
app()
"""
NEXT_VERSION = ("-c", _KNOWS_MORE)
"""The command line of a version whose requests older workers would misread."""


def attempts(cluster: Cluster, job_id: str) -> int:
    """How often a job was started."""
    with psycopg.connect(cluster.database_url) as connection:
        found = connection.execute("SELECT attempts FROM jobs WHERE id = %s", (job_id,)).fetchone()
    assert found
    return int(found[0])


def owner(cluster: Cluster, job_id: str, *, other_than: str = "") -> WorkerProcess:
    """The worker that has begun a job, once there is one."""
    query = (
        "SELECT executor_id FROM dbos.workflow_status JOIN jobs ON id = workflow_uuid"
        " WHERE id = %s AND status = 'PENDING' AND state = 'running'"
    )
    deadline = time.monotonic() + 30
    with psycopg.connect(cluster.database_url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            found = connection.execute(query, (job_id,)).fetchone()
            if found and found[0] != other_than:
                return next(worker for worker in cluster.workers if worker.name == found[0])
            time.sleep(0.05)
    raise TimeoutError("nobody works on the job")


def held_job(cluster: Cluster, site: Site, gate: threading.Event, path: str) -> str:
    """The id of a job that is in work and stays there until the gate opens."""
    site.pages[path] = Page(quick_picture(), gate=gate)
    answer = cluster.apis[0].post(quick_job(image=site.url(path)))
    job_id: str = answer.json()["request_id"]
    return job_id


def test_what_one_process_accepts_another_serves(cluster: Cluster) -> None:
    """Status and picture of a job come from the API process that did not accept it."""
    first, second = cluster.apis
    job_id = accepted(first.post(quick_job()), first.url)
    result = second.finished(job_id)["result"]
    assert image_file(result, origin=first.url) == image_file(result)


def test_workers_give_way_to_what_answers_requests(cluster: Cluster) -> None:
    """On cores that they share, a worker's threads come after those of an API process."""
    api, worker = cluster.apis[0].process, cluster.workers[0].process
    assert api
    assert worker
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, api.pid)


def test_a_sync_request_is_answered_by_a_worker_elsewhere(cluster: Cluster) -> None:
    """The request waits in one process for a job that ends in another."""
    finished(cluster.apis[1].post(quick_job(sync=True)))


def test_one_id_leads_through_the_logs_of_all_processes(cluster: Cluster) -> None:
    """From the process that accepted over the worker to the webhook, and workers tell what they did."""
    api = cluster.apis[0]
    with Site() as site:
        job_id = accepted(api.post(quick_job(webhook_url=site.url("/hook"))), api.url)
        site.deliveries.get(timeout=60)
        assert lines_of(api.log, job_id) == ["job_accepted"]
        deadline = time.monotonic() + 20
        told: list[str] = []
        while len(told) < 2 and time.monotonic() < deadline:
            told = [event for worker in cluster.workers for event in lines_of(worker.log, job_id)]
            time.sleep(0.05)
    assert sorted(told) == ["job_done", "webhook"]
    scrapes = [
        httpx.get(f"http://127.0.0.1:{each.port}/metrics", timeout=30).text for each in cluster.workers
    ]
    assert any('backcloth_webhook_attempts_total{verdict="delivered"} 1.0' in text for text in scrapes)
    assert all('backcloth_jobs_open{state="queued"}' in text for text in scrapes)


def test_one_trace_leads_through_all_processes(cluster: Cluster, collector: Collector) -> None:
    """Begun where the job was accepted, gone on with where it is done, under the operator's name for them."""
    api = cluster.apis[0]
    job_id = accepted(api.post(quick_job()), api.url)
    found = collector.of_job(job_id, until=lambda seen: len({span.kind for span in seen}) == 3)
    assert len({span.trace_id for span in found}) == 1
    (request,) = (span for span in found if span.kind == "SERVER")
    (work,) = (span for span in found if span.kind == "CONSUMER")
    assert work.parent_id == request.span_id
    assert api.process
    assert request.resource["process.pid"] == str(api.process.pid)
    assert work.resource["service.instance.id"] in {worker.name for worker in cluster.workers}
    assert {span.resource["service.name"] for span in found} == {"pictures"}


def test_one_organisations_jobs_do_not_delay_anothers(cluster: Cluster) -> None:
    """While one has all workers busy and twenty jobs waiting, another's first job is begun next."""
    api = cluster.apis[0]
    gate = threading.Event()
    other = token_of(api, "small")
    busy = len(cluster.workers) * SLOTS
    with Site() as site:
        site.pages["/big"] = Page(quick_picture(), gate=gate)
        body = quick_job(image=site.url("/big"))
        big = [accepted(api.post(body), api.url) for _ in range(busy + 20)]
        small = accepted(api.post(body, token=other), api.url)
        gate.set()
        for job_id in big:
            api.finished(job_id)
    query = "SELECT workflow_uuid FROM dbos.workflow_status ORDER BY started_at_epoch_ms"
    with psycopg.connect(cluster.database_url) as connection:
        begun = [job_id for (job_id,) in connection.execute(query) if job_id in {*big, small}]
    # One tie, and whatever the other workers took in the same moment.
    assert begun.index(small) <= busy + 1 + len(cluster.workers) * SLOTS


def test_jobs_of_a_frozen_worker_end_elsewhere(cluster: Cluster) -> None:
    """A worker that is stopped past its lease loses its jobs, and comes back when it goes on."""
    gate = threading.Event()
    with Site() as site:
        job_id = held_job(cluster, site, gate, "/frozen")
        victim = owner(cluster, job_id)
        victim.send(signal.SIGSTOP)
        owner(cluster, job_id, other_than=victim.name)
        gate.set()
        body = cluster.apis[0].finished(job_id)
        victim.send(signal.SIGCONT)
        deadline = time.monotonic() + 20
        while "presence_regained" not in victim.log and time.monotonic() < deadline:
            time.sleep(0.1)
    assert body["status"] == "COMPLETED"
    assert "presence_regained" in victim.log
    assert cluster.apis[0].status(job_id).json() == body, "the late end changed the first one"


def test_jobs_of_a_killed_worker_end_elsewhere(cluster: Cluster) -> None:
    """Kill -9 in the middle of a stage, and no successor: another worker takes the job within seconds."""
    gate = threading.Event()
    with Site() as site:
        job_id = held_job(cluster, site, gate, "/killed")
        victim = owner(cluster, job_id)
        victim.kill()
        owner(cluster, job_id, other_than=victim.name)
        gate.set()
        body = cluster.apis[1].finished(job_id)
    assert body["status"] == "COMPLETED"
    assert attempts(cluster, job_id) == 2


def test_a_worker_told_to_stop_leaves_its_jobs_to_the_others(cluster: Cluster) -> None:
    """SIGTERM: it drains for its time, ends with 0 before its job does, and the job ends elsewhere."""
    gate = threading.Event()
    with Site() as site:
        job_id = held_job(cluster, site, gate, "/drained")
        leaving = owner(cluster, job_id)
        assert leaving.stop() == 0
        owner(cluster, job_id, other_than=leaving.name)
        gate.set()
        body = cluster.apis[0].finished(job_id)
    assert body["status"] == "COMPLETED"


def test_two_versions_work_side_by_side(cluster: Cluster) -> None:
    """An upgrade strands nothing: each worker takes what it knows, and the new ones take all."""
    gate = threading.Event()
    cluster.add_apis(1, program=NEXT_VERSION)
    cluster.add_workers(1, program=NEXT_VERSION)
    old_api, new_api = cluster.apis[0], cluster.apis[-1]
    *old_workers, new_worker = cluster.workers
    with Site() as site:
        site.pages["/new"] = Page(quick_picture(), gate=gate)
        of_new = accepted(new_api.post(quick_job(image=site.url("/new"))), new_api.url)
        assert owner(cluster, of_new) is new_worker
        assert new_api.finished(accepted(old_api.post(quick_job()), old_api.url))["status"] == "COMPLETED"
        new_worker.kill()
        gate.set()
        new_worker.start()
        assert old_api.finished(of_new)["status"] == "COMPLETED"
    for worker in old_workers:
        worker.stop()
    assert new_api.finished(accepted(old_api.post(quick_job()), old_api.url))["status"] == "COMPLETED"
