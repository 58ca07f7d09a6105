"""From a prompt to a scene: what was understood, and which words were not."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from backcloth.domain.colour import Colour
from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.colours import OF_MATERIAL
from backcloth.scene.studio.reading import BREAK, Reading, read
from backcloth.scene.studio.scene import Scene

_JOINTS = frozenset({"and", "with", "on", "in", "against", "under", "by", "at", "of"})


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a prompt was taken to ask for.

    Attributes:
        scene: What will be drawn.
        matched: False where no place, surface or colour was recognised and the neutral studio stands in.
        unmet: Words that ask for something the studio does not draw, in the prompt's order.
        score: Share of the prompt's telling words that were understood, 0..1.
    """

    scene: Scene
    matched: bool
    unmet: tuple[str, ...]
    score: float


def parse(prompt: str, negative: str = "") -> Understanding:
    """Reads a prompt.

    Args:
        prompt: The scene in words.
        negative: What it should not show; only what the studio could draw makes a difference.
    """
    return _decide(read(prompt, negative))


def _decide(reading: Reading) -> Understanding:
    setting, backdrop = _place(reading)
    surface = _surface(setting, reading)
    scene = Scene(setting or "sweep", surface=surface, backdrop=backdrop)
    scene = _lit(scene, reading)
    scene = _coloured(scene, reading)
    known = {entry.name for entry in fields(Scene)}
    scene = replace(scene, **{flag: value for flag, value in reading.flags.items() if flag in known})
    matched = bool(setting or scene.backdrop_colour or reading.places)
    unmet = _grouped(reading.unmet)
    score = max(0.0, 1.0 - len(reading.unmet) / reading.telling) if reading.telling else 0.0
    return Understanding(scene, matched, unmet, round(score, 3))


def _place(reading: Reading) -> tuple[str, str]:
    """(setting, backdrop): a table or podium stands in a place; otherwise the first place is the setting."""
    places = [place for place in reading.places if place != "sweep"]
    stands = [place for place in places if place in ("table", "podium")]
    around = [place for place in places if place not in ("table", "podium", "sky")]
    homes = [words.HOME_OF_SURFACE[name] for _position, name in reading.surfaces]
    if around and around[0] in words.NATURE and "table" in homes:
        stands = stands or ["table"]
    if stands:
        return ("podium" if "podium" in stands else "table"), _behind(around, reading)
    if around:
        return ("living room" if around[0] == "cafe" else around[0]), ""
    if homes:
        return homes[0], _behind(around, reading) if homes[0] == "table" else ""
    if reading.window and "sky" not in places:
        return "room", ""
    return ("sky" if "sky" in places else "sweep" if "sweep" in reading.places else ""), ""


def _behind(around: list[str], reading: Reading) -> str:
    """What stands behind a table or podium."""
    if reading.kitchen:
        return "kitchen"
    if around:
        return words.PANORAMA[around[0]]
    return "window" if reading.window else ""


def _surface(setting: str, reading: Reading) -> str:
    named = [name for _position, name in reading.surfaces]
    if setting == "table":
        fitting = [name for name in named if words.HOME_OF_SURFACE[name] == "table"]
        return fitting[0] if fitting else "oak"
    if setting in words.NATURE:
        fitting = [name for name in named if name in ("sand", "soil", "lawn")]
        return fitting[0] if fitting and setting not in ("snow", "sky") else ""
    if setting == "podium":
        fitting = [name for name in named if words.HOME_OF_SURFACE[name] in ("table", "sweep")]
        return fitting[0] if fitting else ""
    return named[0] if named and setting not in ("", "sweep") else ""


