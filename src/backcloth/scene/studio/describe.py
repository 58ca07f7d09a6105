"""A scene in a few words."""

from __future__ import annotations

from backcloth.domain.colour import Colour
from backcloth.scene.studio.colours import NAMED, OF_MATERIAL
from backcloth.scene.studio.scene import Scene

_SETTING = {
    "table": "table top",
    "sweep": "studio sweep",
    "podium": "podium in a studio",
    "parking": "parking lot",
    "street": "street",
    "city": "city square",
    "beach": "beach",
    "meadow": "meadow",
    "forest": "forest",
    "mountain": "mountain meadow",
    "desert": "desert",
    "snow": "snowfield",
    "sky": "open sky",
    "room": "room",
}

_BEHIND = {
    "window": "by a window",
    "room": "in a room",
    "kitchen": "in a kitchen",
    "cafe": "in a café",
    "warehouse": "in a warehouse",
    "park": "in a park",
    "forest": "in a forest",
    "alps": "in the mountains",
    "city": "in a city",
    "street": "in a city",
    "sky": "under the sky",
    "sea": "by the sea",
}

_LIGHT = {
    "soft": "soft studio light",
    "bright": "bright even light",
    "window": "soft window light",
    "morning": "low morning light",
    "day": "daylight",
    "overcast": "overcast light",
    "golden": "golden-hour light",
    "sunset": "sunset light",
    "dusk": "dusk",
    "night": "night",
    "warm": "warm light",
    "dramatic": "dramatic low-key light",
}


def describe(scene: Scene) -> str:
    """The scene as a person would name it: `table top, white marble, by a window, soft window light`."""
    parts = [_SETTING.get(scene.setting, scene.setting)]
    if scene.surface:
        colour = f"{_name(scene.surface_colour, scene.surface)} " if scene.surface_colour else ""
        parts.append(f"{colour}{scene.surface}")
    elif scene.surface_colour:
        parts.append(_name(scene.surface_colour))
    if scene.backdrop:
        parts.append(_BEHIND[scene.backdrop])
    if scene.backdrop_colour:
        parts.append(f"{_name(scene.backdrop_colour)} {'water' if scene.setting == 'beach' else 'backdrop'}")
    parts.append(_LIGHT[scene.light])
    if scene.wet:
        parts.append("wet ground")
    if scene.view == "top":
        parts.append("seen from above")
    if scene.shadow == "none":
        parts.append("no shadow")
    return ", ".join(parts)


def _name(colour: Colour, material: str = "") -> str:
    """The colour's name for the material, else its nearest name, or its digits where none is near."""
    for (_material, name), rgb in OF_MATERIAL.items():
        if material and rgb == colour.rgb:
            return name

    def distance(name: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(NAMED[name], colour.rgb, strict=True))

    nearest = min(NAMED, key=distance)
    return nearest if distance(nearest) <= 900 else str(colour)
