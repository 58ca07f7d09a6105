"""What the studio can draw, and the words people use for it: `vocabulary.toml`, read and checked once.

Each table maps a phrase to what it asks for. Phrases are lower case, singular, without punctuation;
`reading` tries longer ones first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backcloth.domain.colour import parse_hex
from backcloth.scene.studio import scene as names

_TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8"))

_VALUES = {"true": True, "false": False}


def _phrases(table: Mapping[str, list[str]], allowed: frozenset[str]) -> dict[str, str]:
    """Phrase to name. Blanks at a key's end only part long lists into lines.

    Raises:
        ValueError: a name is not of the scene spec, or a phrase stands twice.
    """
    found: dict[str, str] = {}
    for key, phrases in table.items():
        name = key.strip()
        if name not in allowed:
            raise ValueError(f"vocabulary.toml: {name} is no name of the scene spec")
        for phrase in phrases:
            if phrase in found:
                raise ValueError(f"vocabulary.toml: {phrase} stands twice")
            found[phrase] = name
    return found


def _value(key: str) -> bool | float | str:
    name = key.strip()
    if name in _VALUES:
        return _VALUES[name]
    return float(name) if name[:1].isdigit() else name


def _words(name: str) -> frozenset[str]:
    """Words parted by commas, or by blanks where there is no comma."""
    text: str = _TABLES["words"][name]
    parts = text.split(",") if "," in text else text.split()
    return frozenset(" ".join(part.split()) for part in parts)


SETTINGS = _phrases(_TABLES["settings"], names.SETTINGS)
SURFACES = _phrases(_TABLES["surfaces"], names.SURFACES)
BACKDROPS = _phrases(_TABLES["backdrops"], names.BACKDROPS)
LIGHTS = _phrases(_TABLES["lights"], names.LIGHTS)
PROPS = _phrases(_TABLES["props"], names.PROPS)

FLAGS: dict[str, list[tuple[str, bool | float | str]]] = {}
"""Phrase to the fields that it sets."""
for _field, _table in (
    ("weather", "weathers"),
    ("season", "seasons"),
    ("pattern", "patterns"),
    *((name, name) for name in ("shadow", "view", "blur", "grain", "reflection", "clouds", "wet")),
):
    for _key, _said in _TABLES[_table].items():
        for _phrase in _said:
            FLAGS.setdefault(_phrase, []).append((_field, _value(_key)))

NEGATED: dict[str, list[tuple[str, bool | float | str]]] = {}
"""What `no …`, `without …` or a negative prompt switches off."""
for _field, _values in _TABLES["negated"].items():
    for _key, _said in _values.items():
        for _phrase in _said:
            NEGATED.setdefault(_phrase, []).append((_field, _value(_key)))

TINTS = {phrase: parse_hex(colour) for colour, said in _TABLES["tints"].items() for phrase in said}
"""Phrases of surfaces that name a colour with the material."""

HOME_OF_SURFACE = {
    surface: home.strip() for home, surfaces in _TABLES["home_of_surface"].items() for surface in surfaces
}
"""Where a surface is found when no place is named."""

VIEW_OF_SETTING = {
    place: view.strip() for view, places in _TABLES["view_of_setting"].items() for place in places
}
"""What stands behind a table or podium that is in a place."""

WEAK_SETTINGS = _words("weak_settings")
"""Words for places that say little: they give way to what the whole prompt means."""

FLOWERS = _words("flowers")
"""Words for flowers that grow in grass; they are words for a season too."""

UNSEEN = _words("unseen")
"""Things that tell where a picture is to be, but do not show in it."""

SHORES = _words("shores")
"""What lies along a lake where no jetty is named."""

JETTIES = _words("jetties")
"""Words for boards that a lake is seen from."""

SURFACE_NOUNS = _words("surface_nouns")
"""Nouns whose colour is the colour of what the subject stands on."""

BACKDROP_NOUNS = _words("backdrop_nouns")
"""Nouns whose colour is the colour of what stands behind."""

LIGHT_NOUNS = _words("light_nouns")
"""Nouns whose colour is the colour of the key light."""

KITCHEN_TABLES = _words("kitchen_tables")

FILLER = _words("filler")
"""Words that ask for nothing in particular; most are photographers' small talk."""
