"""Which addresses may be dialled: the union of what public projects test theirs with, and each range's ends.

The literals are those of the tests of InvokeAI, imgproxy and Svix, of the collection SSRF-Testing, and of the
IANA registries. Where those lists disagree the stricter one holds here: what only a transition technique
would carry to a public IPv4 address (6to4, NAT64, ISATAP, Teredo, IPv4-compatible) is refused, too.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from backcloth.net.addresses import may_dial
from backcloth.net.session import Blocked, Guard

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
    *("172.16.4.5", "192.168.10.65", "100.64.0.0", "100.100.0.0", "100.127.255.255", "169.254.45.1"),
    *("127.1.2.3", "192.0.2.255", "198.51.100.65", "203.0.113.6", "192.0.0.170", "250.10.20.30"),
    # where clouds answer their machines
    *("169.254.170.2", "169.254.169.253", "fd20:ce::254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe"),
    # IPv6 in its own right
    *("::", "::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "febf::1"),
    *("fec0::1", "feff::1", "ff02::1", "ff0e::1", "5f00::1", "3fff::1", "2001:db8::1", "2001:2::1"),
    *("2001:10::1", "2001:20::1", "400::1", "4000::1", "e000::1"),
    # an IPv4 address inside
    *("::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"),
    *("::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    *("2001:4860::5efe:a00:1", "2001:4860::200:5efe:a00:1", "fe80::5efe:c0a8:101"),
    *("2a01:1:2:3:0:5efe:a00:1", "2a01:1:2:3:200:5efe:7f00:1", "2a01:1:2:3:0:5efe:5db8:d822"),
    *("2001:0:53aa:64c:0:5bfe:5f00:1", "2001::f5ff:fffe", "2001::f7f7:f7f7", "64:ff9b:1:a00:0:100::"),
    *("::10.0.0.1", "::100.64.0.1", "::ffff:0.0.0.1", "64:ff9b::100.64.0.1", "2002:6440:1::"),
    # a public address with a zone, and what is no address
    *("2606:4700:4700::1111%eth0", "8.8.8.8%eth0", "", "localhost", "2130706433", "0x7f000001"),
    *("0177.0.0.1", "127.1", " 8.8.8.8", "8.8.8.8/32", "[2606:4700:4700::1111]", "8.8.8.8\n"),
]

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "::ffff:808:808"),
    *("2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e", "2400:cb00::1"),
    *("2001:4860::1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "2001:200::1"),
]

Embedding = Callable[[int], int]

EMBEDDINGS: dict[str, Embedding] = {
    "IPv4-compatible": lambda ip: ip,
    "IPv4-translated": lambda ip: 0xFFFF << 48 | ip,
    "NAT64": lambda ip: 0x64FF9B << 96 | ip,
    "NAT64 of one's own": lambda ip: 0x64FF9B0001 << 80 | ip >> 16 << 64 | (ip & 0xFFFF) << 40,
    "6to4": lambda ip: 0x2002 << 112 | ip << 80 | 1,
    "Teredo": lambda ip: 0x20010000 << 96 | ip ^ 0xFFFFFFFF,
    "Teredo server": lambda ip: 0x20010000 << 96 | ip << 64 | 0xF7F7F7F7,
    "ISATAP": lambda ip: 0x2A01 << 112 | 0x5EFE << 32 | ip,
    "ISATAP of a global address": lambda ip: 0x2A01 << 112 | 0x02005EFE << 32 | ip,
    "ISATAP on a link": lambda ip: 0xFE80 << 112 | 0x5EFE << 32 | ip,
}
"""How an IPv6 address carries an IPv4 one, other than mapped."""

INSIDE = ("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "8.8.8.8")


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


@pytest.mark.parametrize("kind", EMBEDDINGS)
@pytest.mark.parametrize("inside", INSIDE)
def test_an_embedded_address_is_refused(kind: str, inside: str) -> None:
    """In every form of IPv6 that some router could take apart, whatever the IPv4 address inside is."""
    assert not may_dial(str(IPv6Address(EMBEDDINGS[kind](int(IPv4Address(inside))))))


@pytest.mark.parametrize("inside", INSIDE)
def test_a_mapped_address_is_the_ipv4_one(inside: str) -> None:
    """The system dials it by IPv4, so it is judged as that, however it is written."""
    mapped = IPv6Address(0xFFFF << 32 | int(IPv4Address(inside)))
    for text in (f"::ffff:{inside}", str(mapped), mapped.exploded, mapped.compressed.upper()):
        assert may_dial(text) is may_dial(inside)


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
