"""A scene as a sentence that a person could have written as a prompt."""

from __future__ import annotations

from collections.abc import Iterator

from backcloth.domain.colour import Colour
from backcloth.scene.studio import phrases
from backcloth.scene.studio.colours import NAMED, OF_MATERIAL, SHADES, shaded
from backcloth.scene.studio.scene import NATURE, ROOMS, SHAPES, SHORES, STANDS, STREETS, WALLS, Scene


def describe(scene: Scene) -> str:
    """The scene in a sentence such as `A white marble table by a window, soft window light.`."""
    details = ", ".join(_details(scene))
    return f"{_headed(scene)} {_behind(scene)}, {details}.".replace(" ,", ",")


def _headed(scene: Scene) -> str:
    """What the subject is on, with its article; ground that lies like a table is called what it is."""
    if scene.setting == "table" and scene.surface in phrases.LYING:
        colour = _name(scene.surface_colour, scene.surface) if scene.surface_colour else ""
        return phrases.LYING[scene.surface].format(colour).replace("  ", " ")
    return _article(_thing(scene))


def asks_behind(scene: Scene) -> bool:
    """Whether the scene names something that stands behind the subject, or is a room."""
    painted = scene.backdrop_colour is not None and scene.setting in STANDS | {"gallery"}
    return bool(scene.backdrop) or painted or scene.setting in ROOMS


def _article(thing: str) -> str:
    return f"{'An' if thing[:1] in 'aeiou' else 'A'} {thing}"


def _thing(scene: Scene) -> str:
    place = phrases.PLACE.get(scene.setting, scene.setting)
    colour = _name(scene.surface_colour, scene.surface) if scene.surface_colour else ""
    material = f"{colour} {scene.surface}".strip()
    made = f"{colour} {phrases.MADE.get(scene.surface, scene.surface)}".strip()
    if scene.surface_colour and (scene.surface, scene.surface_colour) in phrases.TINTED:
        material = made = phrases.TINTED[scene.surface, scene.surface_colour]
    if scene.setting == "sweep":
        return _sweep(scene, place)
    if scene.setting == "lake" and scene.surface in SHORES:
        return f"lake shore of {_ground(scene, colour)}"
    if scene.setting in STREETS | NATURE:
        usual = not colour and scene.surface in phrases.UNDERFOOT.get(scene.setting, ("",))
        return place if usual or not material else f"{place} with {_ground(scene, colour)} underfoot"
    if scene.setting in ROOMS | {"stage"}:
        return f"{place} with {_article(made).lower()} floor" if made else place
    if scene.surface in phrases.COVERS:
        return f"{place} covered in {material}"
    return f"{made} {place}".strip()


def _sweep(scene: Scene, place: str) -> str:
    wall, floor = scene.backdrop_colour, scene.surface_colour
    if wall and floor and not SHAPES.intersection(scene.props):
        return f"{place} from {_name(wall)} above to {_name(floor)} below"
    return f"{_name(wall)} {place}" if wall else place


def _ground(scene: Scene, colour: str) -> str:
    if scene.surface_colour and (scene.surface, scene.surface_colour) in phrases.TINTED:
        return phrases.TINTED[scene.surface, scene.surface_colour]
    return f"{colour} {'paving slabs' if scene.surface == 'slabs' else scene.surface}".strip()


def _behind(scene: Scene) -> str:
    colour = _name(scene.backdrop_colour) if scene.backdrop_colour and scene.setting != "sweep" else ""
    if scene.setting == "beach":
        return f"by a {colour} sea" if colour else ""
    if scene.backdrop in WALLS:
        return f"before a {colour} {scene.backdrop} wall".replace("  ", " ")
    if scene.backdrop:
        return phrases.BEHIND[scene.backdrop]
    wall = "wall" if scene.setting in ("table", "shelf", "gallery") else "backdrop"
    return f"before a {colour} {wall}" if colour else ""


def _details(scene: Scene) -> Iterator[str]:
    light = phrases.LIGHT[scene.light]
    gels = " and ".join(_name(gel) for gel in (scene.light_colour, scene.second_colour) if gel)
    yield f"{gels} {light}".strip()
    if scene.weather:
        yield phrases.WEATHER[scene.weather]
    if scene.season:
        yield scene.season
    if scene.wet:
        yield "wet ground"
    if scene.pattern:
        yield phrases.PATTERN[scene.pattern]
    if scene.props:
        yield f"with {' and '.join(_prop(scene, name) for name in scene.props)}"
    if scene.view == "top":
        yield "seen from straight above"
    yield from _refinements(scene)


def _refinements(scene: Scene) -> Iterator[str]:
    if scene.shadow in phrases.SHADOW:
        yield phrases.SHADOW[scene.shadow]
    if scene.reflection is not None:
        yield "with reflections" if scene.reflection else "no reflections"
    if not scene.clouds:
        yield "no clouds"
    if not scene.sun:
        yield "no glow of the sun"
    if scene.blur != 1.0:
        yield "shallow depth of field" if scene.blur > 1.0 else "a sharp background"
    if scene.grain != 1.0:
        yield "film grain" if scene.grain > 1.0 else "no grain"


def _prop(scene: Scene, name: str) -> str:
    if name in SHAPES and scene.setting == "sweep" and scene.surface_colour:
        colour = _name(scene.surface_colour)
        return _article(f"{colour} arch").lower() if name == "arch" else f"{colour} {name}"
    return phrases.PROPS.get(name, name)


def _name(colour: Colour, material: str = "") -> str:
    """The colour's name for the material, else its nearest name, or its digits where none is near."""
    for (_material, name), rgb in OF_MATERIAL.items():
        if material and rgb == colour.rgb:
            return name
    found = min(_SHADED, key=lambda name: _distance(_SHADED[name], colour))
    return found if _distance(_SHADED[found], colour) <= _NEAR else str(colour)


def _distance(one: tuple[int, int, int], colour: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, colour.rgb, strict=True))


_NEAR = 450
"""Squared distance up to which a colour goes by a name."""

_SHADED = NAMED | {
    f"{shade} {name}": shaded(Colour(*rgb), shade).rgb
    for shade in ("pastel", "light", "dark", "vivid")
    for name, rgb in NAMED.items()
    if shade in SHADES and " " not in name
}
"""Plain names first: the first of equally near ones is taken."""
