"""Slowing down whoever tries out tokens."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address, ip_network

from backcloth.errors import TooManyRequests

WINDOW_S = 60.0

LONG = 32
"""Characters of a token that nobody can guess; those that the service makes have 46."""

_ADDRESSES_MAX = 4096
"""Addresses remembered: six megabytes at the default limit. The one that failed longest ago is dropped."""


class FailureThrottle:
    """Failed tokens of each client address within a moving minute, in this process's memory.

    An address over its limit gets 429 for every unknown token, and short tokens from it, which only an
    operator can have chosen, are not even looked up. Long ones are, because a right one is no guess: nobody
    can lock out the holder of such a token by failing from the same address. To be called on the event loop
    alone.

    Args:
        per_minute: Failures allowed; 0 is no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, address: str, token: str) -> None:
        """To be asked before a token is looked up.

        Raises:
            TooManyRequests: the token may not be tried now, with the whole seconds until it may.
        """
        if len(token) < LONG:
            self._refuse_over_limit(_network(address))

    def failed(self, address: str) -> None:
        """To be told when a token turned out to be unknown.

        Raises:
            TooManyRequests: this was one too many.
        """
        if not self._per_minute:
            return
        network = _network(address)
        self._refuse_over_limit(network)
        self._failures.setdefault(network, deque()).append(time.monotonic())
        self._failures.move_to_end(network)
        if len(self._failures) > _ADDRESSES_MAX:
            self._failures.popitem(last=False)

    def _refuse_over_limit(self, network: str) -> None:
        times = self._failures.get(network)
        if times is None:
            return
        now = time.monotonic()
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if len(times) >= self._per_minute:
            raise TooManyRequests(
                "Too many requests with unknown tokens came from your address.",
                retry_after=max(1, math.ceil(times[0] + WINDOW_S - now)),
            )


def _network(address: str) -> str:
    """What counts as one address: in IPv6 a whole /64, because a single customer has all of it."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((int(ip), 64), strict=False))
    return str(ip)
