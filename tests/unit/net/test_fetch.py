from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from backcloth.errors import BackclothError, DownloadFailed, ImageNotFound, InvalidRequest, TooLarge
from backcloth.net.fetch import Fetcher
from backcloth.net.url import check_url

LOOPBACK = (ip_network("127.0.0.0/8"),)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
NEUTRAL = "image: the picture could not be downloaded from its URL"

Answer = Callable[[str, socket.socket], None]


@dataclass
class Site:
    """A server that follows a script and keeps what it was sent."""

    url: str
    port: int
    requests: list[str] = field(default_factory=list)


@contextmanager
def serving(answer: Answer, host: str = "127.0.0.1", port: int = 0) -> Iterator[Site]:
    """Runs `answer(path, connection)` for each request, one after the other."""
    listener = socket.create_server((host, port))
    site = Site(f"http://{host}:{listener.getsockname()[1]}", listener.getsockname()[1])

    def loop() -> None:
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = connection.recv(4096)
                    if not piece:
                        break
                    head += piece
                if head.startswith(b"STOP"):
                    return
                site.requests.append(head.decode())
                answer(head.split(b" ")[1].decode() if head else "", connection)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield site
    finally:
        with socket.create_connection((host, site.port)) as last:
            last.sendall(b"STOP / \r\n\r\n")
        thread.join()
        listener.close()


def reply(body: bytes = PICTURE, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; underscores in header names stand for dashes."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {text}" for name, text in headers.items())]
    if "Content_Length" not in headers and "Transfer_Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(answer: bytes) -> Answer:
    """The same answer to every request."""
    return lambda _path, connection: connection.sendall(answer)


def failure(fetcher: Fetcher, url: str) -> BackclothError:
    """The error that a fetch ends in."""
    with pytest.raises(BackclothError) as caught:
        fetcher.fetch(url, parameter="image")
    return caught.value


def test_a_picture_arrives_unchanged() -> None:
    """The body's bytes come back as they were sent."""
    with serving(always(reply())) as site:
        assert Fetcher(LOOPBACK).fetch(f"{site.url}/a%20b.png?x=1#y", parameter="image") == PICTURE
    assert site.requests[0].startswith("GET /a%20b.png?x=1 HTTP/1.1\r\n")


def test_a_picture_arrives_in_a_running_loop() -> None:
    """The asynchronous form does the same."""
    with serving(always(reply())) as site:
        assert asyncio.run(Fetcher(LOOPBACK).fetch_async(site.url, parameter="image")) == PICTURE


def test_a_chunked_picture_arrives() -> None:
    """A body of undeclared length is put together."""
    chunks = b"".join(f"{len(PICTURE):x}\r\n".encode() + PICTURE + b"\r\n" for _ in range(2)) + b"0\r\n\r\n"
    with serving(always(reply(chunks, Transfer_Encoding="chunked"))) as site:
        assert Fetcher(LOOPBACK).fetch(site.url, parameter="image") == PICTURE * 2


def test_the_request_says_little() -> None:
    """Neither our libraries nor our willingness to unpack are shown, and no cookie is."""
    with serving(always(reply())) as site:
        Fetcher(LOOPBACK).fetch(site.url, parameter="image")
    head = site.requests[0].lower()
    assert "user-agent: backcloth\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    assert "cookie" not in head
    assert "aiohttp" not in head


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_a_missing_picture_is_not_found(status: str) -> None:
    """404 and 410 become our 404, which names the field."""
    with serving(always(reply(b"secret", status))) as site:
        error = failure(Fetcher(LOOPBACK), site.url)
    assert isinstance(error, ImageNotFound)
    assert error.details == "image: the server answers that there is no such picture"


@pytest.mark.parametrize(
    "status", ["204 No Content", "206 Partial", "304 Same", "401 No", "403 No", "500 No"]
)
def test_any_other_status_is_a_failed_download(status: str) -> None:
    """Other statuses become 460, in one neutral sentence."""
    with serving(always(reply(b"", status))) as site:
        error = failure(Fetcher(LOOPBACK), site.url)
    assert isinstance(error, DownloadFailed)
    assert error.details == NEUTRAL


