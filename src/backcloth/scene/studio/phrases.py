"""Names of the scene spec as words of a sentence."""

from __future__ import annotations

from backcloth.domain.colour import Colour
from backcloth.scene.studio.vocabulary import SURFACES, TINTS

PLACE = {
    "table": "table",
    "podium": "podium",
    "steps": "flight of display steps",
    "shelf": "shelf",
    "sweep": "seamless studio backdrop",
    "stage": "stage in a spotlight",
    "gallery": "bare hall",
    "parking": "parking lot",
    "city": "city square",
    "mountain": "mountain landscape",
    "snow": "snowfield",
    "sky": "open sky",
    "lake": "jetty on a lake",
    "rocks": "rocky place",
    "water": "sheet of still water",
    "cafe": "café",
}
"""Settings that are called something else than their names."""

MADE = {
    "wood": "wooden",
    "carpet": "carpeted",
    "tiles": "tiled",
    "rock": "rough stone",
    "moss": "mossy",
    "water": "flooded",
    "snow": "snow-covered",
    "lawn": "grassy",
    "sand": "sandy",
}
"""Materials as words before a noun, where that is another word."""

LYING = {
    "moss": "Ground covered with {} moss",
    "lawn": "Ground covered with {} grass",
    "snow": "Ground covered with {} snow",
    "sand": "A bed of {} sand",
    "wet sand": "A bed of wet {} sand",
    "gravel": "A bed of {} gravel",
    "rock": "A flat {} rock",
}
"""What a table of such a surface looks like."""

TINTED: dict[tuple[str, Colour], str] = {}
"""Words for a surface in a colour that comes with the word: the first of the vocabulary's."""
for _phrase, _tint in TINTS.items():
    TINTED.setdefault((SURFACES[_phrase], _tint), _phrase)

COVERS = frozenset({"linen", "silk", "velvet", "leather", "paper"})
"""Materials that lie over something."""

UNDERFOOT = {
    "beach": ("sand",),
    "garden": ("lawn",),
    "meadow": ("lawn",),
    "snow": ("snow",),
    "desert": ("sand",),
    "street": ("asphalt",),
    "parking": ("asphalt",),
    "lake": ("wood", "white wood"),
    "rocks": ("rock",),
    "water": ("water",),
}
"""What is found there anyway."""

BEHIND = {
    "window": "by a window",
    "room": "in a room",
    "kitchen": "in a kitchen",
    "cafe": "in a café",
    "bathroom": "in a bathroom",
    "office": "in an office",
    "warehouse": "in a warehouse",
    "books": "before shelves of books",
    "park": "in a park",
    "forest": "in a forest",
    "alps": "before mountains",
    "dunes": "before dunes",
    "snow": "in the snow",
    "city": "in a city",
    "street": "in a street",
    "sky": "under the sky",
    "sea": "by the sea",
    "lights": "before blurred lamps",
    "leaves": "before foliage",
    "curtain": "before a curtain",
}

LIGHT = {
    "soft": "soft light",
    "bright": "bright even light",
    "window": "soft window light",
    "morning": "low morning light",
    "day": "daylight",
    "overcast": "overcast light",
    "golden": "golden-hour light",
    "sunset": "sunset light",
    "dusk": "dusk",
    "night": "lamplight at night",
    "warm": "warm light",
    "dramatic": "dramatic low-key light",
    "neon": "neon light",
}

WEATHER = {
    "clear": "clear weather",
    "cloudy": "clouds",
    "fog": "fog",
    "rain": "rain",
    "snowfall": "falling snow",
}

PATTERN = {
    "window": "the light of a window frame",
    "leaves": "shadows of leaves",
    "blinds": "stripes of light through blinds",
}

PROPS = {
    "drops": "water drops",
    "plant": "a plant",
    "palm": "palm leaves",
    "fir": "fir branches",
    "arch": "an arch",
    "lights": "fairy lights",
    "cloth": "a draped cloth",
}

SHADOW = {"none": "no shadow", "soft": "a soft shadow", "hard": "a hard shadow"}
