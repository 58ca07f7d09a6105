"""Reading a prompt: which of its words name something the studio knows, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from backcloth.domain.colour import Colour, parse_hex
from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.colours import NAMED, SHADES, shaded

_TOKEN = re.compile(r"#[0-9a-f]{3,8}\b|\w+(?:'\w+)?|[,.;:!?()/]")
BREAK = frozenset(",.;:!?()/")
_NEGATORS = frozenset({"no", "without", "not", "avoid", "excluding", "minus", "never"})
_SHADE_OR_LIGHT = frozenset({"dark", "bright", "warm"})
_LONGEST = 5
"""Words of a phrase at most."""


@dataclass(slots=True)
class Reading:
    """What has been collected while reading. Positions are numbers of words.

    Attributes:
        tokens: The prompt's words and punctuation.
        places: (setting, whether its word says little), in order.
        surfaces, backdrops, lights, props: Names in order.
        colours: (first position, position after the last, name, colour).
        flags: Fields of the scene that words switch.
        named: (position, phrase, kind, name) of each place, surface and backdrop, but for weak words.
        nouns: Known nouns by position, for colours to belong to.
        kitchen: Whether a kitchen counter was named.
        tints: Colour of a surface whose word names one with it, as kraft does of paper.
        denied: Names that are not wanted.
        unmet: (position, word) of what is not understood.
        telling: How many words or phrases asked for something.
        unwanted: (first position, position after the last) of what is said not to be wanted.
    """

    tokens: list[str]

    places: list[tuple[str, bool]] = field(default_factory=list)
    surfaces: list[str] = field(default_factory=list)
    backdrops: list[str] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    colours: list[tuple[int, int, str, Colour]] = field(default_factory=list)
    flags: dict[str, Any] = field(default_factory=dict)
    named: list[tuple[int, str, str, str]] = field(default_factory=list)
    nouns: dict[int, str] = field(default_factory=dict)
    kitchen: bool = False
    tints: dict[str, Colour] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    unmet: list[tuple[int, str]] = field(default_factory=list)
    telling: int = 0
    unwanted: list[tuple[int, int]] = field(default_factory=list)

    def wanted(self) -> str:
        """The prompt without what it says not to want."""
        return " ".join(
            word
            for position, word in enumerate(self.tokens)
            if not any(start <= position < stop for start, stop in self.unwanted)
        )


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


_TABLES: tuple[Container[str], ...] = (
    words.SETTINGS,
    words.SURFACES,
    words.BACKDROPS,
    words.LIGHTS,
    words.PROPS,
    words.FLAGS,
    words.NEGATED,
    NAMED,
    words.KITCHEN_TABLES,
    words.SURFACE_NOUNS,
    words.BACKDROP_NOUNS,
    words.LIGHT_NOUNS,
)


def _phrase(tokens: list[str], start: int, tables: tuple[Container[str], ...]) -> tuple[str, int]:
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
            start, position = position, _read_negated(tokens, position + 1, reading)
            reading.unwanted.append((start, position))
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
        phrase, length = _phrase(tokens, position, (words.NEGATED, words.PROPS, words.BACKDROPS))
        for flag, value in words.NEGATED.get(phrase, ()):
            reading.flags[flag] = value
        reading.denied |= {table[phrase] for table in (words.PROPS, words.BACKDROPS) if phrase in table}
        position += length


def _read_phrase(tokens: list[str], position: int, reading: Reading) -> int:
    """Reads the phrase at a position; returns the position after it."""
    word = tokens[position]
    following = tokens[position + 1 : position + 2]
    if following == ["free"] and _singular(word) in words.NEGATED:
        _deny([word], reading)
        reading.unwanted.append((position, position + 2))
        return position + 2
    colour, length = _colour(tokens, position)
    phrase, phrase_length = _phrase(tokens, position, _TABLES)
    if colour is not None and length >= phrase_length:
        name = " ".join(tokens[position : position + length])
        reading.colours.append((position, position + length, name, colour))
        reading.telling += 1
        return position + length
    if phrase in _SHADE_OR_LIGHT and _noun_follows(tokens, position + 1):
        return position + 1
    if phrase and _take(phrase, position, reading):
        reading.telling += 1
        return position + phrase_length
    single = _singular(word)
    if single in words.BACKDROP_NOUNS or single in words.SURFACE_NOUNS or single in words.LIGHT_NOUNS:
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
        return Colour(*parse_hex(word).rgb), 1
    if word in SHADES and position + 1 < len(tokens):
        name, length = _phrase(tokens, position + 1, (NAMED,))
        if name:
            return shaded(Colour(*NAMED[name]), word), length + 1
    name, length = _phrase(tokens, position, (NAMED,))
    return (Colour(*NAMED[name]), length) if name else (None, 1)


def _take(phrase: str, position: int, reading: Reading) -> bool:
    """Notes all that a phrase asks for; False where it is only a noun that colours refer to."""
    known = phrase in words.KITCHEN_TABLES or phrase in words.FLAGS
    if phrase in words.KITCHEN_TABLES:
        reading.places.append(("table", False))
        reading.kitchen = True
    if phrase in words.SETTINGS:
        weak = phrase in words.WEAK_SETTINGS
        reading.places.append((words.SETTINGS[phrase], weak))
        known = True
        if not weak:
            reading.named.append((position, phrase, "place", words.SETTINGS[phrase]))
    for table, names in (
        (words.SURFACES, reading.surfaces),
        (words.BACKDROPS, reading.backdrops),
        (words.LIGHTS, reading.lights),
        (words.PROPS, reading.props),
    ):
        if phrase in table:
            names.append(table[phrase])
            known = True
    for flag, value in words.FLAGS.get(phrase, ()):
        reading.flags.setdefault(flag, value)
    _note(phrase, position, reading)
    if known:
        reading.nouns[position] = phrase
    return known


def _note(phrase: str, position: int, reading: Reading) -> None:
    """Notes what is named, in case the scene has no room for it, and colours that come with a name."""
    if phrase in words.TINTS:
        reading.tints.setdefault(words.SURFACES[phrase], words.TINTS[phrase])
    if phrase in words.FLOWERS:
        reading.named.append((position, phrase, "flower", phrase))
    for kind, table in (("surface", words.SURFACES), ("backdrop", words.BACKDROPS)):
        if phrase in table and phrase not in words.WEAK_SETTINGS:
            reading.named.append((position, phrase, kind, table[phrase]))
