"""A prompt refiner that adds what a photographer would have said, and never rewrites the caller."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from backcloth.prompting.protocol import Refined

MAX_WORDS = 60
"""Longer prompts describe enough; the contract advises 50 to 60 words for the quick modes."""


def _mentions(patterns: str) -> re.Pattern[str]:
    """Matches any of the patterns, parted by `|` and line breaks, as whole words."""
    parts = (part.strip() for line in patterns.strip().splitlines() for part in line.split("|"))
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Addition:
    """Words that may be added to a prompt that mentions `where`; to any prompt when that is None."""

    words: str
    where: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class _Topic:
    """One thing a photographer decides: how a prompt shows that it is decided, and what to add if not."""

    decided: re.Pattern[str]
    additions: tuple[_Addition, ...]


_INDOORS = _mentions(r"""
    tables? | table ?tops? | desks? | shelf | shelves | counters? | sofa | window ?sill | interior
    indoors? | kitchen | \w*room | office | café | cafe | restaurant | loft | apartment | house
""")
_STAGED = _mentions(r"""
    tables? | table ?tops? | desks? | shelf | shelves | counters? | podiums? | plinths? | pedestals?
    studio | sweep | backdrop | products? | surface | marble | slate
""")
_LIGHT = _mentions(r"""
    \w*lights? | \w*lighting | \w*lit | lamps? | candle\w* | neon | glow\w* | bright\w* | dark\w* | dim
    flash | shad\w+ | silhouette\w* | sun\w* | moon\w* | stars? | starry | day\w* | \w*night\w* | noon
    midday | hours? | morning | evening | afternoon | dawn | dusk | twilight | overcast | cloud\w*
    fog\w* | mist\w* | rain\w* | storm\w* | snow\w* | space | galaxy | nebula | aurora | underwater
    cave | fire\w* | flames? | key | club | disco | concert | stage | cinema | bar | hdr
    warm\w* | cos[yi]\w* | coz[yi]\w* | mood\w* | dramatic | airy | cinematic | gloom\w* | haz[ye]\w* | golden
    spring\w* | summer\w* | autumn\w* | fall | winter\w*
""")
_SHADOW = _mentions(r"""
    shad\w+ | float\w* | flying | hover\w* | levitat\w* | in the air | in the sky | mid[ -]?air
    weightless | underwater | plain | solid | gradient | pattern | texture | wallpaper | flat
    \w*night\w* | dark\w*
""")
_FOCUS = _mentions(r"""
    depth of field | dof | bokeh | \w*blur\w* | focus\w* | sharp\w* | crisp\w* | macro | wide[ -]angle
    panoram\w+ | aerial | top[ -]down | flat[ -]?lay | tilt[ -]shift | telephoto | close[ -]?up | plain
    solid | gradient | seamless | pattern | texture | wallpaper | flat
""")
_FINISH = _mentions(r"""
    photo\w* | shot | detail\w* | quality | resolution | [48]k | u?hd | realis\w+ | minimal\w* | simple
    plain | clean | \w*blur\w* | focus | illustrat\w+ | paint\w* | watercolou?rs? | draw\w* | sketch\w*
    cartoon\w* | anime | comic\w* | render\w* | 3d | vector | pixel art | clip ?art | flat | abstract
    vintage | film | grain\w* | solid | gradient | pattern | texture | wallpaper
""")
_TOPICS = (
    _Topic(_LIGHT, (_Addition("soft natural light"), _Addition("soft window light", _INDOORS))),
    _Topic(_SHADOW, (_Addition("soft contact shadow"),)),
    _Topic(_FOCUS, (_Addition("shallow depth of field"),)),
    _Topic(_FINISH, (_Addition("high detail"), _Addition("professional product photograph", _STAGED))),
)

_OTHER_SCRIPT = re.compile(r"[^\W\d_a-zA-Z\u00c0-\u024f]")
_LOOSE_ENDS = " ,;."


def tidied(prompt: str) -> str:
    """The prompt on one line, without blanks and loose punctuation at its ends."""
    return " ".join(prompt.split()).strip(_LOOSE_ENDS)


def may_refine(prompt: str) -> bool:
    """Whether a prompt leaves something to refine, in a script in which these rules see what has been said.

    Empty prompts, prompts of more than MAX_WORDS words and prompts with letters of another script do not.
    """
    said = tidied(prompt)
    return bool(said) and len(said.split()) <= MAX_WORDS and not _OTHER_SCRIPT.search(said)


class RulesRefiner:
    """Appends light, contact shadow, depth of field and finish where the prompt leaves them open.

    The caller's words stand first, unchanged and in their case; only blanks are tidied and loose punctuation
    at either end goes. A topic is left alone as soon as the prompt mentions it in any way, so that
    `no shadow`, `without light` or `at night` are never contradicted; no colour, object or time of day is
    ever added. What is added comes from short fixed lists, chosen by a digest of prompt and seed: equal input
    gives equal words on every machine and every version of Python.

    Left as they are: prompts that `may_refine` turns down. Other languages in Latin script are not recognised
    as such and get the English additions.
    """

    def refine(self, prompt: str, seed: int) -> Refined:
        """The prompt and what it left unsaid, in at most MAX_WORDS words unless the prompt has more."""
        if not may_refine(prompt):
            return Refined(prompt)
        said = tidied(prompt)
        digest = hashlib.sha256(f"{seed}\n{said}".encode()).digest()
        parts = [said]
        for topic, choice in zip(_TOPICS, digest, strict=False):
            if topic.decided.search(said):
                continue
            fitting = [one.words for one in topic.additions if one.where is None or one.where.search(said)]
            added = fitting[choice % len(fitting)]
            if len(" ".join([*parts, added]).split()) <= MAX_WORDS:
                parts.append(added)
        return Refined(", ".join(parts))
