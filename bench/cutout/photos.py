"""The photos with true mattes, each brought to the size that the service works at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.decode import decode
from backcloth.imaging.geometry import canvas_size, resize_matte, resize_picture

Pixels = npt.NDArray[np.uint8]

VARIABLE = "EVAL_CUTOUT_DIR"
DEFAULT = Path(__file__).parents[3] / "shared" / "eval-cutout"
_MOST_PIXELS = 100_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """A photo and where its true matte lies."""

    group: str
    name: str
    photo: Path
    matte: Path

    def load(self, *, original: bool) -> tuple[Pixels, Pixels]:
        """Photo (H, W, 3) sRGB and matte (H, W), at the service's canvas or at the photo's `original` size.

        Any alpha of the photo is left out.

        Raises:
            ValueError: the matte cannot be read, or its shape is not the photo's.
        """
        picture = decode(self.photo.read_bytes(), parameter=self.name, max_pixels=_MOST_PIXELS).picture
        matte = cv2.imread(str(self.matte), cv2.IMREAD_GRAYSCALE)
        if matte is None or matte.shape != picture.shape[:2]:
            raise ValueError(f"{self.group}/{self.name}: the matte is unreadable or not of the photo's size")
        size = canvas_size(picture.shape[1], picture.shape[0], original=original)
        return resize_picture(picture, size), resize_matte(np.asarray(matte, np.uint8), size)


def folder() -> Path:
    """Where the photos are: the variable's folder, else the default's.

    Raises:
        SystemExit: there is no such folder.
    """
    chosen = Path(os.environ.get(VARIABLE) or DEFAULT)
    if not chosen.is_dir():
        raise SystemExit(
            f"No photos to measure on: set {VARIABLE} to a folder with GROUP/im/NAME.* and GROUP/gt/NAME.png."
        )
    return chosen


def find(root: Path, groups: list[str], count: int) -> list[Case]:
    """The photos of some groups (all where none is named), evenly thinned to `count` (0: all of them).

    Raises:
        SystemExit: a group is not there, or there is nothing at all.
    """
    there = sorted(path.name for path in root.iterdir() if (path / "im").is_dir())
    if unknown := sorted(set(groups) - set(there)):
        raise SystemExit(f"No group is called {', '.join(unknown)}: choose from {', '.join(there)}.")
    cases = [case for group in there if group in (groups or there) for case in _of_group(root / group)]
    if not cases:
        raise SystemExit(f"{root} holds no photo with a matte.")
    if not 0 < count < len(cases):
        return cases
    return [cases[position * len(cases) // count] for position in range(count)]


def _of_group(group: Path) -> Iterator[Case]:
    for photo in sorted((group / "im").iterdir()):
        matte = group / "gt" / f"{photo.stem}.png"
        if matte.is_file():
            yield Case(group.name, photo.stem, photo, matte)
