"""How far an unfinished job is, in headers and events; the status body stays what strict clients expect."""

from __future__ import annotations

from typing import Any, TypedDict

from backcloth.domain.job import Job, State
from backcloth.jobs.jobs import Jobs

_HEADERS = {
    "stage": "X-Backcloth-Stage",
    "progress": "X-Backcloth-Progress",
    "queue_position": "X-Backcloth-Queue-Position",
}
HEADERS = tuple(_HEADERS.values())

DOCUMENTED: dict[str, Any] = {
    _HEADERS["stage"]: {
        "description": "Of an unfinished job: `queued`, `running`, or what is being done, such as `cutout`.",
        "schema": {"type": "string"},
    },
    _HEADERS["progress"]: {
        "description": "Share of that stage that is done, where the engine tells.",
        "schema": {"type": "number", "minimum": 0, "maximum": 1},
    },
    _HEADERS["queue_position"]: {
        "description": "Of a waiting job: 1 is next. It may grow, as organisations are served side by side.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
"""For OpenAPI."""


class Standing(TypedDict, total=False):
    """What can be said; nothing of a job that has ended."""

    stage: str
    progress: float
    queue_position: int


def standing(job: Job, jobs: Jobs) -> Standing:
    """How far a job is. Blocks."""
    if job.state is State.QUEUED:
        return {"stage": "queued", "queue_position": jobs.before(job) + 1}
    if job.state is not State.RUNNING:
        return {}
    told: Standing = {"stage": job.stage or "running"}
    if job.progress is not None:
        told["progress"] = round(job.progress, 2)
    return told


def headers(told: Standing) -> dict[str, str]:
    """The same as headers of the status."""
    return {_HEADERS[name]: str(value) for name, value in told.items()}
