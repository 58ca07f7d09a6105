"""The headers that say how far an unfinished job is; the body stays what strict clients expect."""

from __future__ import annotations

from typing import Any

from backcloth.domain.job import Job, State
from backcloth.jobs.jobs import Jobs

STAGE = "X-Backcloth-Stage"
PROGRESS = "X-Backcloth-Progress"
POSITION = "X-Backcloth-Queue-Position"
HEADERS = (STAGE, PROGRESS, POSITION)

DOCUMENTED: dict[str, Any] = {
    STAGE: {
        "description": "Of an unfinished job: `queued`, `running`, or what is being done, such as `cutout`.",
        "schema": {"type": "string"},
    },
    PROGRESS: {
        "description": "Share of that stage that is done, where the engine tells.",
        "schema": {"type": "number", "minimum": 0, "maximum": 1},
    },
    POSITION: {
        "description": "Of a waiting job: 1 is next. It may grow, as organisations are served side by side.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
"""For OpenAPI."""


def standing(job: Job, jobs: Jobs) -> dict[str, str]:
    """The headers for a job; none once it has ended. Blocks."""
    if job.state is State.QUEUED:
        return {STAGE: "queued", POSITION: str(jobs.before(job) + 1)}
    if job.state is not State.RUNNING:
        return {}
    told = {STAGE: job.stage or "running"}
    if job.progress is not None:
        told[PROGRESS] = f"{job.progress:.2f}"
    return told
