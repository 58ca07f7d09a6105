"""What the right answer looks like on new backgrounds, and how far a tool's composite is from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.blend import composite
from backcloth.imaging.geometry import cover
from bench.cutout import deltae
from bench.cutout.foreground import true_foreground
from bench.cutout.metrics import edge_band

Pixels = npt.NDArray[np.uint8]

FLAT = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 255, 0)}
PHOTO = Path(__file__).parents[2] / "demo" / "references" / "autumn-meadow.jpg"
BACKGROUNDS = (*FLAT, "photo")


@dataclass(frozen=True, slots=True)
class Truth:
    """One photo's right answer, all at the photo's size.

    Attributes:
        picture: (H, W, 3) uint8 sRGB photo.
        matte: (H, W) uint8 true matte.
        band: (H, W) bool, where edges are judged.
        plates: The backgrounds by name, (H, W, 3) uint8 sRGB.
        composites: The true composite on each.
    """

    picture: Pixels
    matte: Pixels
    band: npt.NDArray[np.bool_]
    plates: dict[str, Pixels]
    composites: dict[str, Pixels]


def truth_of(picture: Pixels, matte: Pixels) -> Truth:
    """Composes the photo's subject, with its true matte and colours, on every background."""
    plates = {name: np.full_like(picture, colour) for name, colour in FLAT.items()}
    plates["photo"] = cover(_backdrop(), (picture.shape[1], picture.shape[0]))
    foreground = true_foreground(picture, matte)
    composites = {name: composite(picture, foreground, matte, plate) for name, plate in plates.items()}
    return Truth(picture, matte, edge_band(matte), plates, composites)


def composed(cutout: Pixels, plate: Pixels) -> Pixels:
    """A tool's cut-out, (H, W, 4) with straight alpha, over a plate. The same rounding for every tool."""
    colours = np.ascontiguousarray(cutout[..., :3])
    return composite(colours, colours, np.ascontiguousarray(cutout[..., 3]), plate)


def composite_errors(cutout: Pixels, truth: Truth) -> dict[str, float]:
    """Mean ΔE2000 in the band between a tool's composite and the true one, for each background."""
    # Compositing knows no neighbours, so a column of the band's pixels is as good as the whole picture.
    edge = cutout[truth.band][:, None]
    return {
        name: _mean_difference(
            composed(edge, plate[truth.band][:, None])[:, 0], truth.composites[name][truth.band]
        )
        for name, plate in truth.plates.items()
    }


def _mean_difference(one: Pixels, other: Pixels) -> float:
    """Of (N, 3) pixels; equal ones, which are the most, are 0 without being looked at."""
    differs = np.any(one != other, axis=1)
    if not differs.any():
        return 0.0
    seen = deltae.difference(deltae.lab(one[differs]), deltae.lab(other[differs]))
    return float(seen.sum()) / len(one)


@cache
def _backdrop() -> Pixels:
    read = cv2.imread(str(PHOTO), cv2.IMREAD_COLOR)
    if read is None:
        raise FileNotFoundError(PHOTO)
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
