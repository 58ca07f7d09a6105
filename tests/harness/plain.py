"""For requests that need no certificates: reading those costs 30 ms of CPU each time they are not shared."""

from __future__ import annotations

import httpx

PLAIN = httpx.create_ssl_context()
"""The `verify` of all requests to a service of the tests', which speaks plain HTTP."""
