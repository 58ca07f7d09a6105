"""The subjects that plates are drawn for: real photos, cut out once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backcloth.cutout.presets import open_segmenter
from backcloth.cutout.subject import extract
from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.geometry import canvas_size, resize_matte, resize_picture
from backcloth.settings import Settings

Pixels = npt.NDArray[np.uint8]

_ROOT = Path(__file__).parents[2]

PHOTOS = {
    "product": ("dropper-bottle", "espresso", "fig-bowl"),
    "floor": ("spindle-chair", "shepherd-dog", "sheep"),
    "bust": ("astronaut", "cat"),
}
"""Names of photos by how their subject stands: on a table, on the ground, cut by the frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A cut-out: (H, W, 3) uint8 sRGB `picture` and `foreground`, (H, W) uint8 `matte`."""

    name: str
    picture: Pixels
    foreground: Pixels
    matte: Pixels

    def sized(self, longest: int) -> Subject:
        """The subject with its longer side scaled to `longest` pixels."""
        height, width = self.matte.shape
        scale = longest / max(height, width)
        size = (round(width * scale), round(height * scale))
        return Subject(
            self.name,
            resize_picture(self.picture, size),
            resize_picture(self.foreground, size),
            resize_matte(self.matte, size),
        )


def subjects() -> dict[str, tuple[Subject, ...]]:
    """All of PHOTOS at one megapixel, cut out with the preset and models of the settings."""
    settings = Settings().cutout
    segmenter = open_segmenter(settings.preset, settings.models_dir)
    made: dict[str, tuple[Subject, ...]] = {}
    for kind, names in PHOTOS.items():
        cut = []
        for name in names:
            photo = decode(_file(name).read_bytes(), parameter="image", max_pixels=50_000_000).picture
            photo = resize_picture(photo, canvas_size(photo.shape[1], photo.shape[0], original=False))
            found = extract(Photo(photo), segmenter, force=False)
            cut.append(Subject(name, found.picture, found.foreground, found.matte))
        made[kind] = tuple(cut)
    return made


def _file(name: str) -> Path:
    for folder in (_ROOT / "demo" / "photos", Path(__file__).parent / "photos"):
        if (path := folder / f"{name}.jpg").is_file():
            return path
    raise FileNotFoundError(f"no photo is called {name}.jpg")
