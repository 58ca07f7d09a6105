"""The one likeliest way to read a text, for a classifier that reads it once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial

from backcloth.moderation.normalise import unpacked, ways

_VOWELS = "aeiou"
_SHORTEST = 4
"""Letters of a word that is worth mending; shorter ones are near to everything."""

_LONGEST = 14
_MOST_MENDED = 24
"""Unknown words of a text that are looked at, so that a long nonsense costs no more than a prompt."""


def likeliest(text: str, known: Callable[[str], bool]) -> str:
    """Of every disguised word, the way to read it that gives the most letters in known words."""
    return " ".join(max(ways(token), key=partial(_share, known)) for token in unpacked(text).split())


def mended(reading: str, known: Callable[[str], bool], tells: Callable[[str], bool]) -> str:
    """The reading with words that nobody knows replaced by telling ones that they may be misspelled from.

    Two letters swapped, a vowel left out, a letter written twice.
    """
    budget = itertools.count()
    words = [
        word if known(word) or not _mendable(word) or next(budget) >= _MOST_MENDED else _mend(word, tells)
        for word in reading.split()
    ]
    return " ".join(words)


def _mendable(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isascii() and word.isalpha()


def _mend(word: str, tells: Callable[[str], bool]) -> str:
    return next((other for other in _near(word) if tells(other)), word)


def _near(word: str) -> Iterator[str]:
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        if word[place] == word[place + 1]:
            yield word[:place] + word[place + 1 :]
    for place in range(1, len(word) + 1):
        for vowel in _VOWELS:
            yield word[:place] + vowel + word[place:]


def _share(known: Callable[[str], bool], reading: str) -> tuple[float, int]:
    words = reading.split()
    letters = sum(map(len, words)) or 1
    return sum(len(word) for word in words if len(word) > 1 and known(word)) / letters, -len(words)
