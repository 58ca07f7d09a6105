"""Stand-ins for refiners and language models, for tests of what stands around them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from backcloth.prompting.protocol import Refined
from backcloth.prompting.rules import may_refine, tidied


class AppendingRefiner:
    """A refiner that appends the same words to every prompt and says the same to every caller.

    Args:
        words: What is appended; they should name no subject.
        notices: What is said.
    """

    def __init__(self, words: str, notices: tuple[str, ...] = ()) -> None:
        self._words = words
        self._notices = notices

    def refine(self, prompt: str, seed: int) -> Refined:
        """See PromptRefiner. The seed changes nothing."""
        del seed
        if not may_refine(prompt):
            return Refined(prompt)
        return Refined(f"{tidied(prompt)}, {self._words}", self._notices)


class ScriptedWriter:
    """A language model whose answers a test chooses.

    Args:
        answer: Gives the answer to a prompt and a seed, or raises.

    Attributes:
        asked: What it was asked, in that order.
    """

    name = "scripted"

    def __init__(self, answer: Callable[[str, int], str]) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answer = answer
        self._lock = threading.Lock()

    def write(self, prompt: str, seed: int) -> str:
        """See Writer."""
        with self._lock:
            self.asked.append((prompt, seed))
        return self._answer(prompt, seed)
