"""From which score on something is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backcloth.domain.verdict import Verdict

MODES = {"lax": 0.8, "standard": 0.4, "strict": 0.2}
"""The score above which a picture is refused, by mode. docs/moderation.md says what each was measured at."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the operator refuses.

    Attributes:
        default: For every category without one of its own, 0..1.
        own: A category's own threshold, 0..1; None never refuses for it.
    """

    default: float = MODES["standard"]
    own: Mapping[str, float | None] = field(default_factory=dict)

    def of(self, category: str) -> float | None:
        """The score above which `category` refuses; None never does."""
        return self.own.get(category, self.default)

    def wants(self, category: str) -> bool:
        """Whether anything is refused for `category`."""
        return self.of(category) is not None

    def verdict(self, scores: Mapping[str, float], detector: str) -> Verdict:
        """Refuses for the highest score that is above its threshold.

        Args:
            scores: 0..1 by category.
            detector: Who gave them.

        Raises:
            ValueError: a score is no number from 0 to 1.
        """
        for category, score in sorted(scores.items(), key=lambda item: -item[1]):
            if not 0 <= score <= 1.001:  # sums of shares are rounded
                raise ValueError(f"{detector} scored {category} {score}")
            threshold = self.of(category)
            if threshold is not None and score > threshold:
                return Verdict(allowed=False, category=category, score=score, detector=detector)
        return Verdict(allowed=True, score=max(scores.values(), default=0.0), detector=detector)
