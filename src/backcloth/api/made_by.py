"""The header that says which engine made a finished job's background."""

from __future__ import annotations

import re
from typing import Any

from backcloth.domain.job import Job

HEADER = "X-Backcloth-Engine"

DOCUMENTED: dict[str, Any] = {
    HEADER: {
        "description": "Name and fingerprint of the engine that made the background of a finished job.",
        "schema": {"type": "string"},
    }
}
"""For OpenAPI."""

_UNFIT = re.compile(r"[^ -~]")
"""What a header cannot carry everywhere; a model's name on a server elsewhere may hold anything."""


def made_by(job: Job) -> dict[str, str]:
    """The header for a job's answer; none while it runs, or where it failed."""
    engine = job.result.record.get("engine") if job.result else None
    return {HEADER: _UNFIT.sub("?", engine)} if engine else {}
