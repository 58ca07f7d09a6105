"""A scene spec as plain data: what job notes log, what the catalogue holds, what a person writes as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from backcloth.domain.colour import Colour, parse_hex
from backcloth.scene.studio import scene as names
from backcloth.scene.studio.scene import Scene

BLUR_MOST = 2.0
GRAIN_MOST = 4.0
"""Beyond these a lens or a film would no longer look like one."""

FILE_LIMIT = 64 * 1024
"""Bytes of a scene file; a spec has a few hundred."""

_NAMES: dict[str, frozenset[str]] = {
    "setting": names.SETTINGS,
    "surface": names.SURFACES | {""},
    "backdrop": names.BACKDROPS | {""},
    "light": names.LIGHTS,
    "weather": names.WEATHERS,
    "season": names.SEASONS,
    "pattern": names.PATTERNS,
    "shadow": names.SHADOWS,
    "view": frozenset({"level", "top"}),
}
_COLOURS = ("surface_colour", "backdrop_colour", "light_colour", "second_colour")
_SWITCHES = ("reflection", "clouds", "sun", "wet")
_STRENGTHS = {"blur": BLUR_MOST, "grain": GRAIN_MOST}
_FIELDS = tuple(entry.name for entry in fields(Scene))


class SpecError(ValueError):
    """A scene spec that cannot be drawn; the message is one sentence that names the field."""


def to_plain(scene: Scene) -> dict[str, Any]:
    """The spec as names, numbers, lists and hex colours; what has its default is left out."""
    usual = Scene(scene.setting)
    plain: dict[str, Any] = {"setting": scene.setting}
    for name in _FIELDS:
        value = getattr(scene, name)
        if name != "setting" and value != getattr(usual, name):
            plain[name] = list(value) if name == "props" else str(value) if name in _COLOURS else value
    return plain


def from_plain(plain: Mapping[str, Any]) -> Scene:
    """Reads a spec.

    Raises:
        SpecError: a field is unknown or missing, or holds what the spec does not know.
    """
    unknown = sorted(set(plain) - set(_FIELDS))
    if unknown:
        raise SpecError(f"{unknown[0]} is no field of a scene; there are {', '.join(_FIELDS)}.")
    if "setting" not in plain:
        raise SpecError(f"setting is missing; it is one of {_listed(names.SETTINGS)}.")
    return Scene(**{name: _checked(name, value) for name, value in plain.items()})


def read_spec(path: Path) -> Scene:
    """Reads a spec out of a TOML file.

    Raises:
        SpecError: the file is no TOML, is larger than FILE_LIMIT, or does not hold a spec.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise SpecError(f"the file is larger than {FILE_LIMIT} bytes; a scene has a few lines.")
    try:
        return from_plain(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SpecError(f"the file is no TOML: {problem}") from None


def _checked(name: str, value: Any) -> Any:
    if name in _NAMES:
        return _name(name, value, _NAMES[name])
    if name == "props":
        if not isinstance(value, list | tuple):
            raise SpecError(f"props must be a list of names such as {_listed(names.PROPS)}.")
        return tuple(dict.fromkeys(_name("props", entry, names.PROPS) for entry in value))
    if name in _COLOURS:
        return _colour(name, value)
    if name in _SWITCHES:
        if not isinstance(value, bool):
            raise SpecError(f"{name} must be true or false.")
        return value
    most = _STRENGTHS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= most:
        raise SpecError(f"{name} must be a number from 0 to {most:g}.")
    return float(value)


def _name(field: str, value: Any, known: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise SpecError(f"{field} knows no {value!r}; there are {_listed(known)}.")
    return value


def _colour(field: str, value: Any) -> Colour:
    try:
        colour = parse_hex(value)
    except (TypeError, ValueError, AttributeError):
        raise SpecError(f"{field} must be a hex colour such as #D8C4B4, not {value!r}.") from None
    if colour.alpha != 255:
        raise SpecError(f"{field} must not be see-through: six digits, not eight.")
    return colour


def _listed(known: frozenset[str]) -> str:
    return ", ".join(sorted(known - {""}))
