"""Photographed surroundings: the lower band of CC0 panoramas, always out of focus behind the subject."""

from __future__ import annotations

import functools
import importlib.resources
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, smoothstep

_TOP = 38.0
_BOTTOM = -22.0
"""Degrees of elevation that the stored bands span."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One panorama.

    Attributes:
        file: Name in `environments/`.
        headings: Degrees along the panorama that make good views.
        sky: Blue radiance from which a pixel above the horizon is sky; 0 where there is no open sky.
    """

    file: str
    headings: tuple[float, ...]
    sky: float = 0.0


SURROUNDINGS = {
    "city": Surroundings("city.hdr", (75, 130, 200, 240, 275), 1.15),
    "street": Surroundings("street.hdr", (20, 75, 150, 190, 245, 300), 1.15),
    "park": Surroundings("park.hdr", (70, 105, 120, 260, 300), 0.95),
    "alps": Surroundings("alps.hdr", (40, 70, 140, 175, 240, 300), 1.15),
    "forest": Surroundings("forest.hdr", (55, 90, 130, 185, 215), 1.30),
    "home": Surroundings("home.hdr", (100, 150, 205, 215, 290)),
    "hotel": Surroundings("hotel.hdr", (60, 150, 175, 200, 285)),
    "warehouse": Surroundings("warehouse.hdr", (60, 150, 200, 250, 320)),
}


@functools.lru_cache(maxsize=4)
def _band(file: str) -> Radiance:
    packed = importlib.resources.files("backcloth.scene.studio").joinpath("environments", file).read_bytes()
    bgr = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_UNCHANGED)
    if bgr is None:
        raise ValueError(f"not a Radiance picture: environments/{file}")
    band = np.ascontiguousarray(bgr[..., ::-1], np.float32)
    band.setflags(write=False)
    return band


def look(around: Surroundings, heading: float, elevation: Field, azimuth: Field) -> tuple[Radiance, Field]:
    """What is seen in directions given in radians, and which of it is open sky.

    Args:
        around: The panorama.
        heading: Degrees along it of the middle of the view.
        elevation: (H, W) above the horizon; beyond the stored band its rim repeats.
        azimuth: (H, W) from the middle of the view, to the right.

    Returns:
        (H, W, 3) radiance with median 1 over the whole band, and (H, W) sky share 0..1.
    """
    band = _band(around.file)
    rows, columns = band.shape[:2]
    x = np.mod((np.degrees(azimuth) + heading) / 360.0 * columns, columns).astype(np.float32) - 0.5
    drop = (_TOP - np.degrees(elevation)) / (_TOP - _BOTTOM) * rows - 0.5
    y = as_field(np.clip(drop, 0, rows - 1.001))
    wrapped = cv2.copyMakeBorder(band, 0, 0, 2, 2, cv2.BORDER_WRAP)
    seen = as_field(cv2.remap(wrapped, x + 2.0, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    if around.sky <= 0:
        return seen, np.zeros(elevation.shape, np.float32)
    sky = smoothstep(around.sky, around.sky * 1.45, seen[..., 2]) * smoothstep(0.0, 0.025, elevation)
    return seen, as_field(sky)
