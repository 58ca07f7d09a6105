"""The moderator of prompts: a lexicon and a trained classifier, each catching what the other lets pass."""

from __future__ import annotations

import re
from typing import Literal

from backcloth.domain.verdict import ALLOWED, Verdict
from backcloth.language.embedding import word_pieces
from backcloth.moderation.lexicon import CHILD
from backcloth.moderation.spelling import likeliest, mended
from backcloth.moderation.text_classifier import Scores, TextClassifier
from backcloth.moderation.words import WordModerator

DETECTOR = "prompts/3"
"""Name and version of the classifier and its rule."""

Mode = Literal["lax", "standard", "strict"]


_BARS: dict[Mode, float] = {"lax": 0.8, "standard": 0.7, "strict": 0.5}
"""The mean of both scores from which a text is refused. Where only one half is sure, it mostly errs:
single words mislead the one, a mood the other."""

_NEAR_A_CHILD = 0.4
"""The same for the sexual heads alone, where a child is named."""

_CHILD = re.compile(rf"(?<!\w){CHILD}(?!\w)")


class PromptModerator:
    """Refuses prompts that the lexicon or the classifier takes to be harmful. docs/moderation.md: how often.

    Args:
        words: The lexicon, with the operator's phrases.
        classifier: Loaded.
        mode: How sure the classifier has to be; the lexicon refuses in every mode.
    """

    name = DETECTOR

    def __init__(self, words: WordModerator, classifier: TextClassifier, mode: Mode) -> None:
        self._words = words
        self._classifier = classifier
        self._bar = _BARS[mode]

    def check(self, text: str) -> Verdict:
        """Allowed, or refused under a coarse and neutral category, those of `WordModerator.check`."""
        verdict = self._words.check(text)
        if not verdict.allowed:
            return verdict
        reading = self._words.counting(likeliest(text, self._knows))
        scores = self._scores(reading)
        corrected = mended(reading, self._knows, self._tells)
        if corrected != reading:
            verdict = self._words.check(corrected)
            if not verdict.allowed:
                return verdict
            scores = max(scores, self._scores(corrected), key=lambda each: each.harmful)
        return self._judged(reading, scores)

    def _judged(self, reading: str, scores: Scores) -> Verdict:
        if scores.harmful > self._bar:
            return _refused(scores.category, scores.harmful)
        if scores.sexual > _NEAR_A_CHILD and _CHILD.search(reading):
            return _refused("sexual", scores.sexual)
        return ALLOWED

    def _scores(self, reading: str) -> Scores:
        """As exact as `_judged` needs them."""
        return self._classifier.scores(reading, 0.0 if _CHILD.search(reading) else self._bar)

    def _tells(self, word: str) -> bool:
        """Whether the word alone is refused, or nearly."""
        return self._classifier.tells(word) or (self._knows(word) and not self._words.passes(word))

    def _knows(self, word: str) -> bool:
        return word in word_pieces() or self._classifier.knows(word)


def _refused(category: str, score: float) -> Verdict:
    return Verdict(allowed=False, category=category, score=round(score, 3), detector=DETECTOR)
