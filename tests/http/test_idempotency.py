"""The `Idempotency-Key` header of a submit."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from harness.answers import accepted, finished, refusal
from harness.quick_job import quick_job, token_of
from harness.service_process import ServiceProcess


@pytest.fixture
def key() -> str:
    """A new one, as clients make them."""
    return str(uuid.uuid4())


def submit(service: ServiceProcess, key: str, body: dict[str, Any], token: str = "") -> httpx.Response:
    """A submit under a key."""
    headers = {"api_token": token or service.token, "Idempotency-Key": key}
    return httpx.post(f"{service.url}/replace_background", json=body, headers=headers, timeout=60)


def test_the_same_request_again_is_the_same_job(service: ServiceProcess, key: str) -> None:
    """Byte for byte the same answer, while the job runs and after it; only the header tells them apart."""
    body = quick_job()
    first, second = (submit(service, key, body) for _ in range(2))
    request_id = accepted(first, service.url)
    assert second.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    service.finished(request_id)
    assert submit(service, key, body).content == first.content
    assert not list(
        (service.data_dir / "data" / "pictures").glob(f"inputs/{second.headers['x-request-id']}*")
    )


def test_a_sync_request_again_gets_the_result(service: ServiceProcess, key: str) -> None:
    """The picture of the first, under the same URL and with the same seed."""
    body = quick_job(sync=True)
    first, second = (submit(service, key, body) for _ in range(2))
    assert finished(second) == finished(first)
    assert second.json()["request_id"] == first.json()["request_id"]


def test_another_body_under_the_key_is_409(service: ServiceProcess, key: str) -> None:
    """Whatever differs. The first job goes on."""
    request_id = accepted(submit(service, key, quick_job()), service.url)
    refusal(submit(service, key, quick_job(seed=8)), 409, "Idempotency-Key", "another")
    assert service.finished(request_id)["status"] == "COMPLETED"


def test_what_was_refused_keeps_no_key(service: ServiceProcess, key: str) -> None:
    """A request that was wrong, or harmful, is mended and sent under its key."""
    refusal(submit(service, key, quick_job(seed=-1)), 400, "seed")
    refusal(submit(service, key, quick_job(prompt="naked woman on a bed")), 422, "prompt")
    accepted(submit(service, key, quick_job()), service.url)


def test_each_organisation_has_keys_of_its_own(service: ServiceProcess, key: str) -> None:
    """Nobody gets another's job by guessing a key."""
    body = quick_job()
    ours = accepted(submit(service, key, body), service.url)
    theirs = accepted(submit(service, key, body, token_of(service, "stranger")), service.url)
    assert ours != theirs


@pytest.mark.parametrize("malformed", ["", "a b", "x" * 256, "schlüssel"])
def test_a_malformed_key_is_400(service: ServiceProcess, malformed: str) -> None:
    """Naming the header; a key of 255 characters is taken."""
    headers = [(b"api_token", service.token.encode()), (b"Idempotency-Key", malformed.encode())]
    url = f"{service.url}/v2/image/edit/replace_background"
    refusal(httpx.post(url, json=quick_job(), headers=headers, timeout=60), 400, "Idempotency-Key")
    if malformed.startswith("x"):
        accepted(submit(service, malformed[:255], quick_job()), service.url)
