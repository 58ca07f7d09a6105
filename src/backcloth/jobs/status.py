"""A job as the wire shows it: in the status service, in a webhook and in a sync answer (contract §2)."""

from __future__ import annotations

from typing import Any

from backcloth.domain.job import Failure, Job, Result, State
from backcloth.storage.sign import Links

_WORDS = {
    State.QUEUED: "IN_PROGRESS",
    State.RUNNING: "IN_PROGRESS",
    State.COMPLETED: "COMPLETED",
    State.FAILED: "ERROR",
}


def status_body(job: Job, links: Links) -> dict[str, Any]:
    """The status body, which is the webhook's body too. A key that does not apply is absent."""
    body: dict[str, Any] = {"request_id": job.id, "status": _WORDS[job.state]}
    if job.result:
        body |= result_body(job.result, job.expires_at or 0, links)
    if job.failure:
        body["error"] = error_object(job.failure)
    return body


def result_body(result: Result, expires_at: float, links: Links) -> dict[str, Any]:
    """`result`, and `notes` where something asked for could not be honoured.

    A URL of this service lives as long as the picture and is the same in every answer; one that a bucket
    answers is made anew each time. May block where a bucket's credentials have to be fetched.
    """
    shown: dict[str, Any] = {"image_url": links.sign(result.key, int(expires_at)), "seed": result.seed}
    if result.refined_prompt is not None:
        shown["refined_prompt"] = result.refined_prompt
    body: dict[str, Any] = {"result": shown}
    if result.notices:
        body["notes"] = list(result.notices)
    return body


def error_object(failure: Failure) -> dict[str, Any]:
    """The `error` member. `code` equals the HTTP status and is an integer: clients depend on it."""
    return {"code": failure.code, "message": failure.message, "details": failure.details}
