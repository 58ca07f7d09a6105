"""How a classifier reads what was disguised or misspelled."""

from __future__ import annotations

import pytest

from backcloth.language.embedding import VOCABULARY
from backcloth.language.wordpiece import WordPieces
from backcloth.moderation.spelling import likeliest, mended

VOCABULARY_OF_BERT = WordPieces(VOCABULARY)


def known(word: str) -> bool:
    """Words of the network's vocabulary."""
    return word in VOCABULARY_OF_BERT


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A marble table, soft light.", "a marble table , soft light ,"),
        ("m4rble on w00d", "marble on wood"),
        ("sm1l1ng g1rl", "smiling girl"),
        ("b@ked g00ds", "baked goods"),
        ("ｓｉｌｋ and ve\u0301lve\u0301t", "silk and velvet"),
        ("st\u043en\u0435 w\u0430ll", "stone wall"),
        ("vel\u200bvet", "velvet"),
        ("v*lvet curtain", "velvet curtain"),
        ("sooooft wooool", "soft wool"),
        ("stone-wall, ra-in", "stone wall , rain"),
        ("s t o n e w a l l", "stone wall"),
        ("s.t.o.n.e w.a.l.l", "stone wall"),
        ("c.o.v.e.r.i.n.g a w.o.o.d.e.n table", "covering a wooden table"),
        ("a mrable top, a pltform", "a mrable top , a pltform"),
        ("woodgrain and marbletop", "wood grain and marble top"),
        ("4K, f/1.8, 35mm", "4k , f18 , 35mm"),
    ],
)
def test_each_word_is_read_as_the_word_it_is_likeliest_to_be(written: str, read: str) -> None:
    """Each by itself, so that one text may be disguised in several ways; numbers stay numbers."""
    assert likeliest(written, known) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a vlevet curtain", "a velvet curtain"),
        ("a velvt curtain", "a velvet curtain"),
        ("a vellvet curtain", "a velvet curtain"),
        ("a marble curtain", "a marble curtain"),
        ("a vlvt curtain", "a vlvt curtain"),
        ("a vle curtain", "a vle curtain"),
        ("a mrble table and a wal", "a marble table and a wal"),
    ],
)
def test_an_unknown_word_near_a_known_one_is_taken_for_it(written: str, read: str) -> None:
    """One slip is undone; known words, short ones and words farther away are left."""
    assert mended(written, known, lambda word: word == "velvet") == read


@pytest.mark.parametrize("text", ["a1b1 " * 2000, "qwxzvbqkj " * 1000, "x" * 8000, "1" * 8000])
def test_long_nonsense_is_not_puzzled_over(text: str) -> None:
    """The number of words that are looked up does not grow with the text."""
    asked: list[str] = []

    def counted(word: str) -> bool:
        asked.append(word)
        return False

    mended(likeliest(text, counted), counted, counted)
    assert len(asked) < 20_000
