"""Known words that a scene has no room for: a second place, a second material, a wall in a meadow."""

from __future__ import annotations

from itertools import groupby

from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.reading import Reading
from backcloth.scene.studio.scene import NATURE, ROOMS, STANDS, STREETS, Scene

_ALIKE = (
    frozenset({"street", "city", "parking"}),
    frozenset({"garden", "meadow", "terrace"}),
    frozenset({"mountain", "meadow"}),
    frozenset({"mountain", "rocks"}),
    frozenset({"mountain", "snow"}),
    frozenset({"desert", "rocks"}),
    frozenset({"beach", "rocks"}),
    frozenset({"beach", "water"}),
    frozenset({"lake", "water"}),
    frozenset({"gallery", "warehouse", "room", "living room", "bedroom"}),
    frozenset({"room", "office"}),
    frozenset({"room", "kitchen"}),
    frozenset({"room", "cafe"}),
    frozenset({"room", "bathroom"}),
    frozenset({"wood", "oak", "walnut", "pine", "dark wood", "white wood"}),
    frozenset({"slate", "rock", "moss"}),
    frozenset({"sand", "wet sand"}),
    frozenset({"soil", "leaf litter", "moss"}),
    frozenset({"slate", "slabs", "cobbles"}),
)
"""Names of which one shows well enough what another asks for."""

_SEEN = {
    "window": ROOMS,
    "alps": frozenset({"mountain", "snow", "lake"}),
    "sea": frozenset({"beach", "rocks"}),
    "park": frozenset({"garden", "meadow", "terrace", "forest"}),
    "leaves": frozenset({"garden", "forest"}),
    "curtain": frozenset({"bedroom", "living room", "stage"}),
    "lights": frozenset({"city", "street"}),
}
"""Backdrops that belong to settings anyway."""

_GROUND = {
    "sand": frozenset({"beach", "desert"}),
    "lawn": frozenset({"garden", "meadow", "mountain"}),
    "snow": frozenset({"snow", "mountain"}),
    "wood": frozenset({"lake"}),
    "water": frozenset({"water", "beach", "lake"}),
    "plaster": frozenset({"sweep"}),
    "paper": frozenset({"sweep"}),
}
"""Surfaces that settings have anyway."""


FLOWERY = frozenset({"meadow", "mountain", "garden"})
"""Settings whose grass has flowers in spring and summer."""


def leftover(scene: Scene, reading: Reading) -> list[tuple[int, str]]:
    """(position, phrase) of known places, surfaces and backdrops that the scene shows in no way."""
    found: list[tuple[int, str]] = []
    for (position, phrase), meanings in groupby(reading.named, key=lambda named: named[:2]):
        strewn = words.PROPS.get(phrase) in scene.props
        shown = strewn or any(_shown(scene, kind, name) for _position, _phrase, kind, name in meanings)
        if phrase in words.UNSEEN or not shown:
            found.append((position, phrase))
    return found


def _shown(scene: Scene, kind: str, name: str) -> bool:
    if kind == "place":
        return _place_shown(scene, name)
    if kind == "surface":
        home = not scene.surface and words.HOME_OF_SURFACE[name] == scene.setting
        anyway = scene.setting in _GROUND.get(name, ())
        return home or anyway or name == scene.backdrop or _alike(name, scene.surface)
    if kind == "flower":
        return scene.surface in ("", "lawn") and scene.setting in FLOWERY
    lit_by_it = name == "window" and scene.light in ("window", "morning")
    hung = name == "lights" and "lights" in scene.props
    return lit_by_it or hung or name == scene.backdrop or scene.setting in _SEEN.get(name, ())


def _place_shown(scene: Scene, name: str) -> bool:
    if name == "sweep" or _alike(name, scene.setting):
        return True
    if name == "sky":
        return scene.setting in NATURE | STREETS or scene.backdrop == "sky"
    on_a_stand = name in STANDS and scene.setting in STANDS
    return on_a_stand or (bool(scene.backdrop) and words.VIEW_OF_SETTING.get(name) == scene.backdrop)


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in kin and other in kin for kin in _ALIKE)
