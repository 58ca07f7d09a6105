"""The disguises of the bench for prompts, and which words are disguised."""

from __future__ import annotations

import pytest
from bench.moderation.disguise import DISGUISES, Telling, dropped_vowel, leet, masked, spaced, stretched, typo

WRITTEN = {
    "leet (kn1f3)": "p01c3",
    "spaced": "p o i c e",
    "dotted": "p.o.i.c.e",
    "homoglyphs": "\N{CYRILLIC SMALL LETTER ER}\N{CYRILLIC SMALL LETTER O}"
    "\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}\N{CYRILLIC SMALL LETTER ES}"
    "\N{CYRILLIC SMALL LETTER IE}",
    "zero-width": "p\u200bo\u00adi\u200bc\u00ade",
    "full-width": "\uff50\uff4f\uff49\uff43\uff45",
    "diacritics": "pöîçè",
    "stretched vowel": "pooooice",
    "masked with *": "p*ice",
    "typo swap": "pioce",
    "dropped vowel": "pice",
}


@pytest.mark.parametrize("name", DISGUISES)
def test_every_disguise_writes_a_word_as_expected(name: str) -> None:
    """The made-up word `poice` has a letter for every map; the disguised forms were written by hand."""
    assert DISGUISES[name]("poice") == WRITTEN[name]


def test_short_words_and_words_without_vowels_survive() -> None:
    """Nothing to disguise leaves the word, and one letter is no error."""
    for disguise in DISGUISES.values():
        assert disguise("q") in {"q", "\uff51"}
    assert [masked("dry"), dropped_vowel("dry"), stretched("dry")] == ["dry"] * 3
    assert [masked("axe"), dropped_vowel("axe")] == ["ax*", "ax"]
    assert [typo("gun"), typo("to"), leet("gas")] == ["ugn", "ot", "g45"]


@pytest.fixture
def telling() -> Telling:
    """`knife` and `blood` are unsafe's alone, `table` and `the` are everybody's."""
    unsafe = ["the knife on the table", "blood on the knife", "blood and a Knife"]
    return Telling(unsafe, ["the table", "the lamp on the table", "a lamp"])


def test_the_telling_words_are_those_of_unsafe_texts(telling: Telling) -> None:
    """Common words and those of benign texts are left alone."""
    assert telling.words("The lamp, the blood and the knife on the table") == {"blood", "knife", "and"}
    assert telling.words("the lamp on the table") == set()


def test_weights_are_the_logarithms_worked_out_by_hand(telling: Telling) -> None:
    """Three of three texts against none of three: log(4/1); a word that is in two of each weighs nothing."""
    assert telling.weight("KNIFE") == pytest.approx(1.3863, abs=1e-4)
    assert telling.weight("lamp") == pytest.approx(-1.0986, abs=1e-4)
    assert telling.weight("the") == pytest.approx(0.0)


def test_only_whole_telling_words_are_disguised(telling: Telling) -> None:
    """Punctuation and the rest of the text stay; capitals of a disguised word go."""
    text = "A Knife, penknife; the lamp."
    assert telling.disguised(text, spaced) == "A k n i f e, penknife; the lamp."
