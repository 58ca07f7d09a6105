"""Contact sheets: what the figures cannot say is looked at here."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from bench.cutout.truth import Truth, composed

Pixels = npt.NDArray[np.uint8]

CELL = 260
CROP = CELL // 2
"""Side of the square that is shown at 200 %."""
GAP = 6
CAPTION = 22
SHOWN_ON = ("green", "white")
_PAPER, _INK = (245, 243, 239), (38, 36, 32)


class Sheets:
    """Collects a strip for each photo and writes a sheet whenever enough are there.

    A strip has a column for the photo, one for the true composite and one for each tool, and a row for each
    of SHOWN_ON, whole and as a 200 % crop of the place with the softest true edge.

    Args:
        folder: Where sheet-01.jpg and so on are written.
        photos: On one sheet.
    """

    def __init__(self, folder: Path, photos: int = 6) -> None:
        self._folder = folder
        self._photos = photos
        self._strips: list[Pixels] = []
        self.written: list[Path] = []
        for old in folder.glob("sheet-*.jpg"):
            old.unlink()

    def add(self, title: str, truth: Truth, cutouts: dict[str, Pixels]) -> None:
        """Takes up one photo with each tool's (H, W, 4) cut-out."""
        window = softest_window(truth.matte, CROP)
        rows = []
        for name in SHOWN_ON:
            plate = truth.plates[name]
            shown = [truth.picture, truth.composites[name]]
            shown += [composed(cutout, plate) for cutout in cutouts.values()]
            rows.append(_row([_fitted(picture) for picture in shown]))
            rows.append(_row([_enlarged(picture[window]) for picture in shown]))
        captions = [title, "true matte", *cutouts]
        self._strips.append(np.vstack([_captioned(captions), *rows]))
        if len(self._strips) == self._photos:
            self.write()

    def write(self) -> None:
        """Writes what has been collected, if anything."""
        if not self._strips:
            return
        path = self._folder / f"sheet-{len(self.written) + 1:02}.jpg"
        Image.fromarray(np.vstack(self._strips)).save(path, quality=90)
        self.written.append(path)
        self._strips = []


def softest_window(matte: Pixels, side: int) -> tuple[slice, slice]:
    """Rows and columns of the square of at most `side` pixels in which α(1 − α) sums up highest."""
    height, width = matte.shape
    tall, wide = min(side, height), min(side, width)
    coverage = matte.astype(np.float64) / 255
    sums = cv2.integral(coverage * (1 - coverage))
    totals = sums[tall:, wide:] - sums[:-tall, wide:] - sums[tall:, :-wide] + sums[:-tall, :-wide]
    top, left = np.unravel_index(int(np.argmax(totals)), totals.shape)
    return slice(int(top), int(top) + tall), slice(int(left), int(left) + wide)


def _fitted(picture: Pixels) -> Pixels:
    scale = CELL / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return _centred(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def _enlarged(crop: Pixels) -> Pixels:
    return _centred(np.ascontiguousarray(crop.repeat(2, axis=0).repeat(2, axis=1)))


def _centred(picture: Pixels) -> Pixels:
    cell = np.full((CELL, CELL, 3), _PAPER, np.uint8)
    top, left = (CELL - picture.shape[0]) // 2, (CELL - picture.shape[1]) // 2
    cell[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return cell


def _row(cells: list[Pixels]) -> Pixels:
    row = np.hstack(
        [cv2.copyMakeBorder(cell, 0, GAP, 0, GAP, cv2.BORDER_CONSTANT, value=_PAPER) for cell in cells]
    )
    return np.asarray(row, np.uint8)


def _captioned(captions: list[str]) -> Pixels:
    strip = Image.new("RGB", ((CELL + GAP) * len(captions), CAPTION), _PAPER)
    pen = ImageDraw.Draw(strip)
    for column, caption in enumerate(captions):
        pen.text((column * (CELL + GAP) + 2, 3), caption, fill=_INK, font=ImageFont.load_default(14))
    return np.asarray(strip)
