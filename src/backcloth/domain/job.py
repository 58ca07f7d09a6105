"""The life of a job: queued, running, then completed or failed, once."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_STARTS = 3
"""Starts after which a job is failed: one beside others, then two alone.

A job that kills its process must not do so for ever. One that merely ran when the process died is as innocent
as its neighbours: whatever was running then runs alone the next time, and only deaths alone are held against
it.
"""


class State(enum.StrEnum):
    """Where a job stands. COMPLETED and FAILED are final."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether nothing can follow."""
        return self in (State.COMPLETED, State.FAILED)


UNFINISHED = tuple(state for state in State if not state.final)
"""What is accepted and has not ended."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed, as the caller is told."""

    code: int
    message: str
    details: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished job gives back.

    Attributes:
        key: The picture in the store.
        size: Bytes of the picture.
        seed: The seed used.
        refined_prompt: The prompt as drawn; None unless the job had a prompt.
        notices: Sentences the caller must see: what was asked for and could not be honoured.
        record: Facts for the job notes: engine, preset, timings in seconds, share of pixels kept.
    """

    key: str
    size: int
    seed: int
    refined_prompt: str | None = None
    notices: tuple[str, ...] = ()
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the status service sees it.

    Attributes:
        id: 32 hex digits.
        organisation: Who owns it.
        state: Where it stands.
        seed: The seed used.
        result: Set once it is completed.
        failure: Set once it has failed.
        expires_at: Unix seconds; set once it is final.
        stage: What its worker last said it was at; None before that. A job that took no second never says.
        progress: Share of that stage that was done, 0..1; None where its engine does not tell.
        trace: W3C's `traceparent` of the request that it was accepted from; None where nobody traced it.
    """

    id: str
    organisation: str
    state: State
    seed: int
    result: Result | None = None
    failure: Failure | None = None
    expires_at: float | None = None
    stage: str | None = None
    progress: float | None = None
    trace: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Whom to tell when a job ends.

    Attributes:
        url: Where to post.
        key: The signing key derived from the token the job was submitted with.
    """

    url: str
    key: bytes = field(repr=False)
