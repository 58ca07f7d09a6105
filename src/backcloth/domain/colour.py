"""Colours in a prompt: which prompts mean one flat colour, and which merely mention one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = r"(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})"
_ALONE = re.compile(rf"\s*#?({_DIGITS})\s*\.?\s*", re.IGNORECASE)
_FILLER = (
    r"(?:a|an|the|in|on|of|with|solid|plain|flat|uniform|pure|color|colour|background|backdrop|hex|code)"
)
_PHRASE = re.compile(rf"\s*(?:{_FILLER}[\s:,]+)*#({_DIGITS})(?:[\s,]+{_FILLER})*\s*\.?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Colour:
    """An sRGB colour, 0..255 a channel. `alpha` below 255 asks for a see-through background."""

    red: int
    green: int
    blue: int
    alpha: int = 255

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The three channels without alpha."""
        return (self.red, self.green, self.blue)

    def __str__(self) -> str:
        digits = f"#{self.red:02X}{self.green:02X}{self.blue:02X}"
        return digits if self.alpha == 255 else f"{digits}{self.alpha:02X}"


def parse_hex(digits: str) -> Colour:
    """Reads 3, 6 or 8 hex digits (`RGB`, `RRGGBB`, `RRGGBBAA`), with or without a leading `#`.

    Raises:
        ValueError: not that many hex digits.
    """
    bare = digits.removeprefix("#")
    if not re.fullmatch(_DIGITS, bare, re.IGNORECASE):
        raise ValueError(f"not a hex colour: {digits!r}")
    if len(bare) == 3:
        bare = "".join(digit * 2 for digit in bare)
    channels = bytes.fromhex(bare)
    return Colour(*channels)


def solid_colour(prompt: str) -> Colour | None:
    """The flat colour a prompt asks for, or None when the prompt describes a scene.

    A prompt is a colour when it is nothing but the digits (`FF5733`, `#f53`), or when words that say
    only "a flat background of" stand around a `#` colour (`solid #FF5733 background`). `a red car on
    #FF5733 sand` is a scene that mentions a colour. Bare digits count only when they stand alone, and
    three letters that are also a word (`bad`, `fed`) need the `#` or a digit among them.
    """
    alone = _ALONE.fullmatch(prompt)
    if alone:
        digits = alone.group(1)
        is_word = digits.isalpha() and "#" not in prompt
        return None if is_word else parse_hex(digits)
    phrase = _PHRASE.fullmatch(prompt)
    return parse_hex(phrase.group(1)) if phrase else None
