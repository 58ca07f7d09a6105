"""May an address be dialled? Only public ones, and those that the operator lists. Pure; opens nothing.

Python's own `is_global` is not enough: releases differ, and it passes 6to4, NAT64, IPv4-compatible and
other forms that carry a private IPv4 address inside (checked on 3.11). So the ranges stand here, after the
IANA special-purpose registries for IPv4 and IPv6, and `is_global` only adds to them.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

_REFUSED_V4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; some clouds keep their metadata service here
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

_PUBLIC_V6 = IPv6Network("2000::/3")
"""The only block of IPv6 from which public unicast addresses are given out.

Outside lie loopback, IPv4-mapped, -compatible and -translated forms, NAT64 (64:ff9b::/96 and
64:ff9b:1::/48), discard-only 100::/64, SRv6 5f00::/16, unique local fc00::/7, link-local fe80::/10,
site-local fec0::/10 and multicast ff00::/8.
"""

_REFUSED_V6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)

_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""Upper halves of the interface identifiers whose lower half is an IPv4 address (RFC 5214)."""


def may_dial(address: str, allow: tuple[Network, ...] = ()) -> bool:
    """Whether a connection to this address may be opened.

    Args:
        address: An IP address as text, with or without an IPv6 zone. Names and anything else are refused.
        allow: Networks that may be dialled whatever they are.
    """
    ip = _parse(address)
    # Only addresses that mean nothing beyond one link carry a zone.
    return is_listed(address, allow) or (ip is not None and "%" not in address and _public(ip))


def is_listed(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether one of the networks holds the address; an IPv4-mapped one counts as the IPv4 one in it."""
    ip = _parse(address)
    return ip is not None and _within(ip, networks)


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def _within(ip: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


def _public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv4Address):
        refused = _within(ip, _REFUSED_V4)
    else:
        isatap = (int(ip) >> 32) & 0xFFFF_FFFF in _ISATAP
        refused = ip not in _PUBLIC_V6 or isatap or _within(ip, _REFUSED_V6)
    return not refused and ip.is_global and not ip.is_multicast and not ip.is_reserved
