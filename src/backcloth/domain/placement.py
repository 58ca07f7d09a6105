"""Where the subject stands on the canvas, how large, and what shadow it casts."""

from __future__ import annotations

import enum
from dataclasses import dataclass

PADDING_MAX = 0.4
"""Two such margins leave a fifth of the canvas' shorter side to the subject."""


class Position(enum.StrEnum):
    """Where the subject goes."""

    KEEP = "keep"
    """Where it was in the photo."""
    GROUND = "ground"
    """Centred from left to right, standing in the lower part of the canvas."""
    CENTER = "center"
    """Centred both ways."""


class Shadow(enum.StrEnum):
    """What shadow the subject casts."""

    AUTO = "auto"
    """What the background's own light makes of it; none on a flat colour."""
    NONE = "none"
    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Placement:
    """How the subject is shown. The default changes nothing.

    Attributes:
        position: Where it goes.
        padding: Room around it, 0..PADDING_MAX of the canvas' shorter side: it is scaled to fill the rest.
            None keeps its size.
        shadow: What shadow it casts.
    """

    position: Position = Position.KEEP
    padding: float | None = None
    shadow: Shadow = Shadow.AUTO


KEPT = Placement()
"""Nothing is moved, and no shadow is asked for."""
