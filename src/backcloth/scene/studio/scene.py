"""The scene spec: what is to be drawn, as data."""

from __future__ import annotations

from dataclasses import dataclass

from backcloth.domain.colour import Colour


@dataclass(frozen=True, slots=True)
class Scene:
    """A background in the studio's own terms. Names are those of `vocabulary`.

    Attributes:
        setting: Which set is built.
        surface: Material of what the subject stands on; empty for the setting's own.
        surface_colour: Its colour; None for the material's own.
        backdrop: What stands behind: a wall, a window, a room, surroundings; empty for the setting's own.
        backdrop_colour: Colour of wall or backdrop.
        light: Name of the light.
        view: "level", or "top" for a camera straight above.
        shadow: Whether the subject casts shadows.
        reflection: Whether glossy surfaces mirror the subject; None leaves it to the material.
        clouds: Whether the sky has clouds.
        sun: Whether the sun's glow is seen.
        wet: Whether the ground is wet.
        pattern: Whether the light falls through a window frame.
        blur: Strength of the lens blur, 1 is usual.
        grain: Strength of the film grain, 1 is usual.
    """

    setting: str
    surface: str = ""
    surface_colour: Colour | None = None
    backdrop: str = ""
    backdrop_colour: Colour | None = None
    light: str = "soft"
    view: str = "level"
    shadow: bool = True
    reflection: bool | None = None
    clouds: bool = True
    sun: bool = True
    wet: bool = False
    pattern: bool = False
    blur: float = 1.0
    grain: float = 1.0
