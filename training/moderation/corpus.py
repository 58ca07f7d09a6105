"""The labelled texts: every line's sentences, dressed as prompts are."""

from __future__ import annotations

import random
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from backcloth.moderation.lexicon import CHILD
from backcloth.scene.studio.catalogue import CATALOGUE
from backcloth.scene.studio.describe import describe
from training.moderation.grammar import read_common, read_lines, sentences

CATEGORIES = ("sexual", "self_harm", "hate", "violence", "weapons", "drugs", "illegal")
HARMLESS = ("harmless", "captions", "traps")

_NEIGHBOURS = 4000
"""Harmless sentences that others may stand beside."""

_YOUNG = re.compile(
    rf"(?i)\b({CHILD}|girl\w*|boy\w*|sons?|daughters?|school\w*|nurser\w+|students?|little|toys?|dolls?)\b"
)
"""What no sexual text may name: a neighbour, a place or a tag could bring it in."""

_SLIPPERY = 4
"""Letters that a word with a slip has more than."""

_TAGGED = 0.12
"""Of the texts are also there among other people's phrases."""

_FLAVOURS = "clip_interrogator/data/flavors.txt"


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled text.

    Attributes:
        text: As somebody might write it.
        label: Its category; empty where it is harmless.
        line: The line it came from, so that a line's sentences are never on both sides of a test.
    """

    text: str
    label: str
    line: str


def corpus(seed: int) -> list[Sample]:
    """All labelled texts of our own; the same for the same seed, and a line's whatever lines there are."""
    common = read_common()
    plain = [text for line in read_lines("harmless") for text in sentences(line, common, _dice(seed, line))]
    neighbours = plain[:_NEIGHBOURS]
    samples = []
    for name, label in [*((name, name) for name in CATEGORIES), *((name, "") for name in HARMLESS)]:
        for line in read_lines(name):
            dice = _dice(seed, line)
            dresser = Dresser(common, neighbours, dice)
            worn = (dresser.dress(text) for text in sentences(line, common, dice))
            samples += [Sample(text, label, f"{name}: {line}") for text in worn]
    return _grown(samples)


def _grown(samples: list[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.label != "sexual" or not _YOUNG.search(sample.text)]


def _dice(seed: int, line: str) -> random.Random:
    return random.Random(f"{seed} {line}")


class Dresser:
    """Puts around a sentence what prompts have around them, alike for all labels.

    Args:
        common: The named brackets of the grammar.
        plain: Harmless sentences, as neighbours.
        dice: Decides.
    """

    def __init__(self, common: dict[str, list[str]], plain: list[str], dice: random.Random) -> None:
        self._common = common
        self._plain = plain
        self._dice = dice

    def dress(self, text: str) -> str:
        """The sentence, mostly with a request, medium, place, neighbour, tags, slip or full stop added."""
        dice, common = self._dice, self._common
        if dice.random() < 0.2:
            text = f"{dice.choice(common['style'])} {text}"
        elif dice.random() < 0.1:
            text = f"{dice.choice(common['ask'])} {text}"
        if dice.random() < 0.12:
            text = f"{text} {dice.choice(common['place'])}"
        if dice.random() < 0.15:
            pair = [text, dice.choice(self._plain)]
            dice.shuffle(pair)
            text = dice.choice([", ", ". ", " and ", " with "]).join(pair)
        if dice.random() < 0.3:
            text = ", ".join([text, *dice.sample(common["tag"], dice.randint(1, 4))])
        if dice.random() < 0.06:
            text = self._slip(text)
        return f"{text}." if dice.random() < 0.3 else text

    def _slip(self, text: str) -> str:
        """The sentence with two letters of a word swapped, or one left out or written twice."""
        dice, words = self._dice, text.split(" ")
        place = dice.randrange(len(words))
        word = words[place]
        if len(word) > _SLIPPERY:
            at = dice.randrange(1, len(word) - 2)
            kept, rest = word[:at], word[at:]
            words[place] = kept + dice.choice((rest[1] + rest[0] + rest[2:], rest[1:], rest[0] + rest))
        return " ".join(words)


def catalogue() -> list[Sample]:
    """The places that the studio knows: what they are called, and the sentence that says what was drawn."""
    says = [said for named in CATALOGUE.scenes for said in (*named.says, describe(named.scene))]
    return [Sample(said, "", "catalogue") for said in dict.fromkeys(says)]


def flavours(wheel: Path, own: list[Sample]) -> list[str]:
    """The phrases that people add to prompts, as the package clip-interrogator (MIT) lists them.

    Nobody has labelled them, so what `telling` words are in is left out.
    """
    with zipfile.ZipFile(wheel) as package:
        phrases = package.read(_FLAVOURS).decode().split("\n")
    harmful = telling(own)
    return [phrase for phrase in phrases if phrase and harmful.isdisjoint(words(phrase))]


def telling(own: list[Sample]) -> set[str]:
    """Words that only harmful texts of our own have."""
    harmless = {word for sample in own if not sample.label for word in words(sample.text)}
    return {word for sample in own if sample.label for word in words(sample.text)} - harmless


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"[a-z]+", text.lower())


def dressed(own: list[Sample], phrases: list[str], dice: random.Random) -> list[Sample]:
    """A part of our own texts once more, each beside one to six such phrases, as artists' prompts are."""
    picked = [sample for sample in own if dice.random() < _TAGGED]
    tagged = []
    for sample in picked:
        around = dice.sample(phrases, dice.randint(1, 6))
        around.insert(dice.randint(0, 1), sample.text)
        tagged.append(Sample(", ".join(around), sample.label, sample.line))
    return _grown(tagged)


def mixed(phrases: list[str], count: int, dice: random.Random) -> list[Sample]:
    """Prompts of one to five such phrases, taken to be harmless."""
    picks = (dice.sample(phrases, dice.randint(1, 5)) for _ in range(count))
    return [Sample(", ".join(pick), "", "flavours") for pick in picks]
