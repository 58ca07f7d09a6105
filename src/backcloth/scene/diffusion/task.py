"""What a process is asked to paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.domain.request import Mode

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Task:
    """One picture.

    Attributes:
        prompt: The whole scene.
        negative: What it must not show; empty where the mode has no guidance.
        seed: Of its noise.
        picture: (H, W, 3) uint8 sRGB canvas.
        paint: (H, W) uint8, 255 where to paint.
        references: (h, w, 3) uint8 sRGB, all of one size.
    """

    prompt: str
    negative: str
    seed: int
    picture: Pixels
    paint: Pixels
    references: tuple[Pixels, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the canvas."""
        return self.picture.shape[1], self.picture.shape[0]

    @property
    def words(self) -> dict[str, Any]:
        """Everything but the pictures, as JSON values."""
        return {
            "prompt": self.prompt,
            "negative": self.negative,
            "seed": self.seed,
            "references": len(self.references),
        }

    @property
    def pictures(self) -> tuple[Pixels, ...]:
        """The pictures, in the order in which `task_of` takes them."""
        return (self.picture, self.paint, *self.references)


def task_of(words: dict[str, Any], pictures: list[Pixels]) -> Task:
    """A task as it was sent; takes its pictures off the front of the list."""
    picture, paint, *references = (pictures.pop(0) for _ in range(2 + words["references"]))
    return Task(words["prompt"], words["negative"], words["seed"], picture, paint, tuple(references))


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks that are painted at once: of one canvas size and one mode.

    Attributes:
        mode: Their mode.
        tasks: At least one.
    """

    mode: Mode
    tasks: tuple[Task, ...]