def test_every_reason_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused, unresolvable, blocked and malformed cannot be told apart by the caller."""

    def unknown(*_args: object, **_kwargs: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    urls = [
        f"http://127.0.0.1:{port}/",
        "http://unknown.example/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1",
        "http://" + "a" * 300 + "/",
        "http://\ud800/",
        "ftp://127.0.0.1/",
        "http://user:secret@127.0.0.1/",
    ]
    errors = [failure(Fetcher(LOOPBACK), url) for url in urls]
    assert {type(error) for error in errors} == {DownloadFailed}
    assert {str(error) for error in errors} == {NEUTRAL}
    assert all(error.__cause__ is not None for error in errors)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://a:b@127.0.0.1/\r\n\r\n",
    ],
)
def test_broken_answers_are_failed_downloads(answer: bytes) -> None:
    """Whatever a server sends, the caller sees a failed download and never a fault of ours."""
    with serving(always(answer)) as site:
        assert isinstance(failure(Fetcher(LOOPBACK), site.url), DownloadFailed)


def test_a_body_shorter_than_declared_is_a_failed_download() -> None:
    """A cut body is not taken for the picture."""
    with serving(always(reply(Content_Length=str(len(PICTURE) + 1)))) as site:
        assert isinstance(failure(Fetcher(LOOPBACK), site.url), DownloadFailed)


def test_a_declared_length_over_the_cap_is_refused_unread() -> None:
    """The declaration alone decides: the body never has to come."""
    sent = threading.Event()

    def declare(_path: str, connection: socket.socket) -> None:
        connection.sendall(reply(b"", Content_Length="1001"))
        sent.set()
        connection.recv(1)  # returns once the client has hung up

    with serving(declare) as site:
        error = failure(Fetcher(LOOPBACK, max_bytes=1000), site.url)
    assert sent.is_set()
    assert isinstance(error, TooLarge)
    assert error.details.startswith("image: ")


def test_the_cap_itself_is_allowed() -> None:
    """Exactly the cap passes, one byte more does not."""
    with serving(always(reply(bytes(1000)))) as site:
        assert Fetcher(LOOPBACK, max_bytes=1000).fetch(site.url, parameter="image") == bytes(1000)
        assert isinstance(failure(Fetcher(LOOPBACK, max_bytes=999), site.url), TooLarge)


@pytest.mark.parametrize("declare", [True, False])
def test_an_endless_body_stops_at_the_cap(declare: bool) -> None:
    """A body without a declared length is cut off while it streams."""
    sent = 0

    def pour(_path: str, connection: socket.socket) -> None:
        nonlocal sent
        framing = b"Transfer-Encoding: chunked\r\n" if declare else b""
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n")
        piece = b"10000\r\n" + bytes(0x10000) + b"\r\n" if declare else bytes(0x10000)
        while sent < 2**28:
            connection.sendall(piece)
            sent += len(piece)

    with serving(pour) as site:
        assert isinstance(failure(Fetcher(LOOPBACK, max_bytes=10**6), site.url), TooLarge)
    assert sent < 2**26


def test_a_compressed_bomb_stays_small() -> None:
    """A body is never unpacked, so a few kilobytes stay a few kilobytes."""
    bomb = gzip.compress(bytes(10**7))
    with serving(always(reply(bomb, Content_Encoding="gzip"))) as site:
        assert Fetcher(LOOPBACK, max_bytes=10**5).fetch(site.url, parameter="image") == bomb


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_slow_drip_runs_out_of_time(part: str) -> None:
    """The limit bounds the whole exchange, however steadily bytes come in."""
    dripped = threading.Event()

    def drip(_path: str, connection: socket.socket) -> None:
        answer = reply(bytes(200))
        start = 0 if part == "head" else len(answer) - 200
        connection.sendall(answer[:start])
        for each in answer[start:]:
            connection.sendall(bytes([each]))
            time.sleep(0.02)
        dripped.set()

    with serving(drip) as site:
        error = failure(Fetcher(LOOPBACK, timeout_s=0.3), site.url)
    assert isinstance(error, DownloadFailed)
    assert isinstance(error.__cause__, TimeoutError)
    assert not dripped.is_set()


def test_hops_share_one_time_limit() -> None:
    """Redirects do not restart the clock."""

    def linger(path: str, connection: socket.socket) -> None:
        time.sleep(0.2)
        connection.sendall(reply(b"", "302 Found", Location="/b") if path == "/a" else reply())

    with serving(linger) as site:
        assert Fetcher(LOOPBACK).fetch(f"{site.url}/a", parameter="image") == PICTURE
        assert isinstance(failure(Fetcher(LOOPBACK, timeout_s=0.3), f"{site.url}/a"), DownloadFailed)


def test_a_hanging_name_lookup_does_not_hold_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup that was given up is not waited for, although its thread lives on."""
    give_up = threading.Event()
    ended = threading.Event()

    def hang(*_args: object, **_kwargs: object) -> list[object]:
        give_up.wait(30)
        ended.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    error = failure(Fetcher(connect_s=0.1), "http://slow.example/")
    assert isinstance(error, DownloadFailed)
    assert not ended.is_set()
    give_up.set()
    assert ended.wait(30)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int) -> None:
    """Relative and absolute locations lead on, up to the limit."""

    def lead(path: str, connection: socket.socket) -> None:
        step = int(path[1:])
        place = f"{site.url}/{step - 1}" if step == 2 else str(step - 1)
        answer = reply() if step == 0 else reply(b"", f"{status} Moved", Location=place)
        connection.sendall(answer)

    with serving(lead) as site:
        assert Fetcher(LOOPBACK).fetch(f"{site.url}/3", parameter="image") == PICTURE
        assert len(site.requests) == 4
        assert isinstance(failure(Fetcher(LOOPBACK), f"{site.url}/4"), DownloadFailed)
        assert len(site.requests) == 8


