"""Several judges in a line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.verdict import ALLOWED, Verdict
from backcloth.moderation.chain import Chain, TextChain

PICTURE = np.zeros((1, 1, 3), np.uint8)


class Judge:
    """Says what it is told to; an empty category allows, and `broken` raises."""

    def __init__(self, category: str = "", known: str = "") -> None:
        self.name = f"judge-{category}"
        self.categories = frozenset(known.split())
        self.asked = 0
        self._category = category

    def check(self, judged: npt.NDArray[np.uint8] | str) -> Verdict:
        """Counts."""
        assert judged is not None
        self.asked += 1
        if self._category == "broken":
            raise RuntimeError("broken")
        return Verdict(allowed=False, category=self._category) if self._category else ALLOWED


def test_the_first_refusal_wins() -> None:
    """Whoever comes later is not asked, for pictures and for words."""
    judges = [Judge(), Judge("violence"), Judge("hate")]
    pictures, words = Chain(judges), TextChain(judges)
    assert pictures.check(PICTURE).category == words.check("words").category == "violence"
    assert [judge.asked for judge in judges] == [2, 2, 0]
    assert pictures.name == words.name == "judge- + judge-violence + judge-hate"


def test_a_judge_that_fails_fails_all() -> None:
    """Also where a later one would allow, or refuse."""
    for last in (Judge(), Judge("hate")):
        with pytest.raises(RuntimeError, match="broken"):
            Chain([Judge(), Judge("broken"), last]).check(PICTURE)
        assert last.asked == 0


def test_what_one_knows_all_know() -> None:
    """The line's categories are those of its judges together."""
    assert Chain([Judge(known="sexual"), Judge(known="violence sexual")]).categories == {"sexual", "violence"}
    assert Chain([Judge()]).check(PICTURE).allowed
