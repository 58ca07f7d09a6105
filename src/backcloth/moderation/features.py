"""What the classifier sees of a text: its words, pairs of words, and pieces of words, each as a number."""

from __future__ import annotations

import itertools
import zlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]

_SHORTEST, _LONGEST = 3, 5
"""Letters of a piece; the blanks around a word count, so that beginnings and ends are told apart."""


def word_keys(words: list[str]) -> tuple[Keys, Weights]:
    """The words and the pairs of neighbouring words: distinct keys, and how much each counts."""
    pairs = (f"{one} {other}" for one, other in itertools.pairwise(words))
    return _counted(Counter([*words, *pairs]), "w")


def piece_keys(words: list[str]) -> tuple[Keys, Weights]:
    """The pieces of three to five letters: distinct keys, and how much each counts."""
    return _counted(Counter(piece for word in words for piece in _pieces(word)), "c")


def key_of(word: str) -> int:
    """The key of one word as `word_keys` gives it."""
    return zlib.crc32(f"w{word}".encode())


def _pieces(word: str) -> Iterator[str]:
    framed = f" {word} "
    for size in range(_SHORTEST, _LONGEST + 1):
        if size > len(framed):
            return
        for start in range(len(framed) - size + 1):
            yield framed[start : start + size]


def _counted(counts: Counter[str], kind: str) -> tuple[Keys, Weights]:
    """CRC-32 of each text, and 1 + ln of its count: the tenth mention says less than the first."""
    keys = np.array([zlib.crc32(f"{kind}{text}".encode()) for text in counts], np.uint32)
    return keys, np.log(np.array(list(counts.values()), np.float32)) + np.float32(1.0)