def test_cookies_are_not_kept_between_hops(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one hop sets, the next one does not get, although both have the same name."""
    real = socket.getaddrinfo

    def named(host: str, port: int, *args: int, **kwargs: int) -> object:
        return real("127.0.0.1" if host == "jar.example" else host, port, *args, **kwargs)

    def bake(path: str, connection: socket.socket) -> None:
        moved = reply(b"", "302 Found", Location="/b", Set_Cookie="a=b; Path=/")
        connection.sendall(moved if path == "/a" else reply())

    with serving(bake) as site:
        monkeypatch.setattr(socket, "getaddrinfo", named)
        assert Fetcher(LOOPBACK).fetch(f"http://jar.example:{site.port}/a", parameter="image") == PICTURE
    assert "cookie" not in site.requests[1].lower()


def test_a_redirect_may_not_bring_credentials() -> None:
    """The rules of a URL's text hold for a redirect's location, too."""

    def lead(path: str, connection: socket.socket) -> None:
        place = f"http://user:secret@127.0.0.1:{site.port}/picture"
        connection.sendall(reply() if path == "/picture" else reply(b"", "302 Found", Location=place))

    with serving(lead) as site:
        assert isinstance(failure(Fetcher(LOOPBACK), site.url), DownloadFailed)
    assert len(site.requests) == 1


def test_a_redirect_is_checked_like_the_first_address() -> None:
    """A permitted server cannot send us on to a forbidden one: no connection is opened there."""
    with serving(always(reply())) as trap:
        moved = always(reply(b"", "302 Found", Location=trap.url))
        with serving(moved, host="127.0.0.2") as site:
            fetcher = Fetcher((ip_network("127.0.0.2/32"),), ports=(site.port, trap.port))
            assert isinstance(failure(fetcher, site.url), DownloadFailed)
            assert len(site.requests) == 1
            assert trap.requests == []
            assert Fetcher(LOOPBACK).fetch(site.url, parameter="image") == PICTURE


def test_a_name_that_changes_its_address_is_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that was harmless on the first hop and means loopback on the second opens nothing."""
    real = socket.getaddrinfo
    answers = iter(["127.0.0.2", "127.0.0.1"])

    def rebind(host: str, port: int, *args: int, **kwargs: int) -> object:
        return real(next(answers) if host == "rebind.example" else host, port, *args, **kwargs)

    with serving(always(reply())) as trap:
        moved = always(reply(b"", "302 Found", Location="/again"))
        with serving(moved, host="127.0.0.2", port=trap.port) as site:
            monkeypatch.setattr(socket, "getaddrinfo", rebind)
            fetcher = Fetcher((ip_network("127.0.0.2/32"),), ports=(site.port,))
            assert isinstance(failure(fetcher, f"http://rebind.example:{site.port}/"), DownloadFailed)
            assert len(site.requests) == 1
            assert next(answers, None) is None
            assert trap.requests == []


def test_one_bad_address_among_good_ones_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the several addresses of a name only those that may be dialled are."""
    real = socket.getaddrinfo

    def both(host: str, port: int, *args: int, **kwargs: int) -> list[object]:
        if host != "both.example":
            return [*real(host, port, *args, **kwargs)]
        return [entry for each in ("127.0.0.1", "127.0.0.2") for entry in real(each, port, *args, **kwargs)]

    with (
        serving(always(reply(b"trap"))) as trap,
        serving(always(reply()), host="127.0.0.2", port=trap.port) as site,
    ):
        monkeypatch.setattr(socket, "getaddrinfo", both)
        fetcher = Fetcher((ip_network("127.0.0.2/32"),), ports=(site.port,))
        assert fetcher.fetch(f"http://both.example:{site.port}/", parameter="image") == PICTURE
        assert trap.requests == []


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would dial for us, past the check; none is ever used."""
    with serving(always(reply(b"proxy"))) as proxy, serving(always(reply())) as site:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert Fetcher(LOOPBACK).fetch(site.url, parameter="image") == PICTURE
        assert proxy.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://example.com:8443/a b.png?q=ü#f",
        "HTTPS://EXAMPLE.COM/",
        "http://example.com.?q=a@b",
        "http://example.com#a@b:c",
        "http://a_b-c.example:/a%20b@c:d",
        "http://[2606:4700:4700::1111]:8080/",
        "http://[::1%25lo]",
        "http://localhost",
        "http://８.8.8.8/",
        "http://bücher.example/",
    ],
)
def test_good_urls_pass_the_check(url: str) -> None:
    """What looks like a web address is accepted at submission."""
    check_url(url, "image")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/" + "a" * 2048, "2048"),
        ("http://example.com/\n", "control character"),
        ("http://exam\x00ple.com/", "control character"),
        ("ftp://example.com/", "http://"),
        ("example.com/a.png", "http://"),
        ("//example.com/a.png", "http://"),
        ("", "http://"),
        ("http://", "host"),
        ("http:///a.png", "host"),
        ("http://example.com:0/", "port 0"),
        ("http://example.com:65536/", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("http://user:secret@example.com/", "user name"),
        ("http://user@example.com/", "user name"),
        ("http://:@example.com/", "user name"),
        ("http://user@good.example@example.com/", "user name"),
        ("http://good.example+&@example.com#+@good.example/", "user name"),
        ("http://@example.com/", "host or port"),
        ("http://%65xample.com/", "host or port"),
        ("http://127%2e0%2e0%2e1/", "host or port"),
        ("http://127.0.0.1%00.example.com/", "host or port"),
        ("http://127.0.0.1%2f.example.com/", "host or port"),
        ("http://exa mple.com/", "host or port"),
        ("http://example.com\u3000/", "host or port"),
        (" http://example.com/", "host or port"),
        ("http://./", "host or port"),
        ("http://.../", "host or port"),
        ("http://example.com../", "host or port"),
        ("http://example.com: 80/", "host or port"),
        ("http://example.com:+80/", "host or port"),
        ("http://example.com:8_0/", "host or port"),
        ("http://example.com:٨٠/", "host or port"),
        ("http://example.com:8０/", "host or port"),
        ("http://example.com:-1/", "cannot be read"),
        ("http://example.com:0x50/", "cannot be read"),
        ("http://example.com:80:80/", "cannot be read"),
        ("http://example.com:99999999999999999999/", "cannot be read"),
        ("http://good.example\\@example.com/", "cannot be read"),
        ("http:\\\\example.com\\", "host"),
        ("http:/example.com/", "host"),
        ("http:example.com/", "host"),
        ("http://[127.0.0.1]/", "cannot be read"),
        ("http://[::]%31/", "cannot be read"),
        ("http://[::1]127.0.0.1/", "cannot be read"),
    ],
)
def test_bad_urls_are_named(url: str, reason: str) -> None:
    """What cannot be a picture's address is a 400 that names the field and says what is wrong."""
    with pytest.raises(InvalidRequest, match=reason) as caught:
        check_url(url, "ref_images[1]")
    assert caught.value.details.startswith("ref_images[1]: ")
    assert "secret" not in caught.value.details
