"""The one way out: HTTP sessions whose sockets are checked at the moment of dialling."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from backcloth.net.addresses import Network, is_listed, may_dial

WEB_PORTS = (80, 443)

FAULTS = (aiohttp.ClientError, OSError, ValueError)
"""All that a session raises over a hostile URL or server. TimeoutError is an OSError and UnicodeError a
ValueError."""

T = TypeVar("T")


class Blocked(OSError):
    """The address, or this port at the address, may not be dialled. No socket was opened."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be dialled.

    Attributes:
        allow: Networks of the operator's that are open on every port, whatever they are.
        ports: The ports that are open at public addresses.
    """

    allow: tuple[Network, ...] = ()
    ports: tuple[int, ...] = WEB_PORTS

    def socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for one `getaddrinfo` entry, the very address that is about to be connected.

        Checking here, and not when the URL is read, leaves no gap in which a name could change its
        address, and it sees every spelling of an address in its plain form.

        Raises:
            Blocked: it may not be dialled.
        """
        family, kind, protocol, _, (host, port, *_) = address
        open_port = port in self.ports or is_listed(host, self.allow)
        if not (open_port and may_dial(host, self.allow)):
            raise Blocked(f"{host} port {port} may not be dialled")
        return socket.socket(family, kind, protocol)

    def session(self, connect_s: float) -> aiohttp.ClientSession:
        """A session for one exchange: no proxy, no cookies, no cache of names, no kept connections.

        Bodies come as they were sent: nothing is decompressed, so nothing can swell. To be called in a
        running event loop.

        Args:
            connect_s: Seconds for resolving, connecting and the TLS handshake together. The caller
                bounds the whole exchange.
        """
        connector = aiohttp.TCPConnector(
            socket_factory=self.socket,
            resolver=aiohttp.ThreadedResolver(),
            use_dns_cache=False,
            force_close=True,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, connect=connect_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers={"User-Agent": "Backcloth", "Accept-Encoding": "identity"},
        )


def run(exchange: Coroutine[Any, Any, T]) -> T:
    """Runs one exchange from a thread that has no event loop.

    Unlike `asyncio.run` this does not wait for a name lookup that was given up: `getaddrinfo` runs in a
    thread which cannot be stopped and may hang for much longer than any time limit here.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(exchange)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        # One more turn lets the cancelled ones end.
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