def _lit(scene: Scene, reading: Reading) -> Scene:
    usual = {
        "table": "window" if scene.backdrop in ("", "window") else "soft",
        "podium": "soft",
        "sweep": "soft",
    }
    light = usual.get(scene.setting, "day" if scene.setting in words.NATURE | words.STREETS else "window")
    specific = [name for name in reading.lights if name not in ("soft", "bright", "warm")]
    outdoors = scene.setting in words.NATURE | words.STREETS
    if outdoors and reading.lights and not specific:
        light = {"soft": "overcast", "bright": "day", "warm": "golden"}[reading.lights[0]]
    elif specific:
        light = specific[0]
    elif reading.lights:
        light = reading.lights[0]
    if light == "window" and (outdoors or scene.setting in ("sweep", "podium")):
        light = "day" if outdoors else "soft"
    wall = scene.setting == "table" and scene.backdrop == ""
    return replace(scene, light=light, pattern="window" if wall and light in ("window", "morning") else "")


def _coloured(scene: Scene, reading: Reading) -> Scene:
    """Gives each colour to the noun it belongs to."""
    for start, stop, name, colour in reading.colours:
        noun = _noun_after(stop, reading) or _noun_before(start, reading)
        scene = _paint(scene, noun, name, colour, reading, start)
    return scene


def _noun_after(stop: int, reading: Reading) -> str:
    """The noun that a colour stands before: `black marble podium` gives the last of its nouns."""
    found, stranger = "", ""
    unmet = {position for position, _word in reading.unmet}
    for position in range(stop, min(stop + 4, len(reading.tokens))):
        if reading.tokens[position] in BREAK or reading.tokens[position] in _JOINTS:
            break
        if position in reading.nouns:
            found = reading.nouns[position]
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
    if noun.startswith("?") or noun in words.LIGHTS:
        natural = noun in words.LIGHTS and words.LIGHTS[noun] in ("warm", "golden", "morning", "sunset")
        if not natural:
            reading.unmet.append((start, name))
        return scene
    surface = scene.surface
    material = "wood" if "wood" in surface or surface in ("oak", "pine", "walnut") else surface
    material = "sand" if scene.setting in ("beach", "desert") else material
    own = OF_MATERIAL.get((material, name))
    surface_colour = Colour(*own) if own else colour
    is_surface = noun in words.SURFACE_NOUNS or noun in words.SURFACES or noun in ("podium", "beach", "dune")
    if scene.setting == "sweep":
        return replace(scene, backdrop_colour=colour)
    if noun in words.BACKDROP_NOUNS and scene.setting in ("table", "podium", "beach"):
        return replace(scene, backdrop_colour=colour)
    if scene.setting in ("table", "podium") and (is_surface or not scene.surface_colour):
        return replace(scene, surface_colour=surface_colour)
    if is_surface and scene.setting not in ("meadow", "mountain", "snow", "sky"):
        return replace(scene, surface_colour=surface_colour)
    if not _comes_naturally(name, scene.setting):
        reading.unmet.append((start, name))
    return scene


def _comes_naturally(name: str, setting: str) -> bool:
    return (name.rsplit(maxsplit=1)[-1], setting) in {
        *(("green", place) for place in ("meadow", "forest", "mountain")),
        *(
            ("blue", place)
            for place in ("beach", "meadow", "mountain", "sky", "snow", "desert", "street", "parking")
        ),
        *(("white", place) for place in ("snow", "sky", "room", "beach", "office")),
        *(("grey", place) for place in ("parking", "street", "city", "warehouse")),
        *(("turquoise", place) for place in ("beach",)),
        *(("golden", place) for place in ("beach", "desert")),
        *(("beige", place) for place in ("room", "living room", "bedroom")),
    }


def _grouped(unmet: list[tuple[int, str]]) -> tuple[str, ...]:
    """Neighbouring words joined into phrases."""
    groups: list[tuple[int, str]] = []
    for position, word in sorted(unmet):
        if groups and position - groups[-1][0] == 1:
            groups[-1] = (position, f"{groups[-1][1]} {word}")
        else:
            groups.append((position + len(word.split()) - 1, word))
    return tuple(dict.fromkeys(word for _position, word in groups))
