"""From the words of a prompt that the vocabulary knows to a scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.leftover import leftover
from backcloth.scene.studio.painting import painted
from backcloth.scene.studio.reading import Reading, read
from backcloth.scene.studio.scene import NATURE, ROOMS, STANDS, STREETS, VIEWS, WALLS, Scene

OUTDOORS = NATURE | STREETS
"""Settings in which weather and season are seen."""

_PLACE_OF_VIEW = {"sea": "beach", "alps": "mountain", "park": "garden", "leaves": "garden", "lights": "table"}
"""Where something stands that is only said to have this behind it; a room for the others."""

_OPEN = STREETS | {"meadow", "mountain", "snow", "rocks"}
_OUTLOOKS = dict.fromkeys(("park", "forest", "city", "street", "lights", "sky"), _OPEN) | {
    "alps": _OPEN | {"lake"},
    "sea": frozenset({"terrace", "beach", "rocks"}),
}
"""Settings under the sky in which something may be asked to stand behind."""

_GROUNDS = frozenset(
    {"sand", "wet sand", "soil", "lawn", "moss", "leaf litter", "gravel", "rock", "snow", "wood", "slabs"}
    | {"cobbles", "asphalt", "concrete", "slate", "water"}
)
"""Surfaces that the ground outdoors may have."""

_TABLE_TOPS = frozenset(
    name for name, home in words.HOME_OF_SURFACE.items() if home in ("table", "sweep", "gallery")
) | {"sand", "moss", "lawn", "snow", "slabs", "gravel", "wet sand"}
"""Surfaces that a table or a podium may have."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the known words of a prompt ask for.

    Attributes:
        scene: The scene, with what the words leave open filled in.
        said: Fields of the scene that words decided.
        strong: Whether words that say much decided the setting.
        unmet: Words that ask for something the studio does not draw, in the prompt's order.
        share: Share of the prompt's telling words that were understood, 0..1.
        lights: Lights that were named, in order.
        wanted: The prompt without what it says not to want.
        denied: Names of props and backdrops that are not wanted.
    """

    scene: Scene
    said: frozenset[str]
    strong: bool
    unmet: tuple[str, ...]
    share: float
    lights: tuple[str, ...]
    wanted: str
    denied: frozenset[str]

    @property
    def placed(self) -> bool:
        """Whether a place, a surface or a backdrop was named."""
        return bool(self.said & {"setting", "backdrop_colour"})


def parse(prompt: str, negative: str = "") -> Parsed:
    """Reads a prompt.

    Args:
        prompt: The scene in words.
        negative: What it should not show; only what the studio could draw makes a difference.
    """
    reading = read(prompt, negative)
    setting, backdrop = _place(reading)
    if backdrop in reading.denied:
        backdrop = ""
    surface = _surface(setting, reading)
    scene = Scene(setting or "sweep", surface or ("oak" if setting == "table" else ""), backdrop=backdrop)
    scene = lit(scene, reading.lights, reading.flags.get("weather", ""))
    scene = painted(scene, reading)
    tint = reading.tints.get(scene.surface)
    if tint is not None and scene.surface_colour is None:
        scene = replace(scene, surface_colour=tint)
    hung = ["lights"] if "lights" in reading.backdrops and scene.backdrop != "lights" else []
    props = tuple(dict.fromkeys(name for name in [*reading.props, *hung] if name not in reading.denied))
    scene = replace(scene, props=props, **reading.flags)
    scene = _seasoned(scene)
    strong = bool(setting) and not _weak(reading)
    reading.unmet += leftover(scene, reading)
    known = {
        "setting": bool(setting or reading.places),
        "surface": bool(surface),
        "backdrop": bool(backdrop),
        "light": bool(reading.lights),
        "props": bool(props),
        **{name: getattr(scene, name) is not None for name in _COLOURS},
    }
    said = {name for name, decided in known.items() if decided} | set(reading.flags)
    share = max(0.0, 1.0 - len(reading.unmet) / reading.telling) if reading.telling else 0.0
    return Parsed(
        scene,
        frozenset(said),
        strong,
        _grouped(reading.unmet),
        round(share, 3),
        tuple(reading.lights),
        reading.wanted(),
        frozenset(reading.denied),
    )


_COLOURS = ("surface_colour", "backdrop_colour", "light_colour", "second_colour")


def _weak(reading: Reading) -> bool:
    """Whether nothing but words that say little decided the setting."""
    only_weak = all(weak for _place, weak in reading.places)
    return only_weak and not reading.kitchen and (not reading.surfaces or bool(reading.unmet))


def _place(reading: Reading) -> tuple[str, str]:
    """(setting, backdrop): a table or podium stands in a place; otherwise the first place is the setting."""
    ordered = sorted(reading.places, key=lambda place: place[1])
    places = [place for place, _weak in ordered if place != "sweep"]
    stands = [place for place in places if place in STANDS]
    around = [place for place in places if place not in STANDS and place != "sky"]
    homes = [words.HOME_OF_SURFACE[name] for name in reading.surfaces]
    if around and around[0] in NATURE and "table" in homes and "lake" not in around:
        stands = stands or ["table"]
    if around and around[0] == "bathroom" and "table" in homes and reading.surfaces[0] == "marble":
        stands = stands or ["table"]
    if stands:
        raised = [place for place in stands if place != "table"]
        return (raised[0] if raised else "table"), _behind(around, reading)
    if around:
        return _within(around, reading)
    if homes and homes[0] == "table" and "floor" in reading.nouns.values():
        return ("room" if "window" in reading.backdrops else "gallery"), ""
    if homes:
        stand = homes[0] == "table"
        return homes[0], _behind(around, reading) if stand or homes[0] == "gallery" else ""
    if reading.backdrops and "sky" not in places and "sweep" not in [place for place, _ in reading.places]:
        return _before(reading.backdrops[0])
    return ("sky" if "sky" in places else "sweep" if reading.places else ""), ""


def _within(around: list[str], reading: Reading) -> tuple[str, str]:
    """A place with a floor, and what was said to stand behind there, perhaps by a second place."""
    place = around[0]
    if place == "mountain" and "meadow" in around:  # a mountain pasture is the meadow, whichever comes first
        place, around = "meadow", ["meadow", "mountain"]
    behind = reading.backdrops[0] if reading.backdrops else ""
    seen = [words.VIEW_OF_SETTING[other] for other in around[1:] if other != place]
    behind = behind or next((view for view in seen if place in _OUTLOOKS.get(view, ())), "")
    if behind in WALLS and place in ("room", "warehouse", "gallery"):
        return "gallery", behind
    if place in ROOMS:
        return place, behind if place in ("room", "gallery") else ""
    return place, behind if place in _OUTLOOKS.get(behind, ()) else ""


def _before(behind: str) -> tuple[str, str]:
    """A place for what was named only by what stands behind."""
    if behind in WALLS:
        return "gallery", behind
    if behind == "window":
        return "room", ""
    place = _PLACE_OF_VIEW.get(behind, "room")
    return place, behind if place in ("room", "table") else ""


def _behind(around: list[str], reading: Reading) -> str:
    """What stands behind a table or podium."""
    if reading.kitchen:
        return "kitchen"
    walls = [name for name in reading.backdrops if name != "window"]
    if walls:
        return walls[0]
    if around:
        return str(words.VIEW_OF_SETTING[around[0]])
    if reading.backdrops:
        return "window"
    return "park" if reading.flags.get("season") else ""


def _surface(setting: str, reading: Reading) -> str:
    named = reading.surfaces
    if setting in STANDS:
        fitting = [name for name in named if name in _TABLE_TOPS]
    elif setting == "sky":
        fitting = []
    elif setting in NATURE:
        fitting = [name for name in named if name in _GROUNDS and (setting != "snow" or name == "snow")]
    else:
        fitting = list(named) if setting not in ("", "sweep") else []
    if setting == "lake" and not fitting:
        said = set(reading.nouns.values())
        return "gravel" if said & words.SHORES and not said & words.JETTIES else ""
    return fitting[0] if fitting else ""


def lit(scene: Scene, lights: Sequence[str], weather: str) -> Scene:
    """The scene in the light that was named, as far as it occurs there, or in the one that is usual there."""
    outdoors = scene.setting in OUTDOORS - {"water"}
    usual = {
        "table": "window" if scene.backdrop in ("", "window") else "soft",
        "shelf": "window",
        "stage": "dramatic",
        **dict.fromkeys(("podium", "steps", "sweep", "gallery", "water"), "soft"),
    }
    light = usual.get(scene.setting, "day" if outdoors else "window")
    specific = [name for name in lights if name not in ("soft", "bright", "warm")]
    if outdoors and lights and not specific:
        light = {"soft": "overcast", "bright": "day", "warm": "golden"}[lights[0]]
    elif specific:
        light = _strongest(specific)
    elif lights:
        light = lights[0]
    elif outdoors and weather in ("fog", "rain", "snowfall"):
        light = "overcast"
    if light == "window" and (outdoors or scene.setting in ("sweep", "podium", "steps", "stage", "water")):
        light = "day" if outdoors else "soft"
    wall = scene.setting == "table" and scene.backdrop == ""
    return replace(scene, light=light, pattern="window" if wall and light in ("window", "morning") else "")


def _strongest(lights: list[str]) -> str:
    """The first light named; a neon sign or the night wins over the weather or the side it comes from."""
    for winner in ("neon", "night"):
        if winner in lights:
            return winner
    return next((name for name in lights if name not in ("overcast", "window")), lights[0])


def _seasoned(scene: Scene) -> Scene:
    """Weather belongs outdoors; indoors, mist is a prop and rain is what the window shows."""
    if scene.setting in OUTDOORS:
        return replace(scene, props=tuple(name for name in scene.props if name != "mist"))
    backdrop_is_view = scene.backdrop in VIEWS
    return replace(
        scene,
        weather=scene.weather if backdrop_is_view else "",
        season=scene.season if backdrop_is_view else "",
    )


def _grouped(unmet: list[tuple[int, str]]) -> tuple[str, ...]:
    """Neighbouring words joined into phrases."""
    groups: list[tuple[int, str]] = []
    for position, word in sorted(unmet):
        if groups and position - groups[-1][0] == 1:
            groups[-1] = (position, f"{groups[-1][1]} {word}")
        else:
            groups.append((position + len(word.split()) - 1, word))
    return tuple(dict.fromkeys(word for _position, word in groups))
