"""Nothing that a caller writes makes us open a socket to an address that is not public.

Not for a picture, a reference or a webhook, whatever the text, the name server or the other server says.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import pytest

from backcloth.errors import DownloadFailed, InvalidRequest
from backcloth.net.fetch import Fetcher
from backcloth.net.url import check_url
from backcloth.net.webhook import Outcome, Verdict, WebhookSender
from harness.watched_sockets import watched_sockets

Call = Callable[[str, int, str], None]

NOWHERE = ""
LOOPBACK = "127.0.0.0/8,::1/128"
FRIEND = "127.0.0.2"
"""Stands for a public address in these tests, where none can be dialled."""

LOOPBACKS = [
    # decimal, with a part or a dot more or less, padded, overflowing
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.0.0.2", "127.127.127.127", "2130706433"),
    *("017700000001", "0177.0.0.1", "0177.0.0.01", "0177.0000000000.0.1", "00000177.0.0.1", "127.0.0.01"),
    *(
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0x7f.1",
        "0X7F.0.0.1",
        "0x7f.0.1",
        "0xffffffff7f000001",
    ),
    *("383.256.256.257", "4294967297.0.0.1", "6425673729", "0", "0.0.0.0", "0x0", "00"),  # noqa: S104  # targets
    # names, and what looks like one until it is read
    *("localhost", "LOCALHOST", "localhost.", "LocalHost.localdomain", "%6cocalhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"),
    *("ſocalhost", "127.0.0.1.nip.example", "0x7f.rebind.example", "xn--", "xn--a-", "localhost\u00ad"),
    # digits and dots of other kinds
    *("%31%32%37.0.0.1", "127%2e0%2e0%2e1", "%2531%2532%2537.0.0.1", "①②⑦.⓪.⓪.①", "①②⑦.0.0.1", "⑴⑵⑺.0.0.1"),
    *("１２７.０.０.１", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "१२७.0.0.1", "𝟷𝟸𝟽.0.0.1", "𝟭𝟮𝟳.𝟬.𝟬.𝟭"),
    # IPv6, with IPv4 inside it, with zones
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]"),
    *("[::1%lo]", "[::1%1]", "[::]", "[0:0:0:0:0:ffff:7f00:0001]", "[::ffff:0:127.0.0.1]", "[fe80::1%25lo]"),
    *(
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    ),
    *(
        "[2a01::5efe:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[127.0.0.1]",
        "[::1",
    ),
    # where clouds keep their machines' secrets
    *(
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "425.510.425.510",
        "100.100.100.200",
    ),
    *("metadata.google.internal", "metadata", "instance-data", "192.0.0.192", "kubernetes.default.svc"),
]

URLS = [
    "http://{host}:{port}/",
    "HTTPS://{host}:{port}/",
    "http://{host}:{port}",
    "http://{host}:{port}?@good.example/",
    "http://{host}:{port}#@good.example/",
    "http://{host}:{port};@good.example/",
    "http://good.example@{host}:{port}/",
    "http://user:word@{host}:{port}/",
    "http://:@{host}:{port}/",
    "http://@{host}:{port}/",
    "http://a@b@{host}:{port}/",
    "http://word@{host}:{port}@good.example/",
    "http://word@{host}:{port}+@good.example/",
    "http://!$%^&*()<>@{host}:{port}/",
    "http://{host}:{port}+&@good.example#+@good.example/",
    "http://good.example+&@{host}:{port}#+@good.example/",
    "http://good.example+&@good.example#+@{host}:{port}/",
    "http://good.example:{port}@{host}:{port}/",
    "http://{host}:{port}:80/",
    "http://{host}:80:{port}/",
    "http://{host}:{port}\t.good.example/",
    "http://{host}:{port}\\good.example/",
    "http://{host}:{port}%09.good.example/",
    "http://{host}:{port}%2509.good.example/",
    "http://{host}:{port}\r\nHost: good.example/",
    "http://{host}:{port}\n/",
    "http://good.example\\@{host}:{port}/",
    "http://good.example:{port}\\@{host}/",
    "http://good.example%23@{host}:{port}/",
    "http://good.example#@{host}:{port}/",
    "http:\\\\{host}:{port}\\",
    "http:/{host}:{port}/",
    "http:{host}:{port}/",
    "http:///{host}:{port}/",
    "http:////{host}:{port}/",
    "//{host}:{port}/",
    " http://{host}:{port}/",
    "http://{host}.:{port}/",
    "http://{host} :{port}/",
    "http://{host}: {port}/",
    "http://{host}:+{port}/",
    "http://{host}:0{port}/",
    "file://{host}:{port}/etc/passwd",
    "gopher://{host}:{port}/_GET",
    "dict://{host}:{port}/info",
    "ftp://{host}:{port}/a.png",
    "jar:http://{host}:{port}/!/a.png",
    "unix://{host}:{port}/",
    "view-source:http://{host}:{port}/",
]

REFUSED_PORTS = [
    "0",
    "65536",
    "-1",
    "99999999999999999999",
    "0x50",
    "80a",
    "+80",
    "8_0",
    " 80",
    "٨٠",
    "８0",
    "80:80",
    "%38%30",
]


class Trap:
    """Listens on every loopback address and counts who knocks."""

    def __init__(self) -> None:
        if socket.has_dualstack_ipv6():
            self._listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._knocks = 0
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                first = connection.recv(1)
                if first == b"Q":
                    return
                self._knocks += 1
                if first == b"G" and self.answer:
                    connection.recv(65536)
                    connection.sendall(self.answer)

    answer = b""
    """What a GET gets."""

    def knocks(self) -> int:
        """How many came; whoever is already waiting is counted. Ends the listening."""
        if self._thread.is_alive():
            with socket.create_connection(("127.0.0.1", self.port)) as last:
                last.sendall(b"Q")
            self._thread.join()
            self._listener.close()
        return self._knocks


@pytest.fixture
def trap() -> Iterator[Trap]:
    """A listening port that nobody may reach."""
    made = Trap()
    yield made
    made.knocks()


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name server in a caller's hands: it says that every name is this machine. No query leaves it.

    Gives the names that it was asked for.
    """
    real = socket.getaddrinfo
    asked: list[str] = []

    def lie(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # noqa: A002
        try:
            return real(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        except socket.gaierror:
            asked.append(host)
            return real("127.0.0.1", port, family, type, proto, flags | socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "getaddrinfo", lie)
    return asked


def networks(allowed: str) -> tuple[Any, ...]:
    """What the operator lists."""
    return tuple(ip_network(each) for each in allowed.split(",") if each)


def fetch(url: str, port: int, allowed: str = NOWHERE) -> None:
    """A picture or a reference: text check and download, as a request and then its job make them."""
    with suppress(InvalidRequest):
        check_url(url, "image")
    with pytest.raises(DownloadFailed):
        Fetcher(networks(allowed), ports=(port,), timeout_s=5).fetch(url, parameter="image")


def deliver(url: str, port: int, allowed: str = NOWHERE) -> None:
    """A webhook."""
    sender = WebhookSender(networks(allowed), ports=(port,), timeout_s=5)
    assert sender.deliver(url, bytes(32), "id", b"{}", 1_700_000_000).verdict is Verdict.FAILED


CALLS = [fetch, deliver]


@pytest.mark.parametrize("call", CALLS)
def test_no_spelling_opens_a_socket(call: Call, trap: Trap, liar: list[str]) -> None:
    """However a forbidden address is written, no internet socket is made at all, let alone connected."""
    for host in LOOPBACKS:
        for pattern in URLS[:2]:
            with watched_sockets() as seen:
                call(pattern.format(host=host, port=trap.port), trap.port, NOWHERE)
            assert (seen.opened, seen.dialled) == (0, []), host
    assert trap.knocks() == 0
    assert "127.0.0.1.nip.example" in liar


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_no_form_of_a_url_opens_a_socket(call: Call, host: str, trap: Trap, liar: list[str]) -> None:
    """User names, ports, fragments and schemes that readers of URLs disagree about lead nowhere either."""
    for pattern in URLS:
        with watched_sockets() as seen:
            call(pattern.format(host=host, port=trap.port), trap.port, NOWHERE)
        assert (seen.opened, seen.dialled) == (0, []), pattern
    assert trap.knocks() == 0
    assert all("good.example" in name or name.rstrip(".") == host for name in liar)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "①②⑦.0.0.1"])
