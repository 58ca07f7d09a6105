"""Has a job that failed done again, as a new job."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from backcloth.domain.job import State
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.queue import Queue
from backcloth.jobs.turns import line_for


def do_again(engine: sa.Engine, ledger: Ledger, queue: Queue, job_id: str) -> str:
    """Accepts the request of a failed job once more.

    The failed job stays as it ended: its caller was told so. The new one has an id of its own, and so has its
    webhook's delivery. No quota is asked, as the operator decides; it counts all the same.

    Returns:
        The new job's id.

    Raises:
        LookupError: there is no such job.
        ValueError: it did not fail, or its pictures came inline and went with its end.
    """
    job, request, webhook = ledger.find(job_id), ledger.request(job_id), ledger.webhook(job_id)
    if job is None or request is None:
        raise LookupError(f"there is no job {job_id}")
    if job.state is not State.FAILED:
        raise ValueError(f"job {job_id} is {job.state.value}; only a failed one can be done again")
    if request.stored:
        raise ValueError(f"the pictures of job {job_id} came with the request and were deleted at its end")
    new_id = uuid.uuid4().hex
    with engine.begin() as connection:
        turn = line_for(connection, job.organisation).turn
        ledger.insert(connection, new_id, job.organisation, request, webhook, turn=turn)
        queue.enqueue(connection, new_id, turn)
    return new_id
