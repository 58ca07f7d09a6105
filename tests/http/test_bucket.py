"""A service on a bucket: the clients' URLs, and what becomes of requests and jobs while it fails."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from harness.answers import accepted, finished, refusal
from harness.bucket import Bucket
from harness.service_process import ServiceProcess


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A bucket for all tests here."""
    with Bucket() as opened:
        yield opened


@pytest.fixture(scope="module")
def stored(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that keeps its pictures there."""
    settings = {**bucket.credentials, "BACKCLOTH_STORE_URL": bucket.url}
    running = ServiceProcess(tmp_path_factory.mktemp("stored"), environment=settings).start()
    yield running
    running.kill()


def body(photo_base64: str) -> dict[str, object]:
    """The request of every test here."""
    return {"image": photo_base64, "prompt": "#102030"}


def test_the_bucket_answers_the_url(stored: ServiceProcess, bucket: Bucket, photo_base64: str) -> None:
    """The URL is the bucket's own, for three days, and gives the result as a PNG; no input is left."""
    request_id = accepted(stored.post(body(photo_base64)), stored.url)
    told = stored.finished(request_id)
    url = urlsplit(told["result"]["image_url"])
    assert f"{url.scheme}://{url.netloc}" == bucket.origin
    assert 3 * 86_400 - 60 < int(parse_qs(url.query)["X-Amz-Expires"][0]) <= 3 * 86_400
    answer = httpx.get(url.geturl())
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content), formats=("PNG",)) as picture:
        assert picture.getpixel((0, 0)) == (0x10, 0x20, 0x30)
    deadline = time.monotonic() + 10
    while bucket.keys() != [f"some/prefix/results/{request_id}.png"]:
        assert time.monotonic() < deadline, bucket.keys()
        time.sleep(0.1)


def test_the_page_may_show_what_the_bucket_holds(stored: ServiceProcess, bucket: Bucket) -> None:
    """Its policy names the bucket's origin for pictures, and for nothing else."""
    policy = httpx.get(stored.url).headers["content-security-policy"]
    assert [part for part in policy.split("; ") if bucket.origin in part] == [
        f"img-src 'self' {bucket.origin} blob: data:"
    ]


def test_a_result_that_cannot_be_stored_at_first_is_stored_later(
    stored: ServiceProcess, bucket: Bucket, photo_base64: str
) -> None:
    """While the bucket takes no results the job goes on trying, and ends once it does."""
    bucket.failing = "PUT .*/results/"
    refused = bucket.refused
    try:
        request_id = accepted(stored.post(body(photo_base64)), stored.url)
        deadline = time.monotonic() + 30
        while bucket.refused < refused + 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert stored.status(request_id).json()["status"] == "IN_PROGRESS"
    finally:
        bucket.failing = ""
    assert stored.finished(request_id)["status"] == "COMPLETED"


def test_inputs_that_cannot_be_stored_are_a_503(
    stored: ServiceProcess, bucket: Bucket, photo_base64: str
) -> None:
    """The request is told to come back, nothing is accepted, and the service says that it is not ready."""
    bucket.failing = "PUT "
    try:
        answer = stored.post(body(photo_base64))
        refusal(answer, 503, "could not be stored")
        assert answer.headers["retry-after"] == "10"
        ready = httpx.get(f"{stored.url}/health/ready", timeout=30)
        assert ready.status_code == 503
        assert ready.json()["components"]["store"].startswith("failed")
    finally:
        bucket.failing = ""
    time.sleep(2.1)  # for as long as a report of readiness counts
    assert httpx.get(f"{stored.url}/health/ready", timeout=30).status_code == 200
    finished(stored.post(body(photo_base64) | {"sync": True}))
