from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcloth.domain.colour import Colour, parse_hex, solid_colour

ORANGE = Colour(255, 87, 51)
CHANNEL = st.integers(0, 255)


@pytest.mark.parametrize(
    "prompt",
    [
        *("#FF5733", "#ff5733", "FF5733", "ff5733", " #FF5733\n", "#FF5733.", "FF5733FF", "#ff5733ff"),
        *(
            "solid #FF5733 background",
            "Solid #FF5733",
            "a plain #ff5733 backdrop",
            "#FF5733 background color",
        ),
        *("a flat, uniform background of the colour #FF5733.", "background: #FF5733", "hex code #FF5733"),
    ],
)
def test_prompts_that_are_one_colour(prompt: str) -> None:
    """The digits alone, or words around them that say no more than "a flat background of"."""
    assert solid_colour(prompt) == ORANGE


@pytest.mark.parametrize(
    "prompt",
    [
        *("a red car on #FF5733 sand", "#FF5733 and #00FF00", "a #FF5733 wall with a window", "marble"),
        *(
            "FF5733 background",
            "solid FF5733",
            "#FF573",
            "#FF57333",
            "#GG5733",
            "#",
            "",
            "background",
            "12345",
        ),
        *("bad", "fed", "cab", "facade", "decade", "defaced", "##FF5733", "#FF5733 #", "0xFF5733"),
    ],
)
def test_prompts_that_are_scenes(prompt: str) -> None:
    """A colour among other things, digits that are no colour, and words spelt with the letters a to f."""
    assert solid_colour(prompt) is None


@pytest.mark.parametrize("prompt", ["#bad", "#FACADE", "fa1", "c0ffee"])
def test_a_word_is_a_colour_with_a_hash_or_a_digit(prompt: str) -> None:
    """Nobody writes those by accident."""
    assert solid_colour(prompt) == parse_hex(prompt)


def test_three_digits_are_doubled() -> None:
    """As in CSS."""
    assert parse_hex("#f53") == Colour(255, 85, 51)


def test_eight_digits_end_in_alpha() -> None:
    """The last two are the alpha."""
    assert parse_hex("FF573380") == Colour(255, 87, 51, 128)


@given(CHANNEL, CHANNEL, CHANNEL, CHANNEL)
def test_a_colour_reads_what_it_writes(red: int, green: int, blue: int, alpha: int) -> None:
    """In either form, with the alpha left out when it is opaque."""
    colour = Colour(red, green, blue, alpha)
    assert parse_hex(str(colour)) == colour
    assert solid_colour(f"solid {colour} background") == colour
    assert len(str(colour)) == (7 if alpha == 255 else 9)
    assert colour.rgb == (red, green, blue)


@pytest.mark.parametrize(
    "digits", ["", "#", "ff", "ffff", "fffff", "fffffff", "gg0000", "#ff 5733", "١٢٣", "＃fff"]
)
def test_anything_else_is_no_colour(digits: str) -> None:
    """The wrong number of digits, and digits of other scripts."""
    with pytest.raises(ValueError, match=re.escape(repr(digits))):
        parse_hex(digits)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    """A colour or none, and never an error."""
    found = solid_colour(text)
    assert found is None or isinstance(found, Colour)
