from __future__ import annotations

import pytest

from backcloth.moderation.normalise import readings


@pytest.mark.parametrize(
    ("disguised", "word"),
    [
        ("MARBLE", "marble"),
        ("ｍａｒｂｌｅ", "marble"),
        ("𝓶𝓪𝓻𝓫𝓵𝓮", "marble"),
        ("márblë", "marble"),
        ("mar\u200bble", "marble"),
        ("mar\u00adble", "marble"),
        ("m\u0430rbl\u0435", "marble"),
        ("mαrble", "marble"),
        ("m4rb1e", "marble"),
        ("m@rb£e", "marble"),
        ("m a r b l e", "marble"),
        ("m.a.r.b.l.e", "marble"),
        ("m - a - r - b - l - e", "marble"),
        ("mar-ble", "marble"),
        ("maaaaarble", "marble"),
        ("m*rble", "marble"),
        ("boooook", "book"),
        ("a m a r b l e", "marble"),
    ],
)
def test_a_disguised_word_is_read(disguised: str, word: str) -> None:
    """Each usual disguise of a word has a reading that holds the plain word."""
    assert any(word in reading.split() for reading in readings(f"on {disguised} here"))


def test_ordinary_text_has_one_reading() -> None:
    """Plain English is read one way, so that the lexicon looks once."""
    assert readings("A marble table, soft light.") == ("a marble table , soft light ,",)


def test_a_joined_word_keeps_both_readings() -> None:
    """A mark inside a word may part two words or nothing."""
    assert readings("sun-lit wall") == ("sun lit wall", "sunlit wall")


def test_numbers_stay_numbers() -> None:
    """Digits without letters are not read as letters."""
    assert readings("10 x 15 cm at 24 mm") == ("10 x 15 cm at 24 mm",)


def test_possessives_lose_their_apostrophe() -> None:
    """Both apostrophes vanish without parting the word."""
    assert readings("a child's and a dog’s bed") == ("a childs and a dogs bed",)


@pytest.mark.parametrize("text", ["", "   ", "☕️ 🌿", "夜の東京", "\u200b"])
def test_text_without_latin_words_has_an_empty_reading(text: str) -> None:
    """What the lexicon cannot read is an empty reading, not an error."""
    assert readings(text) == ("",)


@pytest.mark.parametrize("text", ["a " * 4000, "a1" * 4000, "x" * 8000, "*a" * 4000, "-a" * 4000])
def test_long_nonsense_has_few_readings(text: str) -> None:
    """The number of readings does not grow with the length of the text."""
    assert len(readings(text)) <= 90
