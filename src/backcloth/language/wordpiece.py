"""Cuts English text into the word pieces that MiniLM was trained on (Wu et al., arXiv:1609.08144)."""

from __future__ import annotations

import unicodedata
from pathlib import Path

_START, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"

_LONGEST_WORD = 100
"""Characters of a word; a longer one is unknown, as it was in training."""


class WordPieces:
    """The uncased tokenizer of BERT: lower case, no accents, punctuation apart, longest known piece first.

    Args:
        vocabulary: A text file with a piece a line; its number is the line's.
    """

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text("utf-8").split("\n")
        self._numbers = {piece: number for number, piece in enumerate(pieces) if piece}
        self.breaks = frozenset(self._numbers[mark] for mark in ",.;:!?()/")
        """The numbers of the marks that part clauses."""

    def __contains__(self, word: str) -> bool:
        """Whether a lower-case word is in the vocabulary as a whole, which the usual ones are."""
        return word in self._numbers

    def numbers(self, text: str, most: int) -> list[int]:
        """The pieces' numbers with those for start and end around them, `most` at most."""
        inner = [self._numbers[piece] for word in _words(text) for piece in self._pieces(word)]
        return [self._numbers[_START], *inner[: most - 2], self._numbers[_END]]

    def _pieces(self, word: str) -> list[str]:
        pieces: list[str] = []
        start = 0
        while start < len(word):
            stop = min(len(word), start + _LONGEST_WORD)
            while stop > start and self._piece(word, start, stop) not in self._numbers:
                stop -= 1
            if stop == start or len(word) > _LONGEST_WORD:
                return [_UNKNOWN]
            pieces.append(self._piece(word, start, stop))
            start = stop
        return pieces

    @staticmethod
    def _piece(word: str, start: int, stop: int) -> str:
        return word[start:stop] if start == 0 else f"##{word[start:stop]}"


def _words(text: str) -> list[str]:
    bare = unicodedata.normalize("NFD", text.lower())
    spaced = "".join(f" {mark} " if _stands_apart(mark) else mark for mark in bare if not _accent(mark))
    return spaced.split()


def _accent(mark: str) -> bool:
    return unicodedata.category(mark) in ("Mn", "Cc", "Cf") and not mark.isspace()


def _stands_apart(mark: str) -> bool:
    ideograph = 0x4E00 <= ord(mark) <= 0x9FFF or 0x3400 <= ord(mark) <= 0x4DBF
    return ideograph or unicodedata.category(mark).startswith("P") or mark in "$+<=>^`|~"
