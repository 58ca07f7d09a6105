"""An operator's own phrases: a text file, one a line."""

from __future__ import annotations

import re
from pathlib import Path

from backcloth.moderation.normalise import CLAUSE, readings

NOTHING = re.compile(r"(?!)")
"""Found nowhere: what an operator without a list has."""


def read_phrases(path: Path) -> re.Pattern[str]:
    """A pattern that finds the file's phrases, as whole words, in a reading (`normalise.readings`).

    A phrase is written as it is said; case, accents and punctuation do not matter. Empty lines and lines
    that begin with `#` say nothing.

    Raises:
        ValueError: the file cannot be read, or has a line in which there is no word.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"the phrases in {path} cannot be read: {problem}") from problem
    said = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    phrases = [_expression(path, number, line) for number, line in said if line and not line.startswith("#")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)") if phrases else NOTHING


def _expression(path: Path, number: int, line: str) -> str:
    words = [word for word in readings(line)[0].split() if word != CLAUSE]
    if not words:
        raise ValueError(f"{path}, line {number}: {line!r} has no word that could be looked for")
    # A comma between two words of a phrase is one that whoever writes a prompt may leave out or put in.
    return rf"(?: {CLAUSE})? ".join(map(re.escape, words))
