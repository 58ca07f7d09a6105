"""Ends a job that nobody wants any more, at any stage and from any process."""

from __future__ import annotations

import structlog
from obstore.exceptions import BaseError as StoreError

from backcloth.domain.job import Failure, Job
from backcloth.errors import Cancelled
from backcloth.jobs.ledger import Ledger
from backcloth.storage.store import Store

_log = structlog.get_logger(__name__)

_FAILURE = Failure(Cancelled.status, Cancelled.message, Cancelled().details)


def cancel(ledger: Ledger, store: Store, job_id: str) -> bool:
    """Ends an unfinished job at once, its webhook told; False where there is none. Blocks.

    Whoever works on it notices soon, between two stages or steps, and drops what it has made.
    The inputs of a job that was begun are left to its worker, which may be reading them.
    """
    if not ledger.fail(job_id, _FAILURE):
        return False
    _log.info("job_cancelled", request_id=job_id)
    request = None if ledger.begun(job_id) else ledger.request(job_id)
    try:
        store.delete(request.stored if request else ())
    except (OSError, StoreError):
        _log.warning("inputs_left_to_the_sweep", request_id=job_id, exc_info=True)
    return True


def was_cancelled(job: Job) -> bool:
    """Whether the job ended by being cancelled."""
    return job.failure is not None and job.failure.code == Cancelled.status
