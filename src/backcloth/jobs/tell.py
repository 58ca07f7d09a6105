"""Tells a job's webhook how the job ended."""

from __future__ import annotations

import json
import time

import structlog

from backcloth.jobs.ledger import Ledger
from backcloth.jobs.status import status_body
from backcloth.net.webhook import Verdict, WebhookSender
from backcloth.storage.sign import UrlSigner

_log = structlog.get_logger(__name__)


class Teller:
    """Delivers webhooks, one attempt a call.

    Args:
        ledger: The job rows.
        sender: Posts, guarded against forbidden addresses.
        signer: Signs the picture's URL.
    """

    def __init__(self, ledger: Ledger, sender: WebhookSender, signer: UrlSigner) -> None:
        self._ledger = ledger
        self._sender = sender
        self._signer = signer

    def tell(self, job_id: str) -> bool:
        """One attempt. True when it was delivered, or when no further attempt can help."""
        job = self._ledger.find(job_id)
        webhook = self._ledger.webhook(job_id)
        if job is None or webhook is None:
            return True
        body = json.dumps(status_body(job, self._signer), ensure_ascii=False, separators=(",", ":")).encode()
        outcome = self._sender.deliver(webhook.url, webhook.key, job_id, body, int(time.time()))
        _log.info("webhook", job_id=job_id, verdict=outcome.verdict.value, reason=outcome.reason)
        return outcome.verdict is not Verdict.FAILED
