"""The seam between the pipeline and whatever rewrites prompts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Refined:
    """A prompt that is ready to be drawn.

    Attributes:
        text: One line; the caller's own prompt where there is nothing to refine.
        notices: Sentences the caller must see, such as that somebody else had to refine.
    """

    text: str
    notices: tuple[str, ...] = ()


class PromptRefiner(Protocol):
    """Rewrites a prompt so that a scene engine can draw it better."""

    def refine(self, prompt: str, seed: int) -> Refined:
        """The refined prompt: the same words for the same (prompt, seed).

        Never fails, takes a bounded time, adds nothing that could be taken for a subject, and is safe to call
        from several threads.
        """
        ...
