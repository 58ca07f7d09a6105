"""The moderator of prompts: a lexicon and a trained classifier, each catching what the other lets pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backcloth.domain.verdict import ALLOWED, Verdict
from backcloth.language.embedding import VOCABULARY
from backcloth.language.wordpiece import WordPieces
from backcloth.moderation.lexicon import CHILD
from backcloth.moderation.spelling import likeliest, mended
from backcloth.moderation.text_classifier import Scores, TextClassifier
from backcloth.moderation.words import WordModerator

DETECTOR = "prompts/1"
"""Name and version of the classifier and its rule."""

Mode = Literal["lax", "standard", "strict"]


@dataclass(frozen=True, slots=True)
class _Bar:
    """Scores, 0..1, from which a text is refused.

    Attributes:
        words: By its words alone.
        both: By the mean of words and meaning.
        meaning: By its meaning alone.
    """

    words: float
    both: float
    meaning: float


_BARS: dict[Mode, _Bar] = {
    "lax": _Bar(words=0.95, both=0.9, meaning=2.0),
    "standard": _Bar(words=0.9, both=0.75, meaning=2.0),
    "strict": _Bar(words=0.5, both=0.45, meaning=0.97),
}
"""Each mode's bars are at most those of the mode before: it refuses whatever that refuses."""

_NEAR_A_CHILD = _Bar(words=0.35, both=0.6, meaning=0.9)
"""For the sexual heads alone, where a child is named."""

_CHILD = re.compile(rf"(?<!\w){CHILD}(?!\w)")


class PromptModerator:
    """Refuses prompts that the lexicon or the classifier takes to be harmful. docs/moderation.md: how often.

    Args:
        words: The lexicon, with the operator's phrases.
        classifier: Loaded.
        mode: How sure the classifier has to be; the lexicon refuses in every mode.
        allowed: Finds what the operator takes to be harmless.
    """

    name = DETECTOR

    def __init__(
        self, words: WordModerator, classifier: TextClassifier, mode: Mode, allowed: re.Pattern[str]
    ) -> None:
        self._words = words
        self._classifier = classifier
        self._bar = _BARS[mode]
        self._allowed = allowed
        self._vocabulary = WordPieces(VOCABULARY)

    def check(self, text: str) -> Verdict:
        """Allowed, or refused under a coarse and neutral category, those of `WordModerator.check`."""
        verdict = self._words.check(text)
        if not verdict.allowed:
            return verdict
        reading = self._allowed.sub(" ", likeliest(text, self._knows))
        scores = self._classifier.scores(reading)
        corrected = mended(reading, self._knows, self._classifier.tells)
        if corrected != reading:
            verdict = self._words.check(corrected)
            if not verdict.allowed:
                return verdict
            scores = max(scores, self._classifier.scores(corrected), key=lambda each: each.words)
        return self._judged(reading, scores)

    def _judged(self, reading: str, scores: Scores) -> Verdict:
        if _reaches(self._bar, scores.words, scores.meaning):
            return Verdict(allowed=False, category=scores.category, detector=DETECTOR)
        sexual = _reaches(_NEAR_A_CHILD, scores.sexual_words, scores.sexual_meaning)
        if sexual and _CHILD.search(reading):
            return Verdict(allowed=False, category="sexual", detector=DETECTOR)
        return ALLOWED

    def _knows(self, word: str) -> bool:
        return word in self._vocabulary or self._classifier.knows(word)


def _reaches(bar: _Bar, words: float, meaning: float) -> bool:
    return words > bar.words or meaning > bar.meaning or (words + meaning) / 2 > bar.both
