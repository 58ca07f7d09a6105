"""Hostile picture files, made here. Each is small itself, or costs little to send."""

from __future__ import annotations

import functools

from security.bombs.bomb import Bomb
from security.bombs.exif import metadata
from security.bombs.jpeg import jpegs
from security.bombs.other import disguises, thin, truncated
from security.bombs.png import pngs
from security.bombs.webp import webps


@functools.cache
def bombs() -> tuple[Bomb, ...]:
    """All of them."""
    families = (pngs, jpegs, webps, metadata, truncated, thin, disguises)
    return tuple(bomb for family in families for bomb in family())
