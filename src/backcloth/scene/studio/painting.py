"""Which of a prompt's colours belongs to what."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from backcloth.domain.colour import Colour
from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.colours import OF_MATERIAL, shaded
from backcloth.scene.studio.reading import BREAK, Reading
from backcloth.scene.studio.scene import NATURE, SHAPES, STANDS, Scene

_JOINTS = frozenset({"and", "with", "on", "in", "against", "under", "by", "at", "of"})

_SUNNY = frozenset({"warm", "golden", "morning", "sunset", "day"})
_WHITES = frozenset({"white", "golden", "gold", "amber"})
"""Lights, and colours of lights, that a name such as `golden morning` only describes."""

_WOODS = frozenset({"oak", "pine", "walnut"})


def painted(scene: Scene, reading: Reading) -> Scene:
    """Gives each colour to the noun it belongs to."""
    scene, graded = _graded(scene, reading)
    nouns = [_noun_after(stop, reading) for _start, stop, _name, _colour in reading.colours]
    for place, (start, _stop, name, colour) in enumerate(reading.colours):
        if place in graded:
            continue
        noun = nouns[place] or _shared(place, nouns, reading) or _noun_before(start, reading)
        scene = _paint(scene, noun, name, colour, reading, start)
    return scene


def _graded(scene: Scene, reading: Reading) -> tuple[Scene, tuple[int, ...]]:
    """A sweep that turns from one colour above to another below, and which of the colours are those."""
    if scene.setting != "sweep":
        return scene, ()
    named = bool(_GRADIENTS.intersection(reading.tokens))
    for place, (one, other) in enumerate(pairwise(reading.colours)):
        between = reading.tokens[one[1] : other[0]]
        turns = bool(_TURNS.intersection(between)) or (named and "and" in between)
        if turns and _TURNS.union(_LINKS).issuperset(between):
            return replace(scene, backdrop_colour=one[3], surface_colour=other[3]), (place, place + 1)
    return scene, ()


_GRADIENTS = frozenset({"gradient", "ombre", "fade", "fading", "blend"})
_TURNS = frozenset({"to", "into", "towards"})
_LINKS = frozenset({"and", "a", "the", "fading", "fade", "blending", "turning"})
"""Words for a gradient, and those that may stand between its two colours."""


def _shared(place: int, nouns: list[str], reading: Reading) -> str:
    """The light that a colour shares with the next ones, as in `pink and blue neon`."""
    if place + 1 == len(nouns):
        return ""
    between = reading.tokens[reading.colours[place][1] : reading.colours[place + 1][0]]
    if between not in (["and"], [","], [",", "and"]):
        return ""
    noun = nouns[place + 1] or _shared(place + 1, nouns, reading)
    return noun if noun in words.LIGHT_NOUNS else ""


def _noun_after(stop: int, reading: Reading) -> str:
    """The noun that a colour stands before: `black marble podium` gives the last of its nouns."""
    found, stranger = "", ""
    unmet = {position for position, _word in reading.unmet}
    for position in range(stop, min(stop + 4, len(reading.tokens))):
        if reading.tokens[position] in BREAK or reading.tokens[position] in _JOINTS:
            break
        if position in reading.nouns:
            found = reading.nouns[position]
            if found in words.LIGHT_NOUNS:
                break
        elif position in unmet and not found:
            stranger = stranger or f"?{reading.tokens[position]}"
    return found or stranger


def _noun_before(start: int, reading: Reading) -> str:
    for position in range(start - 1, max(start - 4, -1), -1):
        if reading.tokens[position] in BREAK:
            break
        if position in reading.nouns:
            return reading.nouns[position]
    return ""


def _paint(scene: Scene, noun: str, name: str, colour: Colour, reading: Reading, start: int) -> Scene:
    if noun in words.LIGHT_NOUNS or noun in words.LIGHTS:
        return _gelled(scene, noun, name, colour, reading, start)
    if noun in words.PROPS and noun not in words.SURFACES and noun not in words.SETTINGS:
        return _dyed(scene, words.PROPS[noun], name, colour, reading, start)
    field = "" if noun.startswith("?") else _field(scene, noun)
    if field == "backdrop_colour":
        return replace(scene, backdrop_colour=colour)
    if field == "surface_colour":
        return replace(scene, surface_colour=_of_material(scene, name, colour))
    if noun.startswith("?") or not _comes_naturally(name, scene.setting):
        reading.unmet.append((start, name))
    return scene


def _dyed(scene: Scene, prop: str, name: str, colour: Colour, reading: Reading, start: int) -> Scene:
    """Props come in colours of their own, but for blocks and arches in a studio."""
    if prop in SHAPES and scene.setting == "sweep" and scene.surface_colour in (None, colour):
        return replace(scene, surface_colour=colour)
    autumn = scene.season == "autumn" or reading.flags.get("season") == "autumn"
    own = _OF_PROPS.get(prop, frozenset()) | (_AUTUMNAL if autumn and prop == "leaves" else frozenset())
    if name.rsplit(maxsplit=1)[-1] not in own:
        reading.unmet.append((start, name))
    return scene


_AUTUMNAL = frozenset({"red", "orange", "yellow", "golden", "brown", "rust"})
_OF_PROPS = {
    **dict.fromkeys(("leaves", "plant", "palm", "fir"), frozenset({"green"})),
    "petals": frozenset({"pink", "rose", "red"}),
    "pebbles": frozenset({"grey", "gray"}),
    "lights": frozenset({"golden", "yellow", "amber", "white"}),
    "candles": frozenset({"white", "cream", "ivory"}),
    "mist": frozenset({"white"}),
    "drops": frozenset({"clear"}),
}
"""Colours in which props come anyway."""


def _field(scene: Scene, noun: str) -> str:
    """The field of the scene that a noun's colour belongs to; empty where the scene has none for it."""
    is_surface = noun in words.SURFACE_NOUNS or noun in words.SURFACES or noun in ("beach", "dune")
    behind = noun in words.BACKDROP_NOUNS or noun in words.BACKDROPS
    if scene.setting == "sweep" and (behind or scene.backdrop_colour is None):
        return "backdrop_colour"
    if behind and scene.setting in STANDS | {"beach", "gallery", "stage"}:
        return "backdrop_colour"
    on_stand = scene.setting in STANDS and (is_surface or not scene.surface_colour)
    on_ground = is_surface and scene.setting not in ("sweep", "meadow", "mountain", "snow", "sky")
    return "surface_colour" if on_stand or on_ground else ""


