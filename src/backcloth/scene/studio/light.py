"""Light: what colour it has, where it comes from, and how soft its shadows are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Rgb, as_field, rgb, smoothstep, triple
from backcloth.scene.studio.scene import NATURE, Scene
from backcloth.scene.studio.tone import surface_colour

_LARGE, _SMALL = 0.36, 0.010
"""Softness of a light at least where a soft shadow is asked for, and at most where a hard one is."""

_PALE, _PLAIN = 0.46, 0.58
"""Share of the light that the key has at most for a soft shadow, and at least for a hard one."""


@dataclass(frozen=True, slots=True)
class Light:
    """A key light and the ambient light around it. The two add up to about 1 on open ground.

    Attributes:
        name: As in the vocabulary.
        key: Colour and strength of the key light on the ground.
        ambient: Colour and strength of everything else.
        elevation: Degrees of the key above the ground.
        softness: Tangent of half the key's apparent size: how fast shadows blur with distance.
        background: How bright the far background is, relative to the ground.
        pool: 0 even light .. 1 a pool of light around the subject and darkness beyond.
        second: Colour and strength of a second lamp on the other side; black where there is none.
    """

    name: str
    key: Rgb
    ambient: Rgb
    elevation: float
    softness: float
    background: float = 1.0
    pool: float = 0.0
    second: Rgb = (0.0, 0.0, 0.0)

    @property
    def key_share(self) -> float:
        """The part of all the light on open ground that comes from the key, 0..1."""
        key, ambient = sum(self.key), sum(self.ambient)
        return key / max(key + ambient, 1e-6)


LIGHTS = {
    light.name: light
    for light in (
        Light("soft", (0.50, 0.49, 0.48), (0.50, 0.51, 0.52), 52, 0.30, pool=0.18),
        Light("bright", (0.52, 0.52, 0.51), (0.58, 0.58, 0.59), 56, 0.40, 1.12, pool=0.05),
        Light("window", (0.68, 0.64, 0.58), (0.36, 0.38, 0.42), 38, 0.16, pool=0.20),
        Light("morning", (0.78, 0.66, 0.50), (0.34, 0.36, 0.41), 30, 0.07, pool=0.15),
        Light("day", (0.80, 0.76, 0.68), (0.26, 0.30, 0.36), 46, 0.016),
        Light("overcast", (0.16, 0.16, 0.16), (0.74, 0.77, 0.81), 65, 0.60),
        Light("golden", (0.86, 0.62, 0.38), (0.26, 0.27, 0.33), 22, 0.03, pool=0.10),
        Light("sunset", (0.70, 0.46, 0.29), (0.31, 0.30, 0.35), 16, 0.07, 0.85, pool=0.18),
        Light("dusk", (0.10, 0.11, 0.15), (0.25, 0.29, 0.40), 50, 0.5, 0.7, pool=0.35),
        Light("night", (0.34, 0.28, 0.20), (0.055, 0.07, 0.115), 58, 0.10, 0.35, pool=0.85),
        Light("warm", (0.58, 0.46, 0.33), (0.36, 0.31, 0.26), 46, 0.22, 0.85, pool=0.30),
        Light("dramatic", (0.62, 0.60, 0.57), (0.09, 0.095, 0.105), 40, 0.07, 0.28, pool=0.75),
        Light(
            "neon",
            key=(0.74, 0.07, 0.42),
            ambient=(0.050, 0.040, 0.095),
            elevation=38,
            softness=0.14,
            background=0.45,
            pool=0.45,
            second=(0.03, 0.36, 0.70),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Key:
    """Where the key stands for one picture.

    Attributes:
        side: -1 when it stands on the left, 1 on the right.
        away: Unit vector on the ground, (x, depth), along which shadows fall.
        reach: Length of a shadow over the height of what casts it.
    """

    side: float
    away: tuple[float, float]
    reach: float

    @property
    def opposite(self) -> Key:
        """The place of a second lamp, on the other side."""
        return Key(-self.side, (-self.away[0], self.away[1]), self.reach)


def light_of(scene: Scene) -> Light:
    """The scene's light, in the colour and with the shadow that were asked for.

    A colour tints the key alone, a second one a lamp on the other side; a soft shadow takes a large and
    weaker key, a hard one a small and strong.
    """
    light = LIGHTS[scene.light]
    if scene.second_colour is not None:
        lamp = light.second if any(light.second) else light.key
        light = replace(light, second=_tinted(lamp, scene.second_colour))
    if scene.light_colour is not None:
        light = replace(light, key=_tinted(light.key, scene.light_colour))
    if scene.shadow == "soft":
        light = replace(_shared(light, most=_PALE), softness=max(light.softness, _LARGE))
    if scene.shadow == "hard":
        light = replace(_shared(light, least=_PLAIN), softness=min(light.softness, _SMALL))
    return light


def _tinted(key: Rgb, colour: Colour) -> Rgb:
    """A key about as strong, but deeper, in another colour; a trace of white keeps all from black."""
    wanted = rgb(surface_colour(colour.rgb))
    wanted = wanted / max(float(wanted.max()), 1e-3) * 0.96 + 0.04
    strength = 0.8 * float(wanted.max()) + 0.2 * _luminance(wanted)
    tinted = wanted * (_luminance(rgb(key)) / strength)
    return triple(tinted)


def _shared(light: Light, *, least: float = 0.0, most: float = 1.0) -> Light:
    """The light with the key's share of it between two limits, and as bright as before."""
    key, ambient = rgb(light.key), rgb(light.ambient)
    have = _luminance(key) / max(_luminance(key) + _luminance(ambient), 1e-6)
    want = min(max(have, least), most)
    if want == have:
        return light
    key, ambient = key * (want / have), ambient * ((1.0 - want) / (1.0 - have))
    return replace(light, key=triple(key), ambient=triple(ambient))


