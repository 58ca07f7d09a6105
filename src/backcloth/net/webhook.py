"""Webhooks: telling a caller's server that a job has ended, signed with the job's token."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Mapping
from dataclasses import dataclass

from backcloth.net.addresses import Network
from backcloth.net.session import FAULTS, WEB_PORTS, Blocked, Guard, run
from backcloth.net.signature import sign
from backcloth.net.url import parse_url


class Verdict(enum.StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    GONE = "gone"
    """410: the receiver wants no more of them; do not try again."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt's end.

    Attributes:
        verdict: What became of it.
        reason: Why it failed, for the operator's log only: `blocked`, `timeout`, `unreachable`, or
            `status 503`. Empty when delivered.
        retry_after_s: Seconds for which a receiver that refused asks to be left alone.
    """

    verdict: Verdict
    reason: str = ""
    retry_after_s: int = 0


class WebhookSender:
    """Delivers webhooks through the same address check as every fetch.

    Args:
        allow: Networks that may be dialled although they are not public, on every port.
        timeout_s: Seconds for the whole attempt.
        connect_s: Seconds for resolving, connecting and the TLS handshake.
        ports: Ports open at public addresses.
    """

    def __init__(
        self,
        allow: tuple[Network, ...] = (),
        timeout_s: float = 10,
        connect_s: float = 5,
        ports: tuple[int, ...] = WEB_PORTS,
    ) -> None:
        self._guard = Guard(allow, ports)
        self._timeout_s = timeout_s
        self._connect_s = connect_s

    def deliver(self, url: str, key: bytes, webhook_id: str, body: bytes, timestamp: int) -> Outcome:
        """As `deliver_async`, for a thread without an event loop."""
        return run(self.deliver_async(url, key, webhook_id, body, timestamp))

    async def deliver_async(
        self, url: str, key: bytes, webhook_id: str, body: bytes, timestamp: int
    ) -> Outcome:
        """One POST. Redirects are failures, and the answer's body is never read.

        Args:
            url: The receiver; absolute, http or https.
            key: From `derive_key`, of the token that the job was submitted with.
            webhook_id: The job's id, the same in every attempt.
            body: JSON, the same bytes as the status service's body.
            timestamp: Unix seconds of this attempt.
        """
        headers = {
            "Content-Type": "application/json",
            "Bria-Webhook-Id": webhook_id,
            "Bria-Webhook-Timestamp": str(timestamp),
            "Bria-Webhook-Signature": sign(key, webhook_id, timestamp, body),
        }
        try:
            target = parse_url(url)
            async with (
                asyncio.timeout(self._timeout_s),
                self._guard.session(self._connect_s) as session,
                session.post(target, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return _judge(response.status, response.headers)
        except FAULTS as error:
            return Outcome(Verdict.FAILED, _reason(error))


def _judge(status: int, headers: Mapping[str, str]) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Verdict.DELIVERED)
    if status == 410:
        return Outcome(Verdict.GONE, "status 410")
    return Outcome(Verdict.FAILED, f"status {status}", _retry_after(headers.get("Retry-After", "")))


def _retry_after(header: str) -> int:
    """Whole seconds; 0 for a date, which few send, and for anything else."""
    return int(header) if header.isascii() and header.isdigit() and len(header) < 10 else 0


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "blocked" if isinstance(error.__cause__, Blocked) else "unreachable"