def test_the_trap_and_the_watch_work(host: str, call: Call, trap: Trap, liar: list[str]) -> None:
    """The same calls do reach the trap once loopback is listed, so the tests above can fail."""
    with watched_sockets() as seen:
        call(f"http://{host}:{trap.port}/", trap.port, LOOPBACK)
    assert seen.opened >= 1
    assert seen.dialled
    assert trap.knocks() > 0
    assert set(liar) <= {"localhost"}


@pytest.mark.parametrize("parameter", ["image", "ref_images[0]", "webhook_url"])
@pytest.mark.parametrize("port", REFUSED_PORTS)
def test_no_other_number_is_a_port(parameter: str, port: str) -> None:
    """Outside 1 to 65535, or not in plain digits: refused with the request, by name."""
    with pytest.raises(InvalidRequest) as refused:
        check_url(f"http://example.com:{port}/", parameter)
    assert refused.value.details.startswith(f"{parameter}: ")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("port", [22, 25, 2375, 6379, 8080, 9200])
def test_other_services_of_public_machines_are_not_dialled(call: Call, port: int, liar: list[str]) -> None:
    """At a public address only the web's ports are open, and for others no socket is made."""
    with watched_sockets() as seen:
        call(f"http://8.8.8.8:{port}/", 80, NOWHERE)
    assert (seen.opened, seen.dialled) == (0, [])
    assert liar == []


