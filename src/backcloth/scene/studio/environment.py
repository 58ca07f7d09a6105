"""Photographed surroundings: the lower band of CC0 panoramas, always out of focus behind the subject."""

from __future__ import annotations

import functools
import importlib.resources
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, smoothstep

_TOP = 38.0
_BOTTOM = -22.0
"""Degrees of elevation that the stored bands span."""

_MIXED = 2
"""Pixels around open sky in which sky and land are taken to be mixed."""


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
    "city": Surroundings("city.hdr", (35, 75, 130, 200, 240, 275), 2.8),
    "street": Surroundings("street.hdr", (20, 75, 190, 245, 300), 4.2),
    "park": Surroundings("park.hdr", (70, 105, 120, 260, 300), 0.80),
    "alps": Surroundings("alps.hdr", (55, 140, 175, 240, 300), 1.7),
    "highland": Surroundings("alps.hdr", (215, 245, 300), 1.7),
    "garden": Surroundings("garden.hdr", (55, 90, 110, 130, 170), 2.2),
    "woods": Surroundings("woods.hdr", (60, 150, 165, 185, 270)),
    "ridge": Surroundings("ridge.hdr", (20, 60, 150, 190, 235, 310), 0.9),
    "lagoon": Surroundings("lagoon.hdr", (150, 175, 200), 1.4),
    "piazza": Surroundings("lagoon.hdr", (20, 40, 330), 1.4),
    "sunrise": Surroundings("sunrise.hdr", (60, 110, 130, 165), 1.3),
    "home": Surroundings("home.hdr", (100, 150, 205, 215, 290)),
    "hotel": Surroundings("hotel.hdr", (60, 150, 175, 200, 285)),
    "lobby": Surroundings("lobby.hdr", (105, 130, 190, 265)),
    "bridge": Surroundings("bridge.hdr", (90, 150, 270, 300)),
    "warehouse": Surroundings("warehouse.hdr", (60, 150, 200, 250, 320)),
}


@functools.lru_cache(maxsize=8)
def _band(file: str) -> Radiance:
    packed = importlib.resources.files("backcloth.scene.studio").joinpath("environments", file).read_bytes()
    bgr = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_UNCHANGED)
    if bgr is None:
        raise ValueError(f"not a Radiance picture: environments/{file}")
    band = np.ascontiguousarray(bgr[..., ::-1], np.float32)
    band.setflags(write=False)
    return band


@functools.lru_cache(maxsize=8)
def _parted(file: str, threshold: float) -> tuple[Radiance, Field]:
    """A band with its sky taken away, and the share of sky in each pixel.

    Where a twig or a roof takes a part of a pixel, the photo shows the sky's light in it. There land goes
    on from its neighbours instead, so that no pale rim is left when another sky is put behind. Pale walls
    and windows are no sky, as none of them is open to the band's upper rim.
    """
    band = _band(file)
    rows = band.shape[0]
    elevation = _TOP - (np.arange(rows, dtype=np.float32)[:, None] + 0.5) / rows * (_TOP - _BOTTOM)
    above = smoothstep(0.3, 1.6, elevation)
    blue = band[..., 2]
    clear = ((blue > threshold) & (above > 0.5)).astype(np.uint8)
    pieces = cv2.connectedComponents(clear, connectivity=4)[1]
    clear = np.isin(pieces, np.setdiff1d(pieces[0], 0)).astype(np.uint8)
    near = cv2.dilate(clear, np.ones((2 * _MIXED + 1, 2 * _MIXED + 1), np.uint8)) > 0
    share = np.where(near, smoothstep(0.35 * threshold, 1.25 * threshold, blue), 0.0) * above
    solid = np.where(share < 0.04, 1.0, 0.0).astype(np.float32)
    land = mix(_spread(band, solid), band, solid)
    return land, as_field(share)


def _spread(light: Radiance, known: Field) -> Radiance:
    """The known pixels' light carried over to their neighbours: a mean weighted towards close ones."""
    total = np.zeros_like(light)
    weight = np.full(known.shape, 1e-9, np.float32)
    for sigma, gain in ((1.2, 1.0), (4.0, 1e-2), (16.0, 1e-4), (60.0, 1e-6)):
        total += gain * cv2.GaussianBlur(light * known[..., None], (0, 0), sigma)
        weight += gain * cv2.GaussianBlur(known, (0, 0), sigma)
    return as_field(total / weight[..., None])


def look(around: Surroundings, heading: float, elevation: Field, azimuth: Field) -> tuple[Radiance, Field]:
    """What is seen in directions given in radians, and which of it is open sky.

    Args:
        around: The panorama.
        heading: Degrees along it of the middle of the view.
        elevation: (H, W) above the horizon; beyond the stored band its rim repeats.
        azimuth: (H, W) from the middle of the view, to the right.

    Returns:
        (H, W, 3) radiance without the sky's, with median 1 over the whole band, and (H, W) sky share 0..1.
    """
    if around.sky <= 0:
        seen = _sampled(_band(around.file), heading, elevation, azimuth)
        return seen, np.zeros(elevation.shape, np.float32)
    land, sky = _parted(around.file, around.sky)
    seen = _sampled(np.dstack([land, sky]), heading, elevation, azimuth)
    return np.ascontiguousarray(seen[..., :3]), np.ascontiguousarray(seen[..., 3])


def _sampled(band: Radiance, heading: float, elevation: Field, azimuth: Field) -> Radiance:
    rows, columns = band.shape[:2]
    x = np.mod((np.degrees(azimuth) + heading) / 360.0 * columns, columns).astype(np.float32) - 0.5
    drop = (_TOP - np.degrees(elevation)) / (_TOP - _BOTTOM) * rows - 0.5
    y = as_field(np.clip(drop, 0, rows - 1.001))
    wrapped = cv2.copyMakeBorder(band, 0, 0, 2, 2, cv2.BORDER_WRAP)
    return as_field(cv2.remap(wrapped, x + 2.0, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
