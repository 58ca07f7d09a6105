"""Webhooks whose receiver fails, over real HTTP, with a schedule of seconds instead of minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from bria_client.toolkit.webhook_verification import verify_webhook_signature

from backcloth.jobs.deliveries import Deliveries
from backcloth.jobs.deliveries import Delivery as Attempt
from backcloth.storage.database import open_database
from harness.answers import accepted
from harness.quick_job import quick_job
from harness.service_process import Launch, ServiceProcess, free_port
from harness.site import Delivery, Page, Site

SCHEDULE = {"BACKCLOTH_WEBHOOK_GAPS_S": "0.2,0.3,0.4,0.5", "BACKCLOTH_WEBHOOK_TIMEOUT_S": "2"}


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that tries again within seconds."""
    running = ServiceProcess(tmp_path_factory.mktemp("hasty"), SCHEDULE).start()
    yield running
    running.stop()


@pytest.fixture
def site() -> Iterator[Site]:
    """The caller's own web server."""
    with Site() as running:
        yield running


def submitted(service: ServiceProcess, url: str) -> str:
    """The id of a quick job with a webhook."""
    return accepted(service.post(quick_job(webhook_url=url)), service.url)


def received(site: Site, count: int) -> list[Delivery]:
    """So many deliveries."""
    return [site.deliveries.get(timeout=60) for _ in range(count)]


def attempts(service: ServiceProcess, job_id: str) -> list[Attempt]:
    """The attempts at one job's webhook, from the first, once no more is to come."""
    engine = open_database(f"sqlite:///{(service.data_dir / 'data' / 'backcloth.db').resolve()}")
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            log = Deliveries(engine).newest(job_id=job_id, failed=False, limit=10)
            if log and log[0].next_at is None:
                return [*reversed(log)]
            time.sleep(0.1)
    finally:
        engine.dispose()
    raise TimeoutError(f"the attempts did not end: {log}")


def test_a_failing_receiver_is_tried_again(hasty: ServiceProcess, site: Site) -> None:
    """The same id and the same bytes, signed anew with each attempt's own time, until one is taken."""
    site.pages["/hook"] = Page(status=500, then=Page(status=503, then=Page(status=200)))
    job_id = submitted(hasty, site.url("/hook"))
    tries = received(site, 3)
    assert {each.headers["Bria-Webhook-Id"] for each in tries} == {job_id}
    assert len({each.body for each in tries}) == 1
    times = [int(each.headers["Bria-Webhook-Timestamp"]) for each in tries]
    assert times == sorted(times)
    assert times[0] < times[-1]
    for each in tries:
        proof = (job_id, each.headers["Bria-Webhook-Timestamp"], each.headers["Bria-Webhook-Signature"])
        assert verify_webhook_signature(each.body, *proof, hasty.token)
    log = attempts(hasty, job_id)
    assert [(each.attempt, each.verdict, each.reason) for each in log] == [
        (1, "failed", "status 500"),
        (2, "failed", "status 503"),
        (3, "delivered", ""),
    ]
    assert {each.receiver for each in log} == {site.url("").removeprefix("http://")}
    assert [bool(each.next_at and each.next_at > each.at) for each in log] == [True, True, False]
    assert site.deliveries.empty()


def test_a_receiver_that_is_gone_is_left_alone(hasty: ServiceProcess, site: Site) -> None:
    """410 ends it after one attempt."""
    site.pages["/gone"] = Page(status=410)
    job_id = submitted(hasty, site.url("/gone"))
    assert [each.verdict for each in attempts(hasty, job_id)] == ["gone"]
    assert len(received(site, 1)) == 1
    assert site.deliveries.empty()


def test_a_receiver_that_redirects_and_one_that_is_slow_fail(hasty: ServiceProcess, site: Site) -> None:
    """Nothing is sent where a redirect leads; a late answer is none; five attempts, and no more."""
    late = threading.Event()
    site.pages["/moved"] = Page(status=307, location=site.url("/target"))
    site.pages["/slow"] = Page(status=200, gate=late)
    moved, slow = submitted(hasty, site.url("/moved")), submitted(hasty, site.url("/slow"))
    reasons = [(each.attempt, each.reason) for each in attempts(hasty, moved)]
    assert reasons == [(number, "status 307") for number in range(1, 6)]
    assert {each.reason for each in attempts(hasty, slow)} == {"timeout"}
    late.set()
    assert {each.path for each in received(site, site.deliveries.qsize())} == {"/moved", "/slow"}


def test_peace_that_was_asked_for_is_kept(hasty: ServiceProcess, site: Site) -> None:
    """A Retry-After leaves out the attempts that would come too early."""
    busy = Page(status=429, headers={"Retry-After": "1"})
    site.pages["/busy"] = Page(status=busy.status, headers=busy.headers, then=Page())
    job_id = submitted(hasty, site.url("/busy"))
    first, second = attempts(hasty, job_id)
    assert (first.attempt, second.attempt, second.verdict) == (1, 5, "delivered")
    assert second.at - first.at >= 1


def test_a_dead_receiver_keeps_no_other_waiting(hasty: ServiceProcess, site: Site) -> None:
    """While many webhooks of one receiver hang, another's first one is delivered."""
    late = threading.Event()
    with Site() as stuck:
        stuck.pages["/stuck"] = Page(gate=late)
        for _ in range(12):
            submitted(hasty, stuck.url("/stuck"))
        nobody = submitted(hasty, f"http://127.0.0.1:{free_port()}/")
        received(stuck, 4)
        good = submitted(hasty, site.url("/good"))
        assert received(site, 1)[0].headers["Bria-Webhook-Id"] == good
        assert stuck.deliveries.qsize() < 12 - 4
        assert attempts(hasty, nobody)[-1].reason == "unreachable"
        late.set()


def test_attempts_outlive_the_process(launch: Launch, site: Site) -> None:
    """Kill -9 between two attempts: after the restart the next one comes, with the same id."""
    service = launch(BACKCLOTH_WEBHOOK_GAPS_S="1,1")
    site.pages["/hook"] = Page(status=500, then=Page(status=204))
    job_id = submitted(service, site.url("/hook"))
    first = received(site, 1)[0]
    while '"webhook"' not in service.log:
        time.sleep(0.02)
    service.kill()
    assert site.deliveries.empty()
    service.start()
    second = received(site, 1)[0]
    assert second.headers["Bria-Webhook-Id"] == first.headers["Bria-Webhook-Id"] == job_id
    assert second.body == first.body
    proof = (job_id, second.headers["Bria-Webhook-Timestamp"], second.headers["Bria-Webhook-Signature"])
    assert verify_webhook_signature(second.body, *proof, service.token)
    assert attempts(service, job_id)[-1].verdict == "delivered"
