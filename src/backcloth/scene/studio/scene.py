"""The scene spec: what is to be drawn, as data."""

from __future__ import annotations

from dataclasses import dataclass

from backcloth.domain.colour import Colour

STANDS = frozenset({"table", "podium", "steps", "shelf"})
"""Settings in which the subject stands on something before a backdrop."""

ROOMS = frozenset(
    {"room", "living room", "bedroom", "office", "kitchen", "cafe", "bathroom", "warehouse", "gallery"}
)
"""Settings with a floor indoors; `gallery` is a floor that meets a wall of the backdrop's material."""

STREETS = frozenset({"parking", "street", "city", "garden", "terrace"})
"""Settings on ground that people made."""

NATURE = frozenset(
    {"beach", "meadow", "forest", "mountain", "desert", "snow", "sky", "lake", "rocks", "water"}
)
"""Settings under the open sky; `lake` is a jetty or a shore, `water` a still mirror to stand on."""

SETTINGS = frozenset({"sweep", "stage"}) | STANDS | ROOMS | STREETS | NATURE
"""Every setting; `sweep` is a seamless studio, `stage` a dark floor in a spotlight."""

SURFACES = frozenset(
    {"marble", "wood", "oak", "walnut", "dark wood", "white wood", "pine", "concrete", "slate", "terrazzo"}
    | {"linen", "silk", "velvet", "leather", "paper", "plaster", "cork", "brushed metal", "acrylic"}
    | {"brick", "tiles", "slabs", "cobbles", "gravel", "rock", "asphalt", "sand", "wet sand", "soil"}
    | {"leaf litter", "moss", "lawn", "snow", "carpet", "water"}
)
"""Every material that something can stand on or that a wall can be made of."""

WALLS = frozenset({"plaster", "concrete", "brick", "tiles", "oak", "dark wood", "white wood", "marble"})
"""Materials of a wall that is seen as a wall, little out of focus."""

VIEWS = (
    frozenset({"window", "room", "kitchen", "cafe", "bathroom", "office", "warehouse", "books"})
    | frozenset({"park", "forest", "city", "street", "alps", "dunes", "snow", "sky", "sea"})
    | frozenset({"lights", "leaves", "curtain"})
)
"""What may stand behind out of focus; `lights` are lamps' blur circles, `leaves` foliage close by."""

BACKDROPS = WALLS | VIEWS
"""Every backdrop."""

LIGHTS = frozenset(
    {"soft", "bright", "window", "morning", "day", "overcast", "golden", "sunset", "dusk", "night"}
    | {"warm", "dramatic", "neon"}
)
"""Every light."""

WEATHERS = frozenset({"", "clear", "cloudy", "fog", "rain", "snowfall"})
"""Every weather; the empty one is the light's own."""

SEASONS = frozenset({"", "spring", "summer", "autumn", "winter"})
"""Every season; the empty one leaves plants as they are."""

PATTERNS = frozenset({"", "window", "leaves", "blinds"})
"""What the key light falls through."""

SHADOWS = frozenset({"auto", "none", "soft", "hard"})
"""How the subject's shadow looks; `auto` is the light's own."""

PROPS = frozenset(
    {"leaves", "petals", "pebbles", "drops", "confetti", "plant", "palm", "fir", "blocks", "arch"}
    | {"lights", "candles", "mist", "books", "cloth"}
)
"""Every prop: small things strewn around, plants that look into the picture, shapes that stand behind."""


SHORES = frozenset({"gravel", "rock", "sand", "wet sand", "soil", "lawn", "moss"})
"""Surfaces with which a lake has a shore instead of a jetty."""

SHAPES = frozenset({"blocks", "arch"})
"""Props whose colour a sweep's surface colour is."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A background in the studio's own terms. Names are those of the sets above.

    Attributes:
        setting: Which set is built.
        surface: Material of what the subject stands on; empty for the setting's own.
        surface_colour: Its colour; None for the material's own. In a sweep the colour of blocks and arches;
            without these that of the floor, which turns into the backdrop's as it rises.
        backdrop: What stands behind: a wall, a window, a room, surroundings; empty for the setting's own.
        backdrop_colour: Colour of wall or backdrop, of the sea, or of a sweep.
        light: Name of the light.
        light_colour: Colour of the key light: a gel, a neon tube; None for the light's own.
        second_colour: Colour of a second lamp on the other side; None for the light's own, if any.
        weather: Name of the weather, outdoors.
        season: Name of the season, outdoors.
        props: Names of props, in the order they were asked for.
        view: "level", or "top" for a camera straight above.
        shadow: How the subject's shadow looks.
        reflection: Whether glossy surfaces mirror the subject; None leaves it to the material.
        clouds: Whether the sky has clouds.
        sun: Whether the sun's glow is seen.
        wet: Whether the ground is wet.
        pattern: What the key light falls through.
        blur: Strength of the lens blur, 1 is usual.
        grain: Strength of the film grain, 1 is usual.
    """

    setting: str
    surface: str = ""
    surface_colour: Colour | None = None
    backdrop: str = ""
    backdrop_colour: Colour | None = None
    light: str = "soft"
    light_colour: Colour | None = None
    second_colour: Colour | None = None
    weather: str = ""
    season: str = ""
    props: tuple[str, ...] = ()
    view: str = "level"
    shadow: str = "auto"
    reflection: bool | None = None
    clouds: bool = True
    sun: bool = True
    wet: bool = False
    pattern: str = ""
    blur: float = 1.0
    grain: float = 1.0
