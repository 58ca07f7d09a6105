"""Contact sheets of finished pictures, each with its prompt and what the studio said about it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Pixels = npt.NDArray[np.uint8]

CELL = 400
CAPTION = 76
GAP = 8
_PAPER, _INK = (245, 243, 239), (38, 36, 32)


class Sheet:
    """Collects pictures and writes a numbered sheet whenever `columns` × `rows` are there.

    Args:
        folder: Where the sheets are written.
        stem: Of their names: `<stem>-01.jpg` and so on; older ones of that name are removed.
        columns, rows: Pictures on a sheet.
    """

    def __init__(self, folder: Path, stem: str, *, columns: int = 4, rows: int = 3) -> None:
        self._folder, self._stem, self._columns, self._rows = folder, stem, columns, rows
        self._cells: list[Pixels] = []
        self.written: list[Path] = []
        for old in folder.glob(f"{stem}-*.jpg"):
            old.unlink()

    def add(self, picture: Pixels, caption: str) -> None:
        """Takes up one (H, W, 3) uint8 sRGB picture."""
        self._cells.append(_cell(picture, caption))
        if len(self._cells) == self._columns * self._rows:
            self.write()

    def write(self) -> None:
        """Writes what has been collected, if anything."""
        if not self._cells:
            return
        blank = np.full_like(self._cells[0], _PAPER)
        cells = self._cells + [blank] * (-len(self._cells) % self._columns)
        rows = [
            np.hstack(cells[first : first + self._columns]) for first in range(0, len(cells), self._columns)
        ]
        path = self._folder / f"{self._stem}-{len(self.written) + 1:02}.jpg"
        Image.fromarray(np.vstack(rows)).save(path, quality=88)
        self.written.append(path)
        self._cells = []


def _cell(picture: Pixels, caption: str) -> Pixels:
    scale = CELL / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    cell = np.full((CELL + CAPTION + GAP, CELL + GAP, 3), _PAPER, np.uint8)
    top, left = (CELL - size[1]) // 2, (CELL - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = small
    page = Image.fromarray(cell)
    text = "\n".join(line for part in caption.split("\n") for line in textwrap.wrap(part, 62)[:3])
    ImageDraw.Draw(page).multiline_text(
        (2, CELL + 2), text, fill=_INK, font=ImageFont.load_default(12), spacing=2
    )
    return np.asarray(page)
