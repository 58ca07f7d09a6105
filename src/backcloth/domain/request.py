"""One replace-background request after validation, without picture bytes."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from backcloth.domain.background import Background
from backcloth.domain.placement import KEPT, Placement

SEED_MAX = 2**63 - 1
RANDOM_SEED_MAX = 2**31 - 1
"""Seeds that we draw stay in the range every known client can send back."""


class Mode(enum.StrEnum):
    """How much effort the scene engine spends."""

    FAST = "fast"
    BASE = "base"
    HIGH_CONTROL = "high_control"


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture that the caller sent inline and the store holds under `key` until the job ends."""

    key: str


@dataclass(frozen=True, slots=True)
class Remote:
    """A picture to be fetched from `url` when the job runs."""

    url: str


Source = Stored | Remote


@dataclass(frozen=True, slots=True)
class Checks:
    """Which moderation checks this job asked for."""

    prompt: bool = True
    visual_input: bool = False
    visual_output: bool = False


@dataclass(frozen=True, slots=True)
class ReplaceBackground:
    """Everything the pipeline needs to know, and nothing about HTTP.

    Attributes:
        image: Where the photo is.
        background: What stands behind the subject.
        references: Where the reference pictures are, in the caller's order.
        seed: 0..SEED_MAX; drawn by us when the caller gave none.
        mode: Effort of the scene engine.
        refine_prompt: Whether a prompt is rewritten before it is drawn.
        original_quality: True keeps the input's pixel size, False scales to one megapixel.
        force_background_detection: True cuts out even when the input has an alpha channel.
        checks: Moderation asked for.
        placement: Where the subject stands, how large, and its shadow.
        notices: What was asked for and this kind of background cannot honour, as sentences for the caller.
    """

    image: Source
    background: Background
    seed: int
    references: tuple[Source, ...] = ()
    mode: Mode = Mode.FAST
    refine_prompt: bool = True
    original_quality: bool = False
    force_background_detection: bool = False
    checks: Checks = Checks()
    placement: Placement = KEPT
    notices: tuple[str, ...] = ()

    @property
    def stored(self) -> tuple[str, ...]:
        """The store's keys of the pictures that came inline."""
        sources = (self.image, *self.references)
        return tuple(source.key for source in sources if isinstance(source, Stored))
