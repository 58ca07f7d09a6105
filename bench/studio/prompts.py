"""The prompts of `bench/prompts.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "prompts.txt"


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and the kind of subject it is drawn with."""

    kind: str
    prompt: str


def prompts() -> list[Asked]:
    """All of them, in the file's order."""
    lines = (line.strip() for line in FILE.read_text().splitlines())
    parts = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return [Asked(kind, prompt) for kind, _colon, prompt in parts]
