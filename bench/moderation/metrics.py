"""Shares with their uncertainty, and percentiles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_Z = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many.

    Attributes:
        hits: 0..of.
        of: How many were asked; 0 where there were none.
    """

    hits: int
    of: int

    @property
    def percent(self) -> float:
        """0..100; not a number where nothing was asked."""
        return 100 * self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %, in percent: it stays within 0..100 also for a few rows."""
        if not self.of:
            return 0.0, 100.0
        share, square = self.hits / self.of, _Z**2 / self.of
        middle = share + square / 2
        reach = _Z * math.sqrt(share * (1 - share) / self.of + square / (4 * self.of))
        # Without the bounds a rounding error shows as -0.0.
        low = max(0.0, 100 * (middle - reach) / (1 + square))
        return low, min(100.0, 100 * (middle + reach) / (1 + square))

    def __str__(self) -> str:
        """`12.5`, or a dash where nothing was asked."""
        return f"{self.percent:.1f}" if self.of else "–"

    @property
    def long(self) -> str:
        """`12.5 (5.0–28.1)`."""
        low, high = self.interval
        return f"{self} ({low:.1f}–{high:.1f})" if self.of else "–"


def share(outcomes: Iterable[bool]) -> Share:
    """How many are true."""
    listed = list(outcomes)
    return Share(sum(listed), len(listed))


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` (0..1) of `values` do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]
