"""What every hostile picture has, and what all of them are made from."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw

PICTURE, DAMAGED, TOO_LARGE, NO_PICTURE = 200, 400, 413, 415

MIB = 2**20


@dataclass(frozen=True)
class Bomb:
    """One file.

    Attributes:
        name: Its file name.
        data: The file.
        answers: The HTTP statuses that are right for it.
    """

    name: str
    data: bytes
    answers: tuple[int, ...]


def subject(mode: str = "RGBA", size: tuple[int, int] = (96, 72)) -> Image.Image:
    """A picture with its own cut-out, so that its job is quick; in another mode a disc on a pale ground."""
    disc = Image.new("L", size, 0)
    ImageDraw.Draw(disc).ellipse((size[0] // 4, size[1] // 6, size[0] * 3 // 4, size[1] * 5 // 6), fill=255)
    picture = Image.composite(Image.new("RGB", size, "#7a1f2b"), Image.new("RGB", size, "#e8e4dc"), disc)
    picture.putalpha(disc)
    return picture.convert(mode)


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(count: int) -> bytes:
    """That many random bytes, always the same."""
    return random.Random(count).randbytes(count)