class Rebinding:
    """A name that is a friend's address when it is first asked for, and this machine's the second time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.left = list(answers)
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        return self._real(self.left.pop(0) if host == "rebind.example" else host, port, *rest, **named)


@pytest.mark.parametrize("call", CALLS)
def test_what_is_dialled_is_what_was_checked(call: Call, monkeypatch: pytest.MonkeyPatch, trap: Trap) -> None:
    """A name is looked up once a connection, so it cannot change its address between check and connection."""
    trap.answer = b"HTTP/1.1 500 No\r\n\r\n"
    names = Rebinding(monkeypatch, FRIEND, "127.0.0.1")
    with watched_sockets() as seen:
        call(f"http://rebind.example:{trap.port}/", trap.port, f"{FRIEND}/32")
    assert names.left == ["127.0.0.1"]
    assert [address[0] for address in seen.dialled] == [FRIEND]
    with watched_sockets() as seen:
        call(f"http://rebind.example:{trap.port}/", trap.port, f"{FRIEND}/32")
    assert (seen.opened, seen.dialled, names.left) == (0, [], [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", CALLS)
def test_a_redirect_leads_to_no_forbidden_address(
    call: Call, status: int, trap: Trap, liar: list[str]
) -> None:
    """A friend's server cannot send us on to this machine, in any form; a webhook follows none at all."""
    for place in (
        *(f"http://127.0.0.1:{trap.port}/", f"//localhost:{trap.port}/", f"http://[::1]:{trap.port}/"),
        *(f"http://2130706433:{trap.port}/", f"http://①②⑦.0.0.1:{trap.port}/", "file:///etc/passwd"),
    ):
        trap.answer = f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        with watched_sockets() as seen:
            call(f"http://{FRIEND}:{trap.port}/", trap.port, f"{FRIEND}/32")
        assert {address[0] for address in seen.dialled} == {FRIEND}
        assert len(seen.dialled) == 1
    assert set(liar) <= {"localhost"}


def test_redirects_end(trap: Trap) -> None:
    """After so many as the operator says, each of them a connection."""
    trap.answer = b"HTTP/1.1 302 Moved\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    for redirects in (0, 1, 3):
        fetcher = Fetcher(networks(LOOPBACK), ports=(trap.port,), redirects=redirects)
        with watched_sockets() as seen, pytest.raises(DownloadFailed):
            fetcher.fetch(f"http://127.0.0.1:{trap.port}/", parameter="image")
        assert len(seen.dialled) == redirects + 1


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_and_netrc_of_the_environment_are_ignored(
    call: Call, scheme: str, monkeypatch: pytest.MonkeyPatch, trap: Trap
) -> None:
    """A proxy would dial for us, past the check; none is asked."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        for spelling in (name, name.upper()):
            monkeypatch.setenv(spelling, f"http://127.0.0.1:{trap.port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with watched_sockets() as seen:
        call(f"{scheme}://{FRIEND}:9/", 9, f"{FRIEND}/32")
    assert [address[:2] for address in seen.dialled] == [(FRIEND, 9)]
    assert trap.knocks() == 0


def test_a_blocked_webhook_says_so_to_the_operator(trap: Trap) -> None:
    """The log can tell a blocked receiver from a dead one."""
    sender = WebhookSender(ports=(trap.port,))
    url = f"http://127.0.0.1:{trap.port}/"
    assert sender.deliver(url, bytes(32), "id", b"{}", 1) == Outcome(Verdict.FAILED, "blocked")
