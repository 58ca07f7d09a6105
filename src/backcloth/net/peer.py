"""One server that the operator named, and that is therefore asked wherever it stands."""

from __future__ import annotations

import asyncio

import aiohttp

from backcloth.net.session import FAULTS, run
from backcloth.net.url import parse_url

_PIECE_BYTES = 64 * 1024


class Peer:
    """Posts JSON to one URL. Unlike what callers name, it may be at any address and port.

    Redirects are failures, proxies of the environment are ignored, and the key goes into no message.

    Args:
        url: Where to; absolute, http or https.
        key: Sent as a bearer token unless it is empty.
        timeout_s: Seconds for a whole exchange.
        connect_s: Seconds for resolving, connecting and the TLS handshake.
        max_bytes: Largest answer taken.

    Raises:
        ValueError: the URL cannot be used.
    """

    def __init__(
        self, url: str, *, key: str = "", timeout_s: float, connect_s: float = 3, max_bytes: int
    ) -> None:
        self._url = parse_url(url)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._timeout_s = timeout_s
        self._connect_s = connect_s
        self._max_bytes = max_bytes

    def post(self, message: bytes) -> bytes:
        """The body of the answer. For a thread without an event loop.

        Raises:
            TimeoutError: the time is over.
            ConnectionError: the server cannot be reached, does not answer 200, or answers too much.
        """
        return run(self._post(message))

    async def _post(self, message: bytes) -> bytes:
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), force_close=True),
                    timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_s),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    headers={"User-Agent": "Backcloth", "Accept-Encoding": "identity"},
                ) as session,
                session.post(
                    self._url, data=message, headers=self._headers, allow_redirects=False
                ) as response,
            ):
                return await self._body(response)
        except (TimeoutError, ConnectionError):
            raise
        except FAULTS as problem:
            raise ConnectionError(f"{type(problem).__name__}: {problem}") from problem

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        if response.status != 200:
            raise ConnectionError(f"status {response.status}")
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE_BYTES):
            body += piece
            if len(body) > self._max_bytes:
                raise ConnectionError(f"the answer has more than {self._max_bytes} bytes")
        return bytes(body)
