"""The seam between the pipeline and whatever rewrites prompts."""

from __future__ import annotations

from typing import Protocol


class PromptRefiner(Protocol):
    """Rewrites a prompt so that a scene engine can draw it better."""

    def refine(self, prompt: str, seed: int) -> str:
        """The refined prompt: the same words for the same (prompt, seed)."""
        ...
