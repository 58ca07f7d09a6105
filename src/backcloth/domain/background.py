"""What the new background should be: one flat colour, a described scene, or reference pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backcloth.domain.colour import Colour


@dataclass(frozen=True, slots=True)
class Solid:
    """A flat colour, exact in every pixel where the matte is 0.

    Attributes:
        colour: The colour.
        prompt: The prompt it was read from; given back as the prompt used.
    """

    colour: Colour
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A scene in words.

    Attributes:
        text: The caller's prompt, or the refined one once the pipeline has refined it.
        negative: What the scene should not show; empty when not given.
    """

    text: str
    negative: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """A scene that is spelled out instead of described.

    Attributes:
        spec: Names, numbers, lists and hex colours, in the scene engine's own terms.
    """

    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class References:
    """The background is made from pictures.

    Attributes:
        count: How many reference pictures the job carries.
        enhance: Whether they may be restaged (cropped, graded, extended) rather than used as they are.
    """

    count: int
    enhance: bool = True


Background = Solid | Prompt | Staged | References
