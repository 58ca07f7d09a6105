"""Tells a job's webhook how the job ended."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa
import structlog
from opentelemetry.trace import SpanKind

from backcloth.jobs import spans
from backcloth.jobs.deliveries import Deliveries, Delivery
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.status import status_body
from backcloth.net.url import receiver
from backcloth.net.webhook import Verdict, WebhookSender
from backcloth.storage.sign import Links

_log = structlog.get_logger(__name__)


def next_attempt(attempt: int, retry_after_s: float, gaps_s: Sequence[float]) -> tuple[int, float] | None:
    """When to try again: the next attempt of the schedule that the receiver does not want to be spared.

    Args:
        attempt: The number of the one that failed, from 1.
        retry_after_s: Seconds for which the receiver asks to be left alone. Attempts within them are left
            out, but never the last one: the schedule keeps its end.
        gaps_s: Seconds between the attempts.

    Returns:
        Its number and the seconds until then; None after the last one.
    """
    wait_s = 0.0
    for number, gap_s in enumerate(gaps_s[attempt - 1 :], attempt + 1):
        wait_s += gap_s
        if wait_s >= retry_after_s or number > len(gaps_s):
            return number, wait_s
    return None


class Teller:
    """Delivers webhooks, one attempt a call.

    Args:
        ledger: The job rows.
        sender: Posts, guarded against forbidden addresses.
        links: Makes the picture's URL.
        log: Where attempts are noted.
        metrics: Counts them.
        gaps_s: Seconds between the attempts.
    """

    def __init__(
        self,
        ledger: Ledger,
        sender: WebhookSender,
        links: Links,
        *,
        log: Deliveries,
        metrics: Metrics,
        gaps_s: Sequence[float],
    ) -> None:
        self._ledger = ledger
        self._sender = sender
        self._links = links
        self._deliveries = log
        self._metrics = metrics
        self._gaps_s = gaps_s

    def tell(self, job_id: str, attempt: int) -> tuple[int, float] | None:
        """One attempt.

        Args:
            job_id: Whose end is told.
            attempt: Its number, from 1.

        Returns:
            The number of the next attempt and the seconds until it is due; None when it was delivered, when
            the receiver wants no more of them, and after the last one.
        """
        job = self._ledger.find(job_id)
        webhook = self._ledger.webhook(job_id)
        if job is None or webhook is None:
            return None
        body = json.dumps(status_body(job, self._links), ensure_ascii=False, separators=(",", ":")).encode()
        begun, clock = time.time(), time.perf_counter()
        whose = receiver(webhook.url)
        told: spans.Attributes = {"backcloth.attempt": attempt, "backcloth.receiver": whose}
        with spans.of_job(job, "webhook", SpanKind.CLIENT, told) as span:
            outcome = self._sender.deliver(webhook.url, webhook.key, job_id, body, int(begun))
            seconds = time.perf_counter() - clock
            later = None
            if outcome.verdict is not Verdict.DELIVERED:
                spans.fail(span, outcome.reason)
            if outcome.verdict is Verdict.FAILED:
                later = next_attempt(attempt, outcome.retry_after_s, self._gaps_s)
            self._note(
                Delivery(
                    job_id=job_id,
                    attempt=attempt,
                    receiver=whose,
                    at=begun,
                    seconds=round(seconds, 3),
                    verdict=outcome.verdict.value,
                    reason=outcome.reason,
                    next_at=time.time() + later[1] if later else None,
                )
            )
        return later

    def _note(self, delivery: Delivery) -> None:
        """Where an attempt cannot be noted, it has been made all the same."""
        self._metrics.webhooks.labels(delivery.verdict).inc()
        told = asdict(delivery)
        _log.info("webhook", request_id=told.pop("job_id"), **told)
        try:
            self._deliveries.add(delivery)
        except sa.exc.SQLAlchemyError:
            _log.warning("webhook_not_noted", request_id=delivery.job_id, exc_info=True)
