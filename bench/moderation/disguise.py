"""Ways in which people write a word so that a filter does not see it.

Each takes one word of ASCII letters and gives it back disguised, always in the same way. They are written
from what is seen in the wild and not from `backcloth.moderation.normalise`, so that its maps are tested too.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable

_LEET = str.maketrans("aeiost", "431057")
# Cyrillic on the right.
_HOMOGLYPHS = str.maketrans("aeopcxyi", "аеорсхуі")
_DIACRITICS = str.maketrans("aeiouncs", "áèîöûñçš")
_WORD = re.compile(r"[A-Za-z]+")
TOLD_BY = 4
"""How many words of a text are disguised."""


def leet(word: str) -> str:
    """Digits for letters: `kn1f3`."""
    return word.translate(_LEET)


def spaced(word: str) -> str:
    """Blanks between the letters."""
    return " ".join(word)


def dotted(word: str) -> str:
    """Dots between the letters."""
    return ".".join(word)


def homoglyph(word: str) -> str:
    """Cyrillic letters that look the same."""
    return word.translate(_HOMOGLYPHS)


def zero_width(word: str) -> str:
    """Zero-width spaces and soft hyphens in turn between the letters."""
    return "".join(letter + "\u200b\u00ad"[place % 2] for place, letter in enumerate(word[:-1])) + word[-1:]


def full_width(word: str) -> str:
    """The forms made for East Asian type."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in word)


def diacritics(word: str) -> str:
    """Accents on every letter that has a usual one."""
    return word.translate(_DIACRITICS)


def stretched(word: str) -> str:
    """Every first vowel of a run four times: `kniiiife`."""
    return re.sub(r"(?<![aeiou])[aeiou]", lambda vowel: vowel.group() * 4, word, count=1)


def masked(word: str) -> str:
    """A star for the first vowel that is not the first letter."""
    return re.sub(r"(?<=.)[aeiou]", "*", word, count=1)


def typo(word: str) -> str:
    """The two letters in the middle change places; two equal ones look the same as before."""
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :] if middle else word


def dropped_vowel(word: str) -> str:
    """Without the first vowel that is not the first letter."""
    return re.sub(r"(?<=.)[aeiou]", "", word, count=1)


DISGUISES: dict[str, Callable[[str], str]] = {
    "leet (kn1f3)": leet,
    "spaced": spaced,
    "dotted": dotted,
    "homoglyphs": homoglyph,
    "zero-width": zero_width,
    "full-width": full_width,
    "diacritics": diacritics,
    "stretched vowel": stretched,
    "masked with *": masked,
    "typo swap": typo,
    "dropped vowel": dropped_vowel,
}
"""By the name that the table shows."""


class Telling:
    """Knows which words of a text give it away: those more frequent in unsafe than in benign texts.

    It looks at the texts alone and never asks a moderator, so that all are judged on the same ones.

    Args:
        unsafe: Texts to be refused.
        benign: Texts not to be refused.
    """

    def __init__(self, unsafe: Iterable[str], benign: Iterable[str]) -> None:
        self._unsafe, unsafe_texts = _counted(unsafe)
        self._benign, benign_texts = _counted(benign)
        self._ratio = math.log((benign_texts + 1) / (unsafe_texts + 1))

    def weight(self, word: str) -> float:
        """Logarithm of how many times likelier the word is in an unsafe text, one text added to each side."""
        key = word.lower()
        return math.log((self._unsafe[key] + 1) / (self._benign[key] + 1)) + self._ratio

    def words(self, text: str) -> set[str]:
        """Up to TOLD_BY words of three letters or more, lower case, that speak most for refusing."""
        known = {word.lower() for word in _WORD.findall(text) if len(word) > 2}
        ranked = sorted(known, key=lambda word: (-self.weight(word), word))
        return {word for word in ranked[:TOLD_BY] if self.weight(word) > 0}

    def disguised(self, text: str, disguise: Callable[[str], str]) -> str:
        """The text with its telling words disguised, in lower case as far as they are."""
        chosen = self.words(text)

        def changed(word: re.Match[str]) -> str:
            return disguise(word.group().lower()) if word.group().lower() in chosen else word.group()

        return _WORD.sub(changed, text)


def _counted(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """In how many texts each word occurs, and how many texts there are."""
    found: Counter[str] = Counter()
    number = 0
    for text in texts:
        found.update({word.lower() for word in _WORD.findall(text)})
        number += 1
    return found, number
