"""A moderator for prompts that knows words and phrases, and nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from backcloth.domain.verdict import ALLOWED, Verdict
from backcloth.moderation.lexicon import HARMLESS, REFUSED, SLUR_HASHES
from backcloth.moderation.normalise import CLAUSE, readings
from backcloth.moderation.phrases import NOTHING

DETECTOR = "words/2"
"""Name and version of these rules; the version changes when a prompt may be judged differently."""

_GAP = " _ "
"""Stands where a harmless phrase stood, so that its neighbours do not become a phrase."""


def _any_of(patterns: Iterable[str]) -> str:
    return "(?:" + "|".join(patterns) + ")"


def _whole_words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern}(?!\w)")


_TERM = _any_of(["blood", *(pattern for patterns in REFUSED.values() for pattern in patterns)])
"""What a prompt may rule out: all that is refused, and what is refused only in company."""
_HARMLESS = _whole_words(_any_of(HARMLESS))
_RULED_OUT = _whole_words(
    rf"(?:(?:no|not|non|zero|without)(?: (?:any|visible|explicit|real))* {_TERM}"
    rf"(?: (?:{CLAUSE} )?(?:(?:or|and|nor) )?(?:no )?{_TERM})*|{_TERM} free)"
)
_CATEGORIES = {name: _whole_words(_any_of(patterns)) for name, patterns in REFUSED.items()}


class WordModerator:
    """Refuses prompts by a lexicon, after undoing the usual disguises of words.

    It takes about a millisecond, needs no weights and is always there. A harmless phrase that contains a
    refused word (`blood orange`, `glue gun`) and a term that the prompt rules out (`no weapons`,
    `cannabis-free`) do not count.

    What it does not cover, so that nobody relies on it: descriptions that avoid the words, any language but
    English, misspelled words (letters swapped or dropped, a blank inside a word), real people, logos and
    other people's rights, alcohol, tobacco, gambling, swimwear and underwear. Text about a refused subject
    in order to prevent it (`stop gun violence`) is refused. On picture prompts a lexicon of this kind finds
    about half of what a trained classifier finds; operators who must refuse more put one behind the same
    protocol.

    The caller decides what to check: prompts and refined prompts, not negative prompts (they name what must
    not appear), and not a prompt that is only a hex colour (it says nothing that could be refused).

    Args:
        slur_hashes: SHA-256 hex digests of single words, lower case and as `normalise.readings` gives them,
            that are refused as hate.
        blocked: Finds what the operator refuses (`phrases.read_phrases`), reported as `blocklist`.
        allowed: Finds what the operator takes to be harmless.
    """

    name = DETECTOR

    def __init__(
        self,
        *,
        slur_hashes: frozenset[str] = SLUR_HASHES,
        blocked: re.Pattern[str] = NOTHING,
        allowed: re.Pattern[str] = NOTHING,
    ) -> None:
        self._slur_hashes = slur_hashes
        self._blocked = blocked
        self._allowed = allowed

    def check(self, text: str) -> Verdict:
        """The first category that any reading of `text` falls under, or allowed.

        The categories are coarse and neutral: `sexual`, `self_harm`, `hate`, `violence`, `weapons`, `drugs`,
        `illegal`, and `blocklist` for what the operator refuses. Anything sexual is reported as `sexual`,
        whoever is described.
        """
        for reading in readings(text):
            category = self._category(reading)
            if category:
                return Verdict(allowed=False, category=category, detector=DETECTOR)
        return ALLOWED

    def counting(self, reading: str) -> str:
        """The reading without what does not count: harmless phrases, and what the prompt rules out."""
        return _RULED_OUT.sub(_GAP, _HARMLESS.sub(_GAP, self._allowed.sub(_GAP, reading)))

    def passes(self, reading: str) -> bool:
        """Whether one reading of a text falls under nothing that is refused."""
        return not self._category(reading)

    def _category(self, reading: str) -> str:
        if self._blocked.search(reading):
            return "blocklist"
        text = self.counting(reading)
        for name, pattern in _CATEGORIES.items():
            if pattern.search(text):
                return name
        return "hate" if any(self._is_slur(word) for word in text.split()) else ""

    def _is_slur(self, word: str) -> bool:
        forms = (word, word.removesuffix("s"))
        return any(hashlib.sha256(form.encode()).hexdigest() in self._slur_hashes for form in forms)
