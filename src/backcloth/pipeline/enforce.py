"""What follows from a verdict: a refusal, a line in the log, or neither."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from backcloth.domain.verdict import Verdict
from backcloth.errors import ModerationRefused, Unavailable, one_line
from backcloth.pipeline.policy import Policy

_log = structlog.get_logger(__name__)


def enforce(
    check: Callable[[], Verdict], parameter: str, mark: Callable[[], str], policy: Policy, **raw: str
) -> None:
    """Lets pass what is allowed or excused, and says in the log what was not, without the thing itself.

    Args:
        check: Judges it.
        parameter: The request's field, or `result`.
        mark: Its mark, asked for where it is refused.
        policy: The operator's.
        raw: More for the log.

    Raises:
        ModerationRefused: naming `parameter` and a neutral category.
        Unavailable: the check failed to run.
    """
    try:
        verdict = check()
    except Exception as failure:
        # Of what others raise only the kind is logged: their sentences may quote what was judged.
        reason = one_line(failure) if isinstance(failure, OSError) else type(failure).__name__
        _log.warning("moderation_could_not_run", parameter=parameter, reason=reason)
        raise Unavailable(f"{parameter}: the moderation check could not run.", retry_after=30) from failure
    if verdict.allowed:
        return
    content = mark()
    excused = content in policy.excused
    _log.info(
        "moderation_excused" if excused else "moderation_refused",
        parameter=parameter,
        category=verdict.category,
        score=verdict.score,
        detector=verdict.detector,
        content=content,
        **raw,
    )
    if not excused:
        raise ModerationRefused(
            f"Parameter '{parameter}' failed content moderation (category: {verdict.category}).",
            parameter=parameter,
            category=str(verdict.category),
        )
