"""The seam between the service and whatever judges words and pictures."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from backcloth.domain.verdict import Verdict


class ModeratorUnavailable(OSError):
    """A moderator that was asked for cannot run. The text says what is missing."""


class TextModerator(Protocol):
    """Judges a prompt."""

    @property
    def name(self) -> str:
        """For the log and for operators: what decides, with its version where there is one."""
        ...

    def check(self, text: str) -> Verdict:
        """Allowed, or the neutral category that refuses it. Any exception counts as unavailable."""
        ...


class ImageModerator(Protocol):
    """Judges a picture."""

    @property
    def name(self) -> str:
        """For the log and for operators: what decides, with its version where there is one."""
        ...

    @property
    def categories(self) -> frozenset[str]:
        """What it may refuse for."""
        ...

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """Judges an (H, W, 3) uint8 sRGB picture. Any exception counts as unavailable."""
        ...
