"""Sentences from lines with choices: `a [red|blue] [cup|jar] {place}`.

A bracket holds its choices parted by bars, an empty one says nothing; `{name}`, also within a choice, is
the bracket of that name in `common.txt`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

TEXTS = Path(__file__).with_name("texts")

_PART = re.compile(r"\[([^\]]*)\]|\{(\w+)\}")
_NAME = re.compile(r"\{(\w+)\}")
_TURNS = 2
"""How often each choice of a line's longest bracket comes up."""


def read_lines(name: str) -> list[str]:
    """The lines of a file in `texts` that are not comments."""
    lines = (TEXTS / f"{name}.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def read_common() -> dict[str, list[str]]:
    """The named brackets."""
    named = (line.split("=", 1) for line in read_lines("common"))
    return {name.strip(): [choice.strip() for choice in choices.split("|")] for name, choices in named}


def sentences(line: str, common: dict[str, list[str]], dice: random.Random) -> Iterator[str]:
    """Sentences that a line can make: every choice comes up about as often as every other."""
    parts = _PART.split(line)
    literals, brackets = parts[0::3], list(zip(parts[1::3], parts[2::3], strict=True))
    if not brackets:
        yield line
        return
    decks = [[choice.strip() for choice in own.split("|")] if own else common[name] for own, name in brackets]
    count = min(_TURNS * max(map(len, decks)), 3 * _ways(decks))
    hands = [_dealt(deck, count, dice) for deck in decks]
    for chosen in zip(*hands, strict=True):
        woven = [text for pair in zip(literals, chosen, strict=False) for text in pair]
        said = _NAME.sub(lambda name: dice.choice(common[name[1]]), "".join([*woven, literals[-1]]))
        yield re.sub(r"\s+(,|$)", r"\1", re.sub(r"\s+", " ", said)).strip()


def _ways(decks: list[list[str]]) -> int:
    ways = 1
    for deck in decks:
        ways *= len(deck)
    return ways


def _dealt(deck: list[str], count: int, dice: random.Random) -> list[str]:
    dealt: list[str] = []
    while len(dealt) < count:
        dealt += dice.sample(deck, len(deck))
    return dealt[:count]
