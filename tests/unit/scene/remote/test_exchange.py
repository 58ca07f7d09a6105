"""Whether a server can have begun: the line between what may be tried again and what may not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from backcloth.scene.remote.exchange import Answer, Lost, NotSent, Patience, Target, exchange

Conversation = Callable[[socket.socket], None]


@contextmanager
def listening(conversation: Conversation) -> Iterator[Target]:
    """A server of one connection, with small buffers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                conversation(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Target(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        thread.join(timeout=10)


def post(target: Target, size: int = 100, seconds: float = 5) -> Answer:
    """Sends a body of some bytes."""
    patience = Patience(time.monotonic() + seconds, 1)
    return exchange(target, "POST", "/images/edits", patience, media_type="text/plain", body=b"x" * size)


def read_all(connection: socket.socket, size: int = 100) -> None:
    """Reads a request to the end of its body."""
    got = b""
    while len(got.partition(b"\r\n\r\n")[2]) < size:
        got += connection.recv(65536)


def test_a_body_that_was_cut_off_did_not_arrive() -> None:
    """The server hung up while it was sent: it lacks the end, and cannot have begun."""

    def hang_up(connection: socket.socket) -> None:
        connection.recv(1000)

    with listening(hang_up) as target, pytest.raises(NotSent):
        post(target, size=64 * 1024 * 1024)


def test_a_body_that_nobody_reads_did_not_arrive() -> None:
    """The time ended while it was sent."""
    done = threading.Event()

    def doze(connection: socket.socket) -> None:
        connection.recv(1000)
        done.wait(10)

    with listening(doze) as target:
        with pytest.raises(NotSent):
            post(target, size=64 * 1024 * 1024, seconds=0.5)
        done.set()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
    ],
)
def test_after_the_whole_body_any_end_but_an_answer_is_a_loss(said: bytes) -> None:
    """Nobody but the server knows whether it worked."""

    def break_off(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(said)

    with listening(break_off) as target, pytest.raises(Lost):
        post(target)


def test_an_answer_that_drips_ends_with_the_time_there_is() -> None:
    """A byte now and then does not keep the exchange alive."""

    def drip(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            for _ in range(100):
                connection.sendall(b".")
                time.sleep(0.05)
        except OSError:
            return

    begun = time.monotonic()
    with listening(drip) as target, pytest.raises(Lost):
        post(target, seconds=0.6)
    assert time.monotonic() - begun < 3


def test_an_answer_over_its_cap_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server can fill the memory."""
    monkeypatch.setattr("backcloth.scene.remote.exchange.ANSWER_MAX", 1000)

    def flood(connection: socket.socket) -> None:
        read_all(connection)
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)
        except OSError:
            return

    with listening(flood) as target, pytest.raises(Lost, match="1000 bytes"):
        post(target)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Retry-After: 7", 7), ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", None), ("X-Other: 7", None)],
)
def test_when_to_ask_again(header: str, seconds: int | None) -> None:
    """Whole seconds count; a date does not."""

    def refuse(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(f"HTTP/1.1 503 Busy\r\n{header}\r\nContent-Length: 2\r\n\r\nno".encode())

    with listening(refuse) as target:
        assert post(target) == Answer(503, seconds, b"no")
