"""The one likeliest way to read a text, for a classifier that reads it once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import partial

from backcloth.moderation.normalise import unpacked, ways

_MOST_ODD = 40
"""Words of a text that are puzzled over, so that long nonsense costs little more than a prompt."""

_PLAIN = re.compile(r"(?!.*([a-z])\1\1)[a-z]+")
"""A word that can be read in one way."""

_MENDED = range(3, 15)
"""Letters of a word that is worth mending; shorter ones are near to everything."""

_DISTINCT = 5
"""Letters from which a word that is near to a known one is likely to be that one misspelled."""

_ENDINGS = ("s", "ly", "ed")
"""A known word with one of them is as good as known, where words run together."""

_RUN_TOGETHER = range(7, 61)
"""Letters of a word that nobody knows and that may be several without their blanks."""

_LONGEST = 14
_SHORT = frozenset({"an", "at", "by", "he", "in", "is", "of", "on", "to", "up"})
_FEWEST = 2
_MOST_ONES = 3
_VOWELS = "aeiou"


def likeliest(text: str, known: Callable[[str], bool]) -> str:
    """Of every disguised word, the way to read it that gives the most letters in known words.

    What nobody knows is parted where it is known words run together, as spelled-out neighbours are, unless it
    is near to a known word, and so misspelled.
    """
    odd = itertools.count()
    words: list[str] = []
    for token in unpacked(text).split():
        if _PLAIN.fullmatch(token):
            words.append(token)
        elif next(odd) < _MOST_ODD:
            words += max(_candidates(token), key=partial(_share, known)).split()
        else:
            words += ways(token)[0].split()
    strange = itertools.count()
    return " ".join(
        _parted(word, known)
        if _long(word) and not known(word) and next(strange) < _MOST_ODD and _mend(word, known) == word
        else word
        for word in _undoubled(words, known)
    )


def mended(reading: str, known: Callable[[str], bool], tells: Callable[[str], bool]) -> str:
    """The reading with words that nobody knows replaced by those that they may be misspelled from.

    Two letters swapped, a vowel left out, a letter written twice. A telling word is likelier to be disguised
    than another, and so comes first.
    """
    strange = itertools.count()
    return " ".join(
        _mend(word, tells, known)
        if _mendable(word) and not known(word) and next(strange) < _MOST_ODD
        else word
        for word in reading.split()
    )


def _undoubled(words: list[str], known: Callable[[str], bool]) -> Iterator[str]:
    """The words; one that was spelled out and read with and without an article, only as is likelier."""
    before = ""
    for word in words:
        if before == f"a{word}":
            before = word if known(word) and not known(before) else before
            continue
        if before:
            yield before
        before = word
    if before:
        yield before


def _candidates(token: str) -> Iterator[str]:
    """The ways to read a token, also those in which one 1 is an i and the next an l.

    What has one letter at most (`4k`, `f/1.8`) is a measure, and not a word in disguise.
    """
    if sum(map(str.isalpha, token)) < _FEWEST:
        yield ways(token)[0]
        return
    yield from ways(token)
    if 2 <= token.count("1") <= _MOST_ONES:
        for letters in itertools.product("il", repeat=token.count("1")):
            ones = iter(letters)
            yield from ways("".join(next(ones) if sign == "1" else sign for sign in token))


def _share(known: Callable[[str], bool], reading: str) -> tuple[float, int]:
    """How much of a reading is known words; of equals the one with the fewest words is better."""
    words = reading.split()
    letters = sum(map(len, words)) or 1
    return sum(len(word) for word in words if len(word) > 1 and known(word)) / letters, -len(words)


def _long(word: str) -> bool:
    return len(word) in _RUN_TOGETHER and word.isascii() and word.isalpha()


def _parted(word: str, known: Callable[[str], bool]) -> str:
    """The word as the fewest known words, where it is made of such; else as it is.

    An article is only looked for in what is too long for one word: many a word is others around an `a`.
    """
    short = _SHORT if len(word) in _MENDED else _SHORT | {"a"}
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before, piece = best[start], word[start:end]
            if before is None or not (piece in short or (len(piece) > 2 and _formed(piece, known))):
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = (*before, piece)
    return " ".join(best[-1] or (word,))


def _formed(word: str, known: Callable[[str], bool]) -> bool:
    return known(word) or any(
        len(word) > _DISTINCT and word.endswith(ending) and known(word.removesuffix(ending))
        for ending in _ENDINGS
    )


def _mendable(word: str) -> bool:
    return len(word) in _MENDED and word.isascii() and word.isalpha()


def _mend(word: str, *wanted: Callable[[str], bool]) -> str:
    """What the word is near to, of what is wanted first; a short word is only near to that."""
    for wants in wanted if len(word) >= _DISTINCT else wanted[:1]:
        found = next((other for other in _near(word) if wants(other)), None)
        if found:
            return found
    return word


def _near(word: str) -> Iterator[str]:
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        if word[place] == word[place + 1]:
            yield word[:place] + word[place + 1 :]
    for place in range(1, len(word) + 1):
        for vowel in _VOWELS:
            yield word[:place] + vowel + word[place:]