def _luminance(colour: Field) -> float:
    return float(colour @ rgb((0.2126, 0.7152, 0.0722)))


def sun_in_view(scene: Scene) -> bool:
    """Whether the sky of the picture shows the sun: a low one, in the open, in fair weather."""
    low, fair = scene.light in {"golden", "sunset"}, scene.weather in {"", "clear"}
    return low and fair and scene.sun and scene.setting in NATURE - {"forest"}


def lamps(light: Light, key: Key, width: int) -> tuple[Field, Field]:
    """Colour and strength of the key and of the second lamp in each column, both (1, width, 3).

    One lamp lights all columns alike; of two, each lights its own side and fades towards the other's.
    """
    if not any(light.second):
        even = np.ones((1, width, 3), np.float32)
        return as_field(rgb(light.key) * even), 0.0 * even
    x = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :, None] * key.side
    near, far = 0.10 + 1.10 * smoothstep(-0.9, 0.9, x), 0.10 + 1.10 * smoothstep(0.9, -0.9, x)
    return as_field(rgb(light.key) * near), as_field(rgb(light.second) * far)


def place_key(light: Light, lit_from: float, rng: np.random.Generator, *, behind: bool = False) -> Key:
    """Puts the key on the side that the subject is lit from, or on a side drawn by chance.

    Args:
        light: Gives the elevation.
        lit_from: -1 left .. 1 right, 0 unknown.
        rng: Draws the side where it is unknown, and a small turn.
        behind: True puts the key beside and a little behind the subject, so that shadows fall towards the
            camera: where the sun stands in the picture. A sun quite behind would not fit the subject's light.
    """
    chance = 1.0 if rng.random() < 0.5 else -1.0
    side = float(np.sign(lit_from)) if abs(lit_from) > 0.12 else chance
    angle = math.radians(float(rng.uniform(30, 44) if behind else rng.uniform(34, 52)))
    depth = -math.sin(angle) if behind else math.sin(angle)
    elevation = light.elevation + float(rng.uniform(-4, 4))
    return Key(side, (-side * math.cos(angle), depth), min(2.6, 1 / math.tan(math.radians(elevation))))
