from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network

import pytest
from bria_client.toolkit.webhook_verification import verify_webhook_signature

from backcloth.net.signature import derive_key, sign
from backcloth.net.url import receiver
from backcloth.net.webhook import Outcome, Verdict, WebhookSender

LOOPBACK = (ip_network("127.0.0.0/8"),)
NOW = 1_700_000_000
KEY = derive_key("token")


@contextmanager
def receiving(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A receiver that keeps each request, whole, and answers by script."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    received: list[bytes] = []

    def loop() -> None:
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                request = connection.recv(65536)
                if request == b"STOP":
                    return
                head, _, body = request.partition(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                while len(body) < length:
                    body += connection.recv(65536)
                received.append(head + b"\r\n\r\n" + body)
                answer(connection)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/hook?a=1", received
    finally:
        with socket.create_connection(("127.0.0.1", port)) as last:
            last.sendall(b"STOP")
        thread.join()
        listener.close()


def answering(status: str, *headers: str) -> Callable[[socket.socket], None]:
    """An empty answer with this status."""
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(lines).encode())


@pytest.mark.parametrize(
    ("token", "webhook_id", "timestamp", "body", "signature"),
    [
        (
            "contract-test-shared-token",
            "req_contract_test_001",
            1_700_000_000,
            (
                b'{"status":"COMPLETED","result":{"url":"https://cdn.bria.ai/final.png"},'
                b'"request_id":"req_contract_test_001"}'
            ),
            "v1=muClfnkuIXEqW69htILKVEwJdzC0LWB1tP53ptLm7SM=",
        ),
        (
            "test-token-abc123",
            "req-9f8e7d6c",
            1_723_800_000,
            b'{"request_id":"req-9f8e7d6c","status":"COMPLETED"}',
            "v1=L49e/+aGg8Xr6F7PT9+bYWJ4ADPN73Pu5ooGltV5MUs=",
        ),
    ],
)
def test_signatures_match_the_published_vectors(
    token: str, webhook_id: str, timestamp: int, body: bytes, signature: str
) -> None:
    """Both vectors of the contract come out byte for byte."""
    assert sign(derive_key(token), webhook_id, timestamp, body) == signature


def test_a_delivery_passes_the_official_verifier() -> None:
    """What arrives verifies with the SDK, and stops verifying when a byte of it changes."""
    body = '{"status":"COMPLETED","note":"Ümläut"}'.encode()
    with receiving(answering("200 OK")) as (url, received):
        assert WebhookSender(LOOPBACK).deliver(url, KEY, "job-1", body, NOW) == Outcome(Verdict.DELIVERED)
    head, _, sent = received[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): text for name, text in (line.split(": ", 1) for line in lines)}
    assert first == "POST /hook?a=1 HTTP/1.1"
    assert sent == body
    assert headers["content-type"] == "application/json"
    assert headers["bria-webhook-id"] == "job-1"
    assert headers["bria-webhook-timestamp"] == str(NOW)
    proof = (headers["bria-webhook-id"], headers["bria-webhook-timestamp"], headers["bria-webhook-signature"])
    assert verify_webhook_signature(sent, *proof, "token")
    assert not verify_webhook_signature(sent + b" ", *proof, "token")
    assert not verify_webhook_signature(sent, *proof, "another")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("200 OK", Outcome(Verdict.DELIVERED)),
        ("204 No Content", Outcome(Verdict.DELIVERED)),
        ("299 Fine", Outcome(Verdict.DELIVERED)),
        ("410 Gone", Outcome(Verdict.GONE, "status 410")),
        ("301 Moved", Outcome(Verdict.FAILED, "status 301")),
        ("404 Not Found", Outcome(Verdict.FAILED, "status 404")),
        ("429 Slow", Outcome(Verdict.FAILED, "status 429")),
        ("503 Busy", Outcome(Verdict.FAILED, "status 503")),
    ],
)
def test_the_status_decides(status: str, outcome: Outcome) -> None:
    """2xx is delivered, 410 ends it, all else has failed."""
    with receiving(answering(status)) as (url, _):
        assert asyncio.run(WebhookSender(LOOPBACK).deliver_async(url, KEY, "job", b"{}", NOW)) == outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("-5", 0),
        ("1.5", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("9" * 40, 0),
        ("", 0),
    ],
)
def test_a_receiver_may_ask_for_peace(header: str, seconds: int) -> None:
    """Whole seconds are taken, all else is as if it had not been said."""
    with receiving(answering("503 Busy", f"Retry-After: {header}")) as (url, _):
        outcome = WebhookSender(LOOPBACK).deliver(url, KEY, "job", b"{}", NOW)
    assert outcome == Outcome(Verdict.FAILED, "status 503", seconds)


@pytest.mark.parametrize(
    ("url", "whose"),
    [
        ("https://Example.com/hook?secret=1", "example.com:443"),
        ("http://example.com/", "example.com:80"),
        ("https://example.com:8443/a", "example.com:8443"),
        ("http://[2001:db8::1]/", "2001:db8::1:80"),
        ("nonsense", "-"),
    ],
)
def test_a_receiver_is_its_host_and_port(url: str, whose: str) -> None:
    """Whatever the path, which may hold a secret of the receiver's."""
    assert receiver(url) == whose


def test_redirects_are_not_followed() -> None:
    """A redirect is a failure, and its target sees nothing."""
    with (
        receiving(answering("200 OK")) as (target, seen),
        receiving(answering("307 Moved", f"Location: {target}")) as (url, received),
    ):
        outcome = WebhookSender(LOOPBACK).deliver(url, KEY, "job", b"{}", NOW)
    assert outcome == Outcome(Verdict.FAILED, "status 307")
    assert len(received) == 1
    assert seen == []


def test_a_silent_receiver_times_out() -> None:
    """A receiver that takes the request and never answers has failed."""

    def swallow(connection: socket.socket) -> None:
        connection.recv(1)  # returns once the sender has hung up

    with receiving(swallow) as (url, _):
        outcome = WebhookSender(LOOPBACK, timeout_s=0.3).deliver(url, KEY, "job", b"{}", NOW)
    assert outcome == Outcome(Verdict.FAILED, "timeout")


def test_the_answers_body_is_not_waited_for() -> None:
    """The status is enough: a receiver whose body never ends has still taken the delivery."""

    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10**5):
            connection.sendall(bytes(4096))

    with receiving(pour) as (url, _):
        assert WebhookSender(LOOPBACK).deliver(url, KEY, "job", b"{}", NOW) == Outcome(Verdict.DELIVERED)


@pytest.mark.parametrize("url", ["http://[::1", "ftp://127.0.0.1/", "", "http://127.0.0.1:0/"])
def test_a_bad_url_has_failed(url: str) -> None:
    """A URL that cannot be used is an outcome, not an exception."""
    assert WebhookSender().deliver(url, KEY, "job", b"{}", NOW) == Outcome(Verdict.FAILED, "unreachable")


def test_a_dead_receiver_has_failed() -> None:
    """A refused connection is an outcome, not an exception."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    outcome = WebhookSender(LOOPBACK).deliver(f"http://127.0.0.1:{port}/", KEY, "job", b"{}", NOW)
    assert outcome == Outcome(Verdict.FAILED, "unreachable")
