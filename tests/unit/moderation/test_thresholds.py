"""From which score on a picture is refused."""

from __future__ import annotations

import pytest

from backcloth.moderation.thresholds import MODES, Thresholds


def test_the_modes_are_those_that_were_measured() -> None:
    """A stricter mode refuses from a lower score on."""
    assert MODES == {"lax": 0.8, "standard": 0.4, "strict": 0.2}


@pytest.mark.parametrize(
    ("own", "scores", "category"),
    [
        ({}, {"sexual": 0.5, "violence": 0.6}, "violence"),
        ({"violence": None}, {"sexual": 0.5, "violence": 0.6}, "sexual"),
        ({"violence": 0.7}, {"sexual": 0.3, "violence": 0.6}, ""),
        ({"sexual": 0.2}, {"sexual": 0.3, "violence": 0.39}, "sexual"),
        ({}, {"sexual": 0.4}, ""),
        ({}, {}, ""),
    ],
)
def test_the_highest_score_above_its_threshold_refuses(
    own: dict[str, float | None], scores: dict[str, float], category: str
) -> None:
    """A category's own threshold counts, one that is off never refuses, and a score at it passes."""
    verdict = Thresholds(0.4, own).verdict(scores, "test")
    assert (verdict.allowed, verdict.category) == (not category, category)
    assert verdict.score == (scores[category] if category else max(scores.values(), default=0.0))


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.5])
def test_a_score_that_is_none_is_a_failure(score: float) -> None:
    """It must not pass for a low one."""
    with pytest.raises(ValueError, match="scored"):
        Thresholds().verdict({"sexual": score}, "test")
