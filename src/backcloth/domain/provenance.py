"""Where a result's pixels come from, in the words of IPTC's vocabulary.

The vocabulary is Digital Source Type, cv.iptc.org/newscodes/digitalsourcetype, as of September 2024. C2PA
uses the same terms. They tell what this service did: whether a camera or a model made the pictures that were
brought to it, it does not know.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Origin(enum.StrEnum):
    """What made a background."""

    FLAT = "a flat colour"
    DRAWN = "drawn by a procedure"
    PICTURES = "made from reference pictures"
    GENERATED = "painted by a generative model"


class SourceType(enum.StrEnum):
    """The terms that fit what this service does, as written into a file."""

    ALTERED = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
    """An algorithm altered one picture, and added nothing."""
    COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/composite"
    """Several elements, none of which this service had a generative model make. What the caller brought may
    be anything, so no narrower term is true."""
    INPAINTED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    """A generative model painted part of the picture."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result was made.

    Attributes:
        background: What made its background; None where it has none.
    """

    background: Origin | None

    @property
    def source_type(self) -> SourceType:
        """The term that is true of the whole picture."""
        match self.background:
            case None:
                return SourceType.ALTERED
            case Origin.GENERATED:
                return SourceType.INPAINTED
            case _:
                return SourceType.COMPOSITE

    @property
    def sentence(self) -> str:
        """What was done to the photo, for people."""
        if self.background is None:
            return "Background removed."
        return f"Background replaced: {self.background.value}."
