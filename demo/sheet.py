"""The contact sheet: every photo beside its result, with what was asked, the seconds and the seed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

COLUMNS = 2
CELL = (420, 420)
GAP = 12
MARGIN = 40
CAPTION = 92
PAIR_WIDTH = 2 * CELL[0] + GAP
WIDTH = MARGIN + COLUMNS * (PAIR_WIDTH + MARGIN)
PAPER, INK, SOFT = "#f5f3ef", "#26241f", "#6a665d"


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo, its result, and two lines about them."""

    before: Path
    after: Path
    asked: str
    facts: str


def write_sheet(pairs: Sequence[Pair], out: Path, credit: str) -> None:
    """Draws all pairs in rows of two and writes a PNG; `credit` stands at the foot."""
    strips = [_strip(pairs[start : start + COLUMNS]) for start in range(0, len(pairs), COLUMNS)]
    height = MARGIN + sum(strip.height for strip in strips) + MARGIN
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    top = MARGIN
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, top), credit, fill=SOFT, font=ImageFont.load_default(15))
    sheet.save(out, optimize=True)


def _strip(pairs: Sequence[Pair]) -> Image.Image:
    """One row, as high as its highest picture, with captions under the pictures."""
    fitted = [(_fitted(pair.before), _fitted(pair.after)) for pair in pairs]
    tallest = max(picture.height for both in fitted for picture in both)
    strip = Image.new("RGB", (WIDTH, tallest + CAPTION), PAPER)
    pen = ImageDraw.Draw(strip)
    for column, (pair, (before, after)) in enumerate(zip(pairs, fitted, strict=True)):
        left = MARGIN + column * (PAIR_WIDTH + MARGIN)
        strip.paste(before, (left, tallest - before.height))
        strip.paste(after, (left + before.width + GAP, tallest - after.height))
        asked = textwrap.shorten(pair.asked, 84, placeholder=" …")
        pen.text((left, tallest + 10), asked, fill=INK, font=ImageFont.load_default(20))
        pen.text((left, tallest + 40), pair.facts, fill=SOFT, font=ImageFont.load_default(17))
    return strip


def _fitted(path: Path) -> Image.Image:
    """The whole picture at the size of a cell at most; transparency is shown on the paper."""
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    fitted = ImageOps.contain(upright, CELL, Image.Resampling.LANCZOS)
    paper = Image.new("RGBA", fitted.size, PAPER)
    return Image.alpha_composite(paper, fitted).convert("RGB")
