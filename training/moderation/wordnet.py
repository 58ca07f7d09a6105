"""Harmless texts out of WordNet (Princeton University): what things are called, and what is said."""

from __future__ import annotations

import random
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from training.moderation.corpus import Sample

_THINGS = frozenset({"05", "06", "13", "17", "20"})
"""Its files of animals, artefacts, food, objects and plants."""

_DEEDS = frozenset({"29", "30", "31", "32", "34", "35", "36", "37", "38", "39", "40", "41", "42", "43"})
"""Its files of verbs, without that of competition, where the fighting is."""

_SHORTEST = 4
"""Words of an example that says something by itself."""

_EXAMPLE = re.compile(r'"([^"]+)"')


def named(package: Path, count: int, dice: random.Random) -> list[Sample]:
    """Names of animals, artefacts, food, objects and plants, and what they are; each a text."""
    texts: list[str] = []
    for file, name, gloss in _entries(package, "data.noun"):
        if file in _THINGS and name.islower():
            texts += [f"{_article(name)} {name}", gloss.split(";")[0].strip()]
    return _picked(texts, count, dice)


def said(package: Path, count: int, dice: random.Random) -> list[Sample]:
    """Examples of how verbs and adjectives are used."""
    texts = [
        example
        for data in ("data.verb", "data.adj")
        for file, _name, gloss in _entries(package, data)
        if data == "data.adj" or file in _DEEDS
        for example in _EXAMPLE.findall(gloss)
        if len(example.split()) >= _SHORTEST
    ]
    return _picked(texts, count, dice)


def _entries(package: Path, data: str) -> Iterator[tuple[str, str, str]]:
    """Number of the lexicographers' file, first name and gloss of every set of synonyms."""
    with tarfile.open(package) as files:
        member = files.extractfile(f"package/dict/{data}")
        if member is None:
            raise FileNotFoundError(data)
        lines = member.read().decode("ascii").splitlines()
    for line in lines:
        if not line.startswith(" "):  # the licence, at the top
            fields, _bar, gloss = line.partition(" | ")
            _offset, file, _kind, _synonyms, name, *_rest = fields.split()
            yield file, re.sub(r"\(\w+\)$", "", name).replace("_", " "), gloss


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _picked(texts: list[str], count: int, dice: random.Random) -> list[Sample]:
    return [Sample(text, "", "wordnet") for text in dice.sample(list(dict.fromkeys(texts)), count)]
