"""Fetching a picture by its URL, which a caller chose and may have chosen to harm."""

from __future__ import annotations

import asyncio

import aiohttp
from yarl import URL

from backcloth.errors import DownloadFailed, ImageNotFound, TooLarge
from backcloth.net.addresses import Network
from backcloth.net.session import FAULTS, WEB_PORTS, Guard, run
from backcloth.net.url import parse_url

MIB = 1024 * 1024
_PIECE_BYTES = 64 * 1024
_ACCEPT = "image/png, image/jpeg, image/webp, */*;q=0.1"
_REDIRECTS = (301, 302, 303, 307, 308)
_GONE = (404, 410)


class Fetcher:
    """Downloads pictures within limits, and never from an address that may not be dialled.

    Args:
        allow: Networks that may be dialled although they are not public, on every port.
        max_bytes: Largest body taken, bytes.
        timeout_s: Seconds for everything together: all hops and the whole body.
        connect_s: Seconds for resolving, connecting and the TLS handshake of one hop.
        redirects: Redirects followed.
        ports: Ports open at public addresses.
    """

    def __init__(
        self,
        allow: tuple[Network, ...] = (),
        max_bytes: int = 32 * MIB,
        timeout_s: float = 15,
        connect_s: float = 5,
        redirects: int = 3,
        ports: tuple[int, ...] = WEB_PORTS,
    ) -> None:
        self._guard = Guard(allow, ports)
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._connect_s = connect_s
        self._redirects = redirects

    def fetch(self, url: str, *, parameter: str) -> bytes:
        """As `fetch_async`, for a thread without an event loop."""
        return run(self.fetch_async(url, parameter=parameter))

    async def fetch_async(self, url: str, *, parameter: str) -> bytes:
        """The body behind a URL, as it was sent.

        Args:
            url: Absolute, http or https.
            parameter: The request's field, for the error's text.

        Raises:
            ImageNotFound: the server answers 404 or 410.
            TooLarge: the body is over the cap, by its declaration or in fact.
            DownloadFailed: anything else. Its text is the same for every reason, so that nobody learns
                from it what answers inside the operator's network; the reason is the error's cause.
        """
        try:
            async with asyncio.timeout(self._timeout_s), self._guard.session(self._connect_s) as session:
                return await self._follow(session, url, parameter)
        except FAULTS as error:
            raise DownloadFailed(f"{parameter}: the picture could not be downloaded from its URL") from error

    async def _follow(self, session: aiohttp.ClientSession, url: str, parameter: str) -> bytes:
        target = parse_url(url)
        for _ in range(self._redirects + 1):
            async with session.get(target, allow_redirects=False, headers={"Accept": _ACCEPT}) as response:
                if response.status not in _REDIRECTS:
                    return await self._body(response, parameter)
                location = response.headers.get("Location", "")
            target = _next_hop(target, location)
        raise ValueError("too many redirects")

    async def _body(self, response: aiohttp.ClientResponse, parameter: str) -> bytes:
        if response.status in _GONE:
            raise ImageNotFound(f"{parameter}: the server answers that there is no such picture")
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        if (response.content_length or 0) > self._max_bytes:
            raise self._too_large(parameter)
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE_BYTES):
            body += piece
            if len(body) > self._max_bytes:
                raise self._too_large(parameter)
        return bytes(body)

    def _too_large(self, parameter: str) -> TooLarge:
        return TooLarge(f"{parameter}: the file has more than {self._max_bytes / MIB:g} MiB")


def _next_hop(current: URL, location: str) -> URL:
    """Where a redirect leads. The whole check applies again, also to a location that names no host."""
    if not location:
        raise ValueError("a redirect without a location")
    return parse_url(str(current.join(URL(location))))
