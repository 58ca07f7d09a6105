"""Webhooks, delivered to a real server and verified as a client of the official SDK would."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from bria_client.toolkit.webhook_verification import verify_webhook_signature

from harness.answers import accepted, finished
from harness.quick_job import quick_job, token_of
from harness.service_process import ServiceProcess
from harness.site import Delivery, Site


@pytest.fixture
def site() -> Iterator[Site]:
    """The caller's own web server."""
    with Site() as running:
        yield running


@pytest.fixture
def body(site: Site) -> dict[str, Any]:
    """A quick job with a webhook."""
    return quick_job(webhook_url=site.url("/hook?job=5"))


def verified(delivery: Delivery, token: str) -> bool:
    """Whether the SDK takes it for genuine."""
    return bool(
        verify_webhook_signature(
            delivery.body,
            delivery.headers["Bria-Webhook-Id"],
            delivery.headers["Bria-Webhook-Timestamp"],
            delivery.headers["Bria-Webhook-Signature"],
            token,
        )
    )


@pytest.mark.parametrize("works", [True, False])
def test_the_end_of_a_job_is_told(
    service: ServiceProcess, site: Site, body: dict[str, Any], works: bool
) -> None:
    """COMPLETED and ERROR alike: the status body to the byte, signed with the token that submitted it."""
    if not works:
        body["image"] = site.url("/missing.png")
    token = token_of(service, "caller")
    request_id = accepted(service.post(body, token=token), service.url)
    delivery = site.deliveries.get(timeout=30)
    assert delivery.path == "/hook?job=5"
    assert delivery.headers["Content-Type"] == "application/json"
    assert delivery.headers["Bria-Webhook-Id"] == request_id
    assert abs(int(delivery.headers["Bria-Webhook-Timestamp"]) - time.time()) < 60
    assert verified(delivery, token)
    assert not verified(delivery, service.token)
    assert delivery.body == service.status(request_id, token=token).content
    assert json.loads(delivery.body)["status"] == ("COMPLETED" if works else "ERROR")


def test_each_job_is_told_once(service: ServiceProcess, site: Site, body: dict[str, Any]) -> None:
    """One job, one delivery: what was delivered is not sent again."""
    accepted(service.post(body), service.url)
    accepted(service.post({**body, "seed": 5}), service.url)
    deliveries = [site.deliveries.get(timeout=30) for _ in range(2)]
    assert len({delivery.headers["Bria-Webhook-Id"] for delivery in deliveries}) == 2
    assert all(verified(delivery, service.token) for delivery in deliveries)
    assert site.deliveries.empty()


def test_a_sync_request_has_no_webhook(service: ServiceProcess, site: Site, body: dict[str, Any]) -> None:
    """The answer is the news; a later async job's delivery is the first that arrives."""
    finished(service.post({**body, "sync": True}))
    request_id = accepted(service.post(body), service.url)
    assert site.deliveries.get(timeout=30).headers["Bria-Webhook-Id"] == request_id


def test_any_prompt_survives_the_delivery(service: ServiceProcess, site: Site, body: dict[str, Any]) -> None:
    """Letters of other scripts arrive as they were written, under a signature that holds."""
    prompt = "a marble table in a café, 日本, 🧵"
    accepted(service.post({**body, "prompt": prompt, "refine_prompt": False}), service.url)
    delivery = site.deliveries.get(timeout=60)
    assert verified(delivery, service.token)
    told = json.loads(delivery.body)
    assert told["result"]["refined_prompt"] == prompt
    assert told == service.status(told["request_id"]).json()
