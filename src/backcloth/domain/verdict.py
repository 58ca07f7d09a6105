"""What a moderator says about one parameter of a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """One moderator's answer.

    Attributes:
        allowed: False refuses the request.
        category: Coarse and neutral, fit for the caller; empty when allowed.
        score: How sure the detector is that it must be refused, 0..1, where it can say so; for the log.
        detector: Name and version of what decided, for the log.
    """

    allowed: bool
    category: str = ""
    score: float | None = None
    detector: str = ""


ALLOWED = Verdict(allowed=True)
