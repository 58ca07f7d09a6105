"""The camera that the plate is seen through: a pinhole with a vertical image plane and a shifted lens.

With the image plane upright (a view camera's rise and fall), verticals stay vertical, a row is one depth
of the ground, and the horizon may lie anywhere, so every ground lookup needs one division per row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.stance import Stance

_STEEPEST = 22.0
"""Degrees that a camera is taken to look down at most on feet whose footprint's shape is unknown."""

_LEVEL = 12.0
"""Degrees that a camera outdoors looks down before the plate gives way to a view of the horizon."""

_LENSES = (1.25, 2.1)
"""Focal lengths over the plate's longer side: 45 to 76 mm on a 36 mm film."""

_AWAY = 2.9
"""Subject's sizes from which a photo of it is plausibly taken: a bottle of 25 cm from 75 cm away."""

_EYE = 0.62
"""Height of the horizon above the contact, as a share of the subject's extent, where nothing tells."""

_PRODUCT, _GROWN = 0.25, 1.4
"""Metres that a subject on a table and one on the ground are taken to measure."""

_BUST = 0.75
"""Metres that a subject cut off by the frame is taken to show."""

_BUST_RISE = 1.5
"""Metres of the camera above the ground for such a subject: eye level."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Ground geometry. Lengths on the ground are metres, in the picture pixels.

    Attributes:
        width, height: Of the plate.
        focal: Focal length in pixels.
        horizon: Row of the horizon; may lie outside the plate.
        contact_row: Row where the subject stands; the focus plane.
        rise: Metres of the camera above the ground.
    """

    width: int
    height: int
    focal: float
    horizon: float
    contact_row: float
    rise: float

    @property
    def focus(self) -> float:
        """Depth of the subject in metres."""
        return self.focal * self.rise / (self.contact_row - self.horizon)

    @property
    def foreshortening(self) -> float:
        """Height over width of a small ground square at the subject."""
        return (self.contact_row - self.horizon) / self.focal

    @property
    def pixel(self) -> float:
        """Metres that one pixel shows at the subject."""
        return self.focus / self.focal

    def depth(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Metres to the ground seen in each row; rows at or above the horizon count as just below it."""
        below = np.maximum(rows - self.horizon, 0.02 * (self.contact_row - self.horizon))
        return np.asarray(self.focal * self.rise / below, np.float32)

    def row(self, depth: float) -> float:
        """The row that shows the ground at `depth` metres."""
        return self.horizon + self.focal * self.rise / depth

    def ground(self, column: float, row: float) -> tuple[float, float]:
        """(x, depth) in metres of the ground point behind a pixel below the horizon."""
        depth = self.focal * self.rise / max(row - self.horizon, 1e-3)
        return (column - self.width / 2) * depth / self.focal, depth

    def project(self, x: float, depth: float) -> tuple[float, float]:
        """(column, row) of a ground point in front of the camera."""
        return self.width / 2 + x * self.focal / depth, self.row(depth)


def seen_from(stance: Stance, usual: float | None) -> float | None:
    """Degrees that the camera looks down at the subject; None for a camera at about its eye level.

    Args:
        stance: Tells how the subject was seen where it stands on a round base or on the feet of furniture.
        usual: Degrees of a set built for products; None outdoors and in rooms. There the view is kept level
            enough to show the place: beyond 12 degrees, 45 % of what is left are kept.
    """
    if stance.pitch is not None:
        seen = float(np.clip(stance.pitch, 5.0, 48.0))
        return seen if usual is not None else min(seen, _LEVEL) + 0.45 * max(seen - _LEVEL, 0.0)
    if usual is None:
        return None
    footprint = float(np.degrees(np.arctan2(stance.spread, stance.base_width)))
    return max(usual, min(_STEEPEST, footprint))


def lens_for(stance: Stance, size: tuple[int, int]) -> float:
    """Focal length in pixels that shows the subject this large from a distance photos are taken from."""
    longest = max(size)
    if not stance.present:
        return 1.5 * longest
    return float(np.clip(_AWAY * stance.extent, _LENSES[0] * longest, _LENSES[1] * longest))


def camera_of(stance: Stance, size: tuple[int, int], usual: float | None) -> Camera:
    """The camera that the subject's photo was plausibly taken with, for a plate of `size` (width, height).

    Args:
        stance: How the subject stands.
        size: Of the plate.
        usual: Degrees that it looks down in a set built for products, where the subject does not tell and is
            taken to be _PRODUCT large; None outdoors and in rooms, where it is taken to be _GROWN.
    """
    return place_camera(
        stance,
        size,
        pitch=seen_from(stance, usual),
        real_size=_GROWN if usual is None else _PRODUCT,
        focal=lens_for(stance, size),
    )


def place_camera(
    stance: Stance,
    size: tuple[int, int],
    *,
    pitch: float | None,
    real_size: float,
    focal: float | None = None,
) -> Camera:
    """The camera from which the subject was plausibly seen.

    Args:
        stance: How the subject stands.
        size: (width, height) of the plate.
        pitch: Degrees that the camera looks down at the contact; None puts the horizon at eye level.
        real_size: Metres that the subject's extent is taken for.
        focal: Focal length in pixels; None takes one and a half times the plate's longer side.
    """
    width, height = size
    focal = focal or 1.5 * max(width, height)
    if stance.present and not stance.grounded:
        horizon = float(np.clip(stance.top + 0.33 * stance.extent, 0.25 * height, 0.6 * height))
        return Camera(width, height, focal, horizon, horizon + _BUST_RISE * stance.extent / _BUST, _BUST_RISE)
    if pitch is not None:
        lift = focal * float(np.tan(np.radians(pitch)))
    else:
        lift = float(np.clip(_EYE * stance.extent, 0.10 * height, 0.62 * height))
    lift = max(lift, 1.0)
    rise = lift * real_size / stance.extent
    return Camera(width, height, focal, stance.contact_row - lift, stance.contact_row, rise)
