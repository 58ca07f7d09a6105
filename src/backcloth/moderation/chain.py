"""Several moderators, one after the other: the first refusal wins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from backcloth.domain.verdict import ALLOWED, Verdict
from backcloth.moderation.protocol import ImageModerator, TextModerator


class Chain:
    """For pictures. A moderator that fails, fails all: what comes after it is not asked.

    Args:
        moderators: At least one, the cheapest first.
    """

    def __init__(self, moderators: Sequence[ImageModerator]) -> None:
        self._moderators = tuple(moderators)
        self.name = " + ".join(moderator.name for moderator in moderators)
        self.categories = frozenset[str]().union(*(moderator.categories for moderator in moderators))

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """See ImageModerator."""
        for moderator in self._moderators:
            verdict = moderator.check(picture)
            if not verdict.allowed:
                return verdict
        return ALLOWED


class TextChain:
    """For words, likewise.

    Args:
        moderators: At least one, the cheapest first.
    """

    def __init__(self, moderators: Sequence[TextModerator]) -> None:
        self._moderators = tuple(moderators)
        self.name = " + ".join(moderator.name for moderator in moderators)

    def check(self, text: str) -> Verdict:
        """See TextModerator."""
        for moderator in self._moderators:
            verdict = moderator.check(text)
            if not verdict.allowed:
                return verdict
        return ALLOWED
