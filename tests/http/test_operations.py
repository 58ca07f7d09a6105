"""What operators and browsers ask for: health, metrics, the API's description, the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from harness.answers import REQUEST_ID, accepted, finished, lines_of, refusal
from harness.quick_job import quick_job
from harness.service_process import ServiceProcess
from harness.site import Site

POLICY_ONLY_SELF = {"'none'", "'self'", "blob:", "data:"}


def get(service: ServiceProcess, path: str) -> httpx.Response:
    """A GET without a token."""
    return httpx.get(service.url + path, timeout=30)


def test_live_answers(service: ServiceProcess) -> None:
    """The process answers, and says nothing else."""
    answer = get(service, "/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_what_runs(service: ServiceProcess) -> None:
    """Each component's state, the cut-out preset and the scene engines."""
    answer = get(service, "/health/ready")
    report = answer.json()
    assert answer.status_code == 200
    assert report["status"] == "ok"
    assert report["components"] == {"database": "ok", "store": "ok"}
    assert report["cutout"] == "floor"
    assert report["scenes"]


def samples(service: ServiceProcess) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of /metrics."""
    answer = get(service, "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service in which no other test's job is still at work."""
    running = ServiceProcess(tmp_path).start()
    yield running
    running.stop()


def test_metrics_count_jobs_and_answers(quiet: ServiceProcess) -> None:
    """An accepted job, its end, its stages and the answers, each once."""
    before = samples(quiet)
    finished(quiet.post(quick_job(sync=True)))
    after = samples(quiet)

    def grown(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after[key] - before.get(key, 0)

    assert grown("backcloth_jobs_accepted_total") == 1
    assert grown("backcloth_jobs_ended_total", code="200") == 1
    assert grown("backcloth_stage_seconds_count", stage="cutout") == 1
    assert grown("backcloth_engine_seconds_total", engine="solid") >= 0
    assert grown("backcloth_http_responses_total", code="200") >= 2
    assert {"backcloth_jobs_open", "backcloth_jobs_oldest_age_seconds"} <= {name for name, _labels in after}


def test_one_id_leads_through_the_log(service: ServiceProcess) -> None:
    """From the acceptance over the work to the webhook, the request's id stands in each line."""
    with Site() as site:
        request_id = accepted(service.post(quick_job(webhook_url=site.url("/hook"))), service.url)
        site.deliveries.get(timeout=60)
        deadline = time.monotonic() + 10
        while len(events := lines_of(service.log, request_id)) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert events == ["job_accepted", "job_done", "webhook"]


def test_openapi_lists_the_routes(service: ServiceProcess) -> None:
    """With their methods, the request's fields and the token's header; the aliases stay out."""
    document = get(service, "/openapi.json").json()
    routes = {path: set(operations) for path, operations in document["paths"].items()}
    assert routes == {
        "/v2/image/edit/replace_background": {"post"},
        "/v2/status/{request_id}": {"get", "delete"},
        "/v2/status/{request_id}/events": {"get"},
        "/v2/status/{request_id}/notes": {"get"},
        "/files/{key}": {"get"},
        "/health/live": {"get"},
        "/health/ready": {"get"},
        "/metrics": {"get"},
    }
    submit = document["paths"]["/v2/image/edit/replace_background"]["post"]
    fields = submit["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert set(fields) == {
        *("image", "prompt", "ref_images", "enhance_ref_images", "refine_prompt", "negative_prompt", "sync"),
        *("prompt_content_moderation", "visual_input_content_moderation", "fast", "mode", "seed"),
        *(
            "visual_output_content_moderation",
            "original_quality",
            "force_background_detection",
            "webhook_url",
        ),
        *("placement", "padding", "shadow"),
    }
    assert {"400", "401", "403", "404", "408", "413", "415", "422", "429", "460", "500", "503"} <= set(
        submit["responses"]
    )
    schemes = document["components"]["securitySchemes"].values()
    assert [(scheme["in"], scheme["name"]) for scheme in schemes] == [("header", "api_token")]


def test_docs_are_a_page(service: ServiceProcess) -> None:
    """For people."""
    answer = get(service, "/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/", "/web/app.js", "/web/style.css", "/web/favicon.svg"])
def test_the_page_allows_nothing_from_elsewhere(service: ServiceProcess, path: str) -> None:
    """A content security policy of own sources only, without inline code, and no embedding."""
    answer = get(service, path)
    assert answer.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    # Results are shown from where their URLs lead, which here is the service by its public name.
    policy["img-src"] = policy["img-src"].replace(service.url, "'self'")
    assert {source for sources in policy.values() for source in sources.split()} <= POLICY_ONLY_SELF
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_page_holds_no_inline_code(service: ServiceProcess) -> None:
    """What the policy would refuse is not there."""
    text = get(service, "/").text.lower()
    assert "<script>" not in text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert "https://" not in text


@pytest.mark.parametrize("path", ["/", "/health/live", "/openapi.json", "/docs", "/nope"])
def test_every_answer_carries_the_common_headers(service: ServiceProcess, path: str) -> None:
    """An id to quote, no sniffing, and no name of the server's software."""
    headers = get(service, path).headers
    assert REQUEST_ID.fullmatch(headers["x-request-id"])
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_no_route_redirects(service: ServiceProcess) -> None:
    """A slash too many is another route, on every one of them."""
    for path in get(service, "/openapi.json").json()["paths"]:
        if "{" not in path:
            refusal(get(service, f"{path}/"), 404)
