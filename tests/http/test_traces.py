"""What a collector of OpenTelemetry sees of jobs; the last test stops the service."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

import backcloth
from harness.answers import accepted, finished, refusal
from harness.collector import Collector, Seen
from harness.quick_job import quick_job, quick_picture
from harness.service_process import ServiceProcess
from harness.site import Page, Site

SUBMIT = "/v2/image/edit/replace_background"
STAGES = ["inputs", "moderate", "cutout", "place", "plate", "composite", "moderate_result", "encode"]
CALLER = {"trace": "0af7651916cd43dd8448eb211c80319c", "span": "b7ad6b7169203331"}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Takes what is exported."""
    with Collector() as running:
        yield running
        running.gate.set()


@pytest.fixture(scope="module")
def traced(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that exports to the collector, and would wait half a minute for its answer."""
    patient = collector.environment | {"OTEL_EXPORTER_OTLP_TIMEOUT": "30"}
    running = ServiceProcess(tmp_path_factory.mktemp("traced"), patient).start()
    yield running
    running.kill()


def has(*names: str) -> object:
    """Whether spans of all these names are among those found."""
    return lambda found: set(names) <= {span.name for span in found}


def named(found: list[Seen], name: str) -> Seen:
    """The one span of that name."""
    (span,) = (span for span in found if span.name == name)
    return span


def test_a_job_is_one_trace(traced: ServiceProcess, collector: Collector) -> None:
    """It goes on from the caller's: request, attempt and stages, webhook; none says what was asked for."""
    with Site({"/secret-photo.png": Page(quick_picture())}) as site:
        answer = httpx.post(
            f"{traced.url}{SUBMIT}?photo=secret-query",
            json=quick_job(
                image=site.url("/secret-photo.png"),
                prompt="#a1b2c3",
                webhook_url=site.url("/secret-hook"),
            ),
            headers={
                "api_token": traced.token,
                "traceparent": f"00-{CALLER['trace']}-{CALLER['span']}-01",
                "tracestate": "vendor=value",
            },
        )
        job_id = accepted(answer, traced.url)
        site.deliveries.get(timeout=60)
        found = collector.of_job(job_id, until=lambda seen: "webhook" in {span.name for span in seen})
    request, work = named(found, f"POST {SUBMIT}"), named(found, "replace_background")
    webhook = named(found, "webhook")
    assert {span.trace_id for span in found} == {CALLER["trace"]}
    assert request.parent_id == CALLER["span"]
    assert work.parent_id == webhook.parent_id == request.span_id
    stages = [span for span in found if span.parent_id == work.span_id]
    assert [span.attributes["backcloth.stage"] for span in stages] == STAGES == [span.name for span in stages]
    assert len(found) == 3 + len(STAGES)
    assert not any(span.failed or span.events for span in found)
    assert [span.kind for span in (request, work, stages[0], webhook)] == [
        "SERVER",
        "CONSUMER",
        "INTERNAL",
        "CLIENT",
    ]
    whose = {"backcloth.request_id": job_id, "backcloth.organisation": "local"}
    assert request.attributes == {
        **whose,
        "backcloth.mode": "fast",
        "http.request.method": "POST",
        "http.route": SUBMIT,
        "http.response.status_code": "202",
    }
    assert work.attributes == {**whose, "backcloth.mode": "fast", "backcloth.engine": "solid"}
    receiver = site.origin.removeprefix("http://")
    assert webhook.attributes == {**whose, "backcloth.attempt": "1", "backcloth.receiver": receiver}
    for told in ("secret", "a1b2c3", traced.token, "results/"):
        assert not any(told.encode() in body for body in collector.bodies), told


def test_the_log_names_the_trace(traced: ServiceProcess, collector: Collector) -> None:
    """Whoever has a line finds the spans, and whoever has a span finds the lines."""
    with Site() as site:
        job_id = accepted(traced.post(quick_job(webhook_url=site.url("/hook"))), traced.url)
        site.deliveries.get(timeout=60)
        found = collector.of_job(job_id, until=lambda seen: "webhook" in {span.name for span in seen})
    lines = [json.loads(line) for line in traced.log.splitlines() if job_id in line and line[0] == "{"]
    assert {line["event"]: line["trace_id"] for line in lines} == dict.fromkeys(
        ("job_accepted", "job_done", "webhook"), found[0].trace_id
    )


def test_the_process_names_itself(traced: ServiceProcess, collector: Collector) -> None:
    """Service, version, executor and process of each span."""
    job_id = accepted(traced.post(quick_job()), traced.url)
    found = collector.of_job(job_id, until=lambda seen: len(seen) > len(STAGES) + 1)
    assert traced.process
    assert (
        found[0].resource.items()
        >= {
            "service.name": "backcloth",
            "service.version": backcloth.__version__,
            "service.instance.id": "local",
            "process.pid": str(traced.process.pid),
        }.items()
    )


def test_a_failed_job_is_an_error(traced: ServiceProcess, collector: Collector) -> None:
    """So are the stage in which it failed and the delivery that was refused, but not the accepted request."""
    with Site({"/hook": Page(status=410)}) as site:
        body = quick_job(image=site.url("/secret-missing.png"), webhook_url=site.url("/hook"))
        job_id = accepted(traced.post(body), traced.url)
        site.deliveries.get(timeout=60)
        found = collector.of_job(job_id, until=lambda seen: "webhook" in {span.name for span in seen})
    assert {span.name: span.attributes.get("error.type") for span in found} == {
        f"POST {SUBMIT}": None,
        "replace_background": "ImageNotFound",
        "inputs": "ImageNotFound",
        "webhook": "status 410",
    }
    assert {span.name for span in found if span.failed} == {"replace_background", "inputs", "webhook"}
    assert not any(span.events or b"secret" in body for span in found for body in collector.bodies)


def test_what_was_not_accepted_is_seen(traced: ServiceProcess, collector: Collector) -> None:
    """A refused submit has its status; asking for a status, for a picture or for health is no span at all."""
    answer = traced.post(quick_job(prompt=""))
    refusal(answer, 400)
    traced.status(answer.headers["x-request-id"])
    httpx.get(f"{traced.url}/health/ready")
    (span,) = collector.of_job(answer.headers["x-request-id"], until=bool)
    assert span.attributes["http.response.status_code"] == "400"
    assert not span.failed
    assert not span.parent_id
    time.sleep(0.3)
    roots = {span.name for span in collector.spans() if span.kind == "SERVER"}
    assert roots == {f"POST {SUBMIT}"}


def test_a_collector_that_does_not_answer_harms_nothing(traced: ServiceProcess, collector: Collector) -> None:
    """Jobs go on as before, and the process ends on time."""
    collector.gate.clear()
    for _ in range(3):
        finished(traced.post(quick_job(sync=True)))
    begun = time.monotonic()
    assert traced.stop() == 0
    assert time.monotonic() - begun < 15
