"""Reading a prompt: which of its words name something the studio knows, and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from backcloth.domain.colour import Colour, parse_hex
from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.colours import NAMED, SHADES, shaded

_TOKEN = re.compile(r"#[0-9a-f]{3,8}\b|[a-z0-9]+(?:'[a-z]+)?|[,.;:!?()/]")
BREAK = frozenset(",.;:!?()/")
_NEGATORS = frozenset({"no", "without", "not", "avoid", "excluding", "minus", "never"})
_SHADE_OR_LIGHT = frozenset({"dark", "bright", "warm"})
_LONGEST = 5


@dataclass(slots=True)
class Reading:
    """What has been collected while reading. Positions are numbers of words.

    Attributes:
        tokens: The prompt's words and punctuation.
        places: Settings, in order.
        surfaces: (position, surface).
        colours: (first position, position after the last, name, colour).
        lights: Names of lights, in order.
        flags: Fields of the scene that words switch.
        nouns: Known nouns by position, for colours to belong to.
        window, kitchen: Whether a window or a kitchen counter was named.
        unmet: (position, word) of what is not understood.
        telling: How many words or phrases asked for something.
    """

    tokens: list[str]

    places: list[str] = field(default_factory=list)
    surfaces: list[tuple[int, str]] = field(default_factory=list)
    colours: list[tuple[int, int, str, Colour]] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    flags: dict[str, Any] = field(default_factory=dict)
    nouns: dict[int, str] = field(default_factory=dict)
    window: bool = False
    kitchen: bool = False
    unmet: list[tuple[int, str]] = field(default_factory=list)
    telling: int = 0


def read(prompt: str, negative: str) -> Reading:
    """Reads a prompt, then applies what the negative prompt switches off."""
    reading = Reading(_tokens(prompt))
    _read(reading.tokens, reading)
    _deny(_tokens(negative), reading)
    return reading


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower().replace("’", "'").replace("-", " "))


def _singular(word: str) -> str:
    if word.endswith("leaves"):
        return word[:-3] + "f" if word == "leaves" else word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


_TABLES: tuple[dict[str, Any] | frozenset[str], ...] = (
    words.SETTINGS,
    words.SURFACES,
    words.LIGHTS,
    words.FLAGS,
    words.NEGATED,
    NAMED,
    words.WINDOWS,
    words.KITCHEN_TABLES,
    words.SURFACE_NOUNS,
    words.BACKDROP_NOUNS,
)


def _phrase(
    tokens: list[str], start: int, tables: tuple[dict[str, Any] | frozenset[str], ...]
) -> tuple[str, int]:
    """The longest known phrase that starts at a word, and its length; ("", 1) for none."""
    for length in range(min(_LONGEST, len(tokens) - start), 0, -1):
        raw = tokens[start : start + length]
        if any(word in BREAK for word in raw):
            continue
        for candidate in (
            " ".join(raw),
            " ".join([*raw[:-1], _singular(raw[-1])]),
            " ".join(map(_singular, raw)),
        ):
            if any(candidate in table for table in tables):
                return candidate, length
    return "", 1


def _read(tokens: list[str], reading: Reading) -> None:
    position = 0
    while position < len(tokens):
        word = tokens[position]
        if word in _NEGATORS or (word == "free" and tokens[position + 1 : position + 2] == ["of"]):
            position = _read_negated(tokens, position + 1, reading)
        elif word in BREAK:
            position += 1
        else:
            position = _read_phrase(tokens, position, reading)


def _read_negated(tokens: list[str], start: int, reading: Reading) -> int:
    """Reads what follows `no` or `without` up to the end of the clause; returns where it ends."""
    stop = start
    while stop < len(tokens) and tokens[stop] not in ("with", "but", "on", "in"):
        if tokens[stop] in BREAK and not _list_goes_on(tokens, stop):
            break
        stop += 1
    _deny(tokens[start:stop], reading)
    return stop


def _list_goes_on(tokens: list[str], comma: int) -> bool:
    """Whether the list of unwanted things goes on after a comma, as in `without people, cars or text`."""
    rest = tokens[comma + 1 :]
    end = next((place for place, word in enumerate(rest) if word in BREAK and word != ","), len(rest))
    clause = rest[:end]
    return tokens[comma] == "," and "or" in clause and "," not in clause[: clause.index("or")][3:]


def _deny(tokens: list[str], reading: Reading) -> None:
    position = 0
    while position < len(tokens):
        phrase, length = _phrase(tokens, position, (words.NEGATED,))
        if phrase:
            flag, value = words.NEGATED[phrase]
            reading.flags[flag] = value
        position += length


def _read_phrase(tokens: list[str], position: int, reading: Reading) -> int:
    """Reads the phrase at a position; returns the position after it."""
    word = tokens[position]
    following = tokens[position + 1 : position + 2]
    if following == ["free"] and _singular(word) in words.NEGATED:
        _deny([word], reading)
        return position + 2
    colour, length = _colour(tokens, position)
    phrase, phrase_length = _phrase(tokens, position, _TABLES)
    if colour is not None and length >= phrase_length:
        reading.colours.append(
            (position, position + length, " ".join(tokens[position : position + length]), colour)
        )
        reading.telling += 1
        return position + length
    if phrase in _SHADE_OR_LIGHT and _noun_follows(tokens, position + 1):
        return position + 1
    if phrase and _take(phrase, position, reading):
        reading.telling += 1
        return position + phrase_length
    single = _singular(word)
    if single in words.BACKDROP_NOUNS or single in words.SURFACE_NOUNS:
        reading.nouns[position] = single
    elif word not in words.FILLER and single not in words.FILLER and not word.isdigit() and len(word) > 1:
        reading.unmet.append((position, word))
        reading.telling += 1
    return position + 1


def _noun_follows(tokens: list[str], position: int) -> bool:
    """Whether a surface or a piece of furniture stands at a position: `dark slate` is not a light."""
    phrase, _length = _phrase(tokens, position, (words.SURFACES, words.SURFACE_NOUNS))
    return bool(phrase)


def _colour(tokens: list[str], position: int) -> tuple[Colour | None, int]:
    """A colour at a position, with its shade word: `pastel pink`, `dark`-`green`, `#ff8800`."""
    word = tokens[position]
    if word.startswith("#") and len(word) in (4, 7, 9):
        return parse_hex(word), 1
    if word in SHADES and position + 1 < len(tokens):
        name, length = _phrase(tokens, position + 1, (NAMED,))
        if name:
            return shaded(Colour(*NAMED[name]), word), length + 1
    name, length = _phrase(tokens, position, (NAMED,))
    return (Colour(*NAMED[name]), length) if name else (None, 1)


def _take(phrase: str, position: int, reading: Reading) -> bool:
    """Notes all that a phrase asks for; False where it is only a noun that colours refer to."""
    known = False
    if phrase in words.KITCHEN_TABLES:
        reading.places.append("table")
        reading.kitchen = known = True
    if phrase in words.WINDOWS:
        reading.window = known = True
    if phrase in words.SETTINGS:
        reading.places.append(words.SETTINGS[phrase])
        known = True
    if phrase in words.SURFACES:
        reading.surfaces.append((position, words.SURFACES[phrase]))
        known = True
    if phrase in words.LIGHTS:
        reading.lights.append(words.LIGHTS[phrase])
        known = True
    if phrase in words.FLAGS:
        flag, value = words.FLAGS[phrase]
        reading.flags.setdefault(flag, value)
        known = True
    if known:
        reading.nouns[position] = phrase
    return known
