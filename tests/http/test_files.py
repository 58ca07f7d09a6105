"""`/files/…`: finished pictures by signed URL."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from harness.answers import finished, refusal
from harness.quick_job import quick_job
from harness.service_process import ServiceProcess


@pytest.fixture(scope="module")
def url(service: ServiceProcess) -> str:
    """The URL of a finished picture."""
    result = finished(service.post(quick_job(sync=True)))
    return str(result["image_url"])


@pytest.fixture(scope="module")
def whole(url: str) -> bytes:
    """All of its bytes."""
    return httpx.get(url).content


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client without a token."""
    with httpx.Client(timeout=30) as opened:
        yield opened


def test_a_picture_needs_no_token(client: httpx.Client, url: str) -> None:
    """A plain GET, answered with what browsers and caches want to know."""
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.content.startswith(b"\x89PNG")


def test_head_is_get_without_the_body(client: httpx.Client, url: str, whole: bytes) -> None:
    """The same headers, with the length."""
    head, get = client.head(url), client.get(url)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole))
    own = {"x-request-id", "date"}
    assert {name: text for name, text in head.headers.items() if name not in own} == {
        name: text for name, text in get.headers.items() if name not in own
    }


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=-99999999", 0, None),
        ("bytes=10-99999999", 10, None),
    ],
)
def test_a_range_gives_its_bytes(
    client: httpx.Client, url: str, whole: bytes, wanted: str, start: int, end: int | None
) -> None:
    """From here to there, to the end, and counted from the end; HEAD agrees."""
    answer = client.get(url, headers={"range": wanted})
    expected = whole[start:end]
    first = start % len(whole)
    assert answer.status_code == 206
    assert answer.content == expected
    assert answer.headers["content-length"] == str(len(expected))
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(whole)}"
    head = client.head(url, headers={"range": wanted})
    assert head.status_code == 206
    assert head.headers["content-length"] == str(len(expected))


@pytest.mark.parametrize(
    "wanted", ["bytes=0-1,5-6", "items=0-1", "bytes=5-2", "bytes=-", "bytes=a-b", "bytes", "", "bytes=١-٢"]
)
def test_a_range_that_is_not_understood_gives_the_whole(
    client: httpx.Client, url: str, whole: bytes, wanted: str
) -> None:
    """Several ranges, another unit, nonsense: RFC 9110 lets a server ignore them."""
    answer = client.get(url, headers={b"range": wanted.encode()})
    assert (answer.status_code, answer.content) == (200, whole)


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=99999999-999999999", "bytes=-0"])
def test_a_range_outside_the_picture_is_416(client: httpx.Client, url: str, wanted: str) -> None:
    """Behind the end, and the last zero bytes."""
    refusal(client.get(url, headers={"range": wanted}), 416)


def tampered(url: str) -> list[str]:
    """The URL with one thing changed each time."""
    path, query = url.split("?")
    expiry, signature = query.split("&")
    number = int(expiry.removeprefix("exp="))
    flipped = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
    return [
        path,
        f"{path}?{expiry}",
        f"{path}?{signature}",
        f"{path}?exp={number + 1}&{signature}",
        f"{path}?exp=0{number}&{signature}",
        f"{path}?exp=&{signature}",
        f"{path}?exp=soon&{signature}",
        f"{path}?{expiry}&{flipped}",
        f"{path}?{expiry}&sig=",
        f"{path}?{expiry}&sig=%C3%A9%00",
        f"{path.removesuffix('.png')}?{query}",
        f"{path.replace('/results/', '/results/%2e%2e/results/')}?{query}",
        f"{path.replace('/results/', '/inputs/')}?{query}",
        f"{path}%00?{query}",
        f"{path}/?{query}",
    ]


def test_no_other_url_opens_a_picture(client: httpx.Client, url: str) -> None:
    """A changed key, expiry or signature, and none at all: the same answer, which tells nothing."""
    said = {refusal(client.get(other), 404) for other in tampered(url)}
    assert len(said) == 1
    assert all(client.head(other).status_code == 404 for other in tampered(url))
