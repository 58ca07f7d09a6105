"""Nothing that a caller writes makes us open a connection to an address that is not public."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network

import pytest

from backcloth.errors import DownloadFailed
from backcloth.net.addresses import may_dial
from backcloth.net.fetch import Fetcher
from backcloth.net.session import Blocked, Guard
from backcloth.net.webhook import Outcome, Verdict, WebhookSender

Call = Callable[[str, int, bool], None]

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

# (network, whether the address before it is public, whether the one after it is)
RANGES = [
    ("0.0.0.0/8", False, True),
    ("10.0.0.0/8", True, True),
    ("100.64.0.0/10", True, True),
    ("127.0.0.0/8", True, True),
    ("169.254.0.0/16", True, True),
    ("172.16.0.0/12", True, True),
    ("192.0.0.0/24", True, True),
    ("192.0.2.0/24", True, True),
    ("192.88.99.0/24", True, True),
    ("192.168.0.0/16", True, True),
    ("198.18.0.0/15", True, True),
    ("198.51.100.0/24", True, True),
    ("203.0.113.0/24", True, True),
    ("224.0.0.0/4", True, False),
    ("240.0.0.0/4", False, False),
    ("::/3", False, True),
    ("2001::/23", True, True),
    ("2001:db8::/32", True, True),
    ("2002::/16", True, True),
    ("3fff::/20", True, True),
    ("4000::/2", True, False),
    ("8000::/1", False, False),
]

FORBIDDEN = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254"),  # noqa: S104 - a target
    *("169.254.169.254", "172.31.255.255", "192.0.0.8", "192.0.0.9", "192.0.0.10", "192.0.0.192"),
    *("192.88.99.1", "192.168.1.1", "198.19.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255"),
    # IPv6 in its own right
    *("::", "::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "febf::1"),
    *("fec0::1", "feff::1", "ff02::1", "ff0e::1", "5f00::1", "3fff::1", "2001:db8::1", "2001:2::1"),
    *("2001:10::1", "2001:20::1", "400::1", "4000::1", "e000::1"),
    # an IPv4 address inside
    *("::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"),
    *("::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    *("2001:4860::5efe:a00:1", "2001:4860::200:5efe:a00:1", "fe80::5efe:c0a8:101"),
    # a public address with a zone, and what is no address
    *("2606:4700:4700::1111%eth0", "8.8.8.8%eth0", "", "localhost", "2130706433", "0x7f000001"),
    *("0177.0.0.1", "127.1", " 8.8.8.8", "8.8.8.8/32", "[2606:4700:4700::1111]", "8.8.8.8\n"),
]

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "::ffff:808:808"),
    *("2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e", "2400:cb00::1"),
]

SPELLINGS = [
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0177.0.0.1", "017700000001"),
    *("0x7f000001", "0x7f.0.0.1", "0x7f.1", "0X7F.0.0.1", "00000177.0.0.1", "4294967297.0.0.1"),
    *("localhost", "LOCALHOST", "localhost.", "%31%32%37.0.0.1", "①②⑦.0.0.1", "127。0。0。1"),
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]"),
    *("0.0.0.0", "0", "[::]", "user@127.0.0.1", "example.com@127.0.0.1"),  # noqa: S104 - targets
    "127.0.0.1\\@example.com",
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
                if connection.recv(1) == b"Q":
                    return
                self._knocks += 1

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


def _fetch(url: str, port: int, allowed: bool) -> None:
    fetcher = Fetcher(allow=LOOPBACK if allowed else (), ports=(port,), timeout_s=5)
    with pytest.raises(DownloadFailed):
        fetcher.fetch(url, parameter="image")


def _deliver(url: str, port: int, allowed: bool) -> None:
    sender = WebhookSender(allow=LOOPBACK if allowed else (), ports=(port,), timeout_s=5)
    assert sender.deliver(url, bytes(32), "id", b"{}", 1_700_000_000).verdict is Verdict.FAILED


@pytest.mark.parametrize(("network", "before", "after"), RANGES)
def test_ranges_end_where_they_should(network: str, before: bool, after: bool) -> None:
    """Both ends of a refused range are refused; the addresses just outside are judged on their own."""
    first, last = ip_network(network)[0], ip_network(network)[-1]
    assert not may_dial(str(first))
    assert not may_dial(str(last))
    if int(first):
        assert may_dial(str(first - 1)) is before
    if int(last) + 1 < 1 << last.max_prefixlen:
        assert may_dial(str(last + 1)) is after


@pytest.mark.parametrize("address", FORBIDDEN)
def test_forbidden_addresses_are_refused(address: str) -> None:
    """Every known trick address is refused."""
    assert not may_dial(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    """Ordinary public addresses may be dialled."""
    assert may_dial(address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("::ffff:127.0.0.1", "127.0.0.0/8"),
        ("10.1.2.3", "10.1.0.0/16"),
        ("fe80::1%eth0", "fe80::/10"),
        ("::1", "::1/128"),
        ("240.0.0.1", "0.0.0.0/0"),
    ],
)
def test_the_operators_list_wins(address: str, network: str) -> None:
    """A listed network may be dialled, whatever the table says."""
    assert not may_dial(address)
    assert may_dial(address, (ip_network(network),))


def test_the_operators_list_opens_nothing_else() -> None:
    """A listed network says nothing about its neighbours, or about the other version of IP."""
    allow = (ip_network("10.1.0.0/16"), ip_network("::/0"))
    assert not may_dial("10.2.0.0", allow)
    assert not may_dial("10.0.255.255", allow)
    assert not may_dial("127.0.0.1", allow)


def test_other_ports_are_open_only_at_listed_addresses() -> None:
    """A public address is dialled on the web's ports, a listed one on any."""

    def entry(host: str, port: int) -> tuple[object, ...]:
        version = socket.AF_INET if ip_address(host).version == 4 else socket.AF_INET6
        return (version, socket.SOCK_STREAM, 0, "", (host, port))

    guard = Guard(allow=(ip_network("9.9.9.0/24"),))
    for host, port in (("8.8.8.8", 80), ("8.8.8.8", 443), ("9.9.9.9", 22)):
        guard.socket(entry(host, port)).close()
    for host, port in (("8.8.8.8", 22), ("8.8.8.8", 8080), ("127.0.0.1", 80), ("::1", 443)):
        with pytest.raises(Blocked):
            guard.socket(entry(host, port))


@pytest.mark.parametrize("call", [_fetch, _deliver])
@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_reaches_loopback(host: str, call: Call, trap: Trap) -> None:
    """However loopback is written, neither a fetch nor a webhook opens a connection to it."""
    credentials, _, name = host.rpartition("@")
    call(f"http://{credentials}{'@' if credentials else ''}{name}:{trap.port}/", trap.port, False)
    assert trap.knocks() == 0


@pytest.mark.parametrize("call", [_fetch, _deliver])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_the_trap_works(host: str, call: Call, trap: Trap) -> None:
    """The same calls do reach the trap once loopback is listed, so the test above can fail."""
    call(f"http://{host}:{trap.port}/", trap.port, True)
    assert trap.knocks() > 0


def test_a_blocked_webhook_says_so_to_the_operator(trap: Trap) -> None:
    """The log can tell a blocked receiver from a dead one."""
    sender = WebhookSender(ports=(trap.port,))
    url = f"http://127.0.0.1:{trap.port}/"
    assert sender.deliver(url, bytes(32), "id", b"{}", 1) == Outcome(Verdict.FAILED, "blocked")
