"""The studio's named scenes: `catalogue.toml`, read and checked once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.spec import SpecError, from_plain

_FILE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Named:
    """A scene that has a name.

    Attributes:
        name: What it is called.
        says: Short descriptions in everyday words.
        scene: The scene.
    """

    name: str
    says: tuple[str, ...]
    scene: Scene


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All named scenes, and what none of them shows.

    Attributes:
        scenes: In the file's order; names differ.
        undrawable: Short descriptions of what cannot be drawn.
    """

    scenes: tuple[Named, ...]
    undrawable: tuple[str, ...]


def read_catalogue(text: str) -> Catalogue:
    """Reads a catalogue out of TOML.

    Raises:
        ValueError: an entry lacks a name, descriptions or a right scene, or two have one name.
    """
    plain = tomllib.loads(text)
    scenes: dict[str, Named] = {}
    for entry in plain["scene"]:
        name = entry["name"]
        if name in scenes:
            raise ValueError(f"catalogue: two scenes are named {name}")
        if not entry["says"]:
            raise ValueError(f"catalogue: {name} has no description")
        try:
            scenes[name] = Named(name, tuple(entry["says"]), from_plain(entry["scene"]))
        except SpecError as problem:
            raise ValueError(f"catalogue: {name}: {problem}") from None
    return Catalogue(tuple(scenes.values()), tuple(plain["undrawable"]))


CATALOGUE = read_catalogue(_FILE.read_text("utf-8"))
"""The one that comes with the package."""
