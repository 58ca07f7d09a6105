from __future__ import annotations

import socket
import time

import pytest

from backcloth.net.peer import Peer
from harness.site import Page, Site

SECRET = "sk-secret"  # noqa: S105  # a test's


def peer(url: str, *, key: str = SECRET, timeout_s: float = 20) -> Peer:
    """A peer that takes a hundred bytes."""
    return Peer(url, key=key, timeout_s=timeout_s, max_bytes=100)


def test_the_message_arrives_and_the_answer_comes_back() -> None:
    """At a private address and port, with the key as a bearer token; without a key there is none."""
    with Site({"/v1/ask": Page(b'{"a": 1}', media_type="application/json")}) as site:
        assert peer(site.url("/v1/ask")).post(b'{"q": 2}') == b'{"a": 1}'
        assert peer(site.url("/v1/ask"), key="").post(b"{}") == b'{"a": 1}'
        first, second = site.deliveries.get(), site.deliveries.get()
    assert (first.path, first.body) == ("/v1/ask", b'{"q": 2}')
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Authorization"] == f"Bearer {SECRET}"
    assert "Authorization" not in second.headers


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(b"no", status=401), "status 401"),
        (Page(b"no", status=503), "status 503"),
        (Page(b"{}", status=201), "status 201"),
        (Page(b"x" * 101), "more than 100 bytes"),
    ],
)
def test_all_but_a_small_200_is_a_failure(page: Page, reason: str) -> None:
    """It names the status or the cap, and never the key."""
    with Site({"/": page}) as site, pytest.raises(ConnectionError, match=reason) as failure:
        peer(site.url("/")).post(b"{}")
    assert SECRET not in repr(failure.value)


def test_redirects_are_not_followed() -> None:
    """Another server would see the key."""
    with Site() as other, Site({"/": Page(status=307, location=other.url("/"))}) as site:
        with pytest.raises(ConnectionError, match="status 307"):
            peer(site.url("/")).post(b"{}")
        assert other.deliveries.empty()


def test_a_silent_server_is_not_waited_for() -> None:
    """The time covers the whole exchange."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            peer(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.3).post(b"{}")
        assert time.monotonic() - begun < 10


def test_a_dead_server_is_a_failure() -> None:
    """A refused connection too."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ConnectionError):
        peer(f"http://127.0.0.1:{port}/").post(b"{}")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_sees_the_key(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The operator named the server, and nobody in between."""
    with Site({"/": Page(b"direct")}) as site, Site() as proxy:
        monkeypatch.setenv(name, proxy.url(""))
        assert peer(site.url("/")).post(b"{}") == b"direct"
        assert proxy.deliveries.empty()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "no url", "http://user:word@127.0.0.1/"])
def test_a_url_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    """Before any message is sent."""
    with pytest.raises(ValueError, match="URL"):
        peer(url)