def _of_material(scene: Scene, name: str, colour: Colour) -> Colour:
    """What the colour's name means when it is said of the scene's surface."""
    material = "wood" if "wood" in scene.surface or scene.surface in _WOODS else scene.surface
    material = "sand" if scene.setting in ("beach", "desert") else material
    own = OF_MATERIAL.get((material, name))
    return Colour(*own) if own else colour


def _gelled(scene: Scene, noun: str, name: str, colour: Colour, reading: Reading, start: int) -> Scene:
    """A light of a colour; words like `golden morning` or `white light` only name the light's own."""
    light = words.LIGHTS.get(noun, "")
    base = name.rsplit(maxsplit=1)[-1]
    if light in _SUNNY or base in _WHITES:
        return scene
    gel = colour if name.startswith("#") else shaded(colour, "vivid")
    if scene.light_colour is None:
        return replace(scene, light_colour=gel)
    if scene.second_colour is None:
        return replace(scene, second_colour=gel)
    reading.unmet.append((start, name))
    return scene


def _comes_naturally(name: str, setting: str) -> bool:
    return (name.rsplit(maxsplit=1)[-1], setting) in {
        *(("green", place) for place in ("meadow", "forest", "mountain", "garden")),
        *(("blue", place) for place in NATURE | {"street", "parking", "terrace", "garden", "city"}),
        *(("white", place) for place in ("snow", "sky", "room", "beach", "office", "bathroom")),
        *(("grey", place) for place in ("parking", "street", "city", "warehouse", "rocks")),
        *(("turquoise", place) for place in ("beach",)),
        *(("golden", place) for place in ("beach", "desert")),
        *(("beige", place) for place in ("room", "living room", "bedroom")),
    }
