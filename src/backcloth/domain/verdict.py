"""What a moderator says about one parameter of a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """One moderator's answer.

    Attributes:
        allowed: False refuses the request.
        category: Coarse and neutral, fit for the caller; empty when allowed.
        detector: Name and version of what decided, for the log.
    """

    allowed: bool
    category: str = ""
    detector: str = ""


ALLOWED = Verdict(allowed=True)
