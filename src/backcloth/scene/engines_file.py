"""The operator's file of engines and routes, as it is written: `docs/engines.md` describes it.

What the file alone tells is checked here; what only the opened engines tell, in `registry`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from backcloth.domain.request import Mode

EMBEDDED = ("studio", "reference")
"""Names that need no table: the engines that are always there."""

KINDS = ("studio", "reference", "diffusion", "remote")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,31}$")]


class EnginesFileError(ValueError):
    """The file cannot be used. The text is one sentence for the operator, which names the file."""


class Row(BaseModel):
    """A `[[route]]` of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    modes: tuple[Mode, ...] = Field(tuple(Mode), min_length=1)
    """The modes it serves; all, if not given."""
    references: bool | None = None
    """True: requests with reference pictures; false: those with a prompt; not given: both."""
    engines: tuple[str, ...] = Field(min_length=1)
    """Whom to ask, the first one first."""
    fallback: Literal["studio"] | None = None
    """Whether the embedded engines draw, and say so, where none of the others can run."""


class EnginesFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engines: dict[Name, dict[str, Any]] = {}
    """Tables by name. Each has a `kind`; the kind's own code reads the rest."""
    route: tuple[Row, ...] = Field(min_length=1)

    @property
    def rows(self) -> Iterator[tuple[str, Row]]:
        """The routes, each with what to call it in a message."""
        for number, row in enumerate(self.route, 1):
            yield f"route {number}", row


def read_engines_file(path: Path) -> EnginesFile:
    """Reads and checks the file.

    Raises:
        EnginesFileError: it cannot be read, is no TOML, or says what makes no sense.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        file = EnginesFile.model_validate(table)
    except OSError as problem:
        raise EnginesFileError(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise EnginesFileError(f"{path}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        raise EnginesFileError(f"{path}: is no TOML: {problem}") from None
    except ValidationError as problem:
        raise EnginesFileError(f"{path}: {_sentence(problem)}") from None
    for sentence in _mistakes(file):
        raise EnginesFileError(f"{path}: {sentence}")
    return file


def _mistakes(file: EnginesFile) -> Iterator[str]:
    """What is wrong beyond the shape, a sentence each."""
    for name, table in file.engines.items():
        kind = table.get("kind")
        if kind not in KINDS:
            yield f"engines.{name}: kind must be one of {', '.join(KINDS)}"
        if name in (*EMBEDDED, "solid") and kind != name:
            yield f"engines.{name}: the name belongs to the embedded engine {name}"
        if kind in EMBEDDED and len(table) > 1:
            more = next(key for key in table if key != "kind")
            yield f"engines.{name}: {more}: the kind {kind} has no keys; its settings are BACKCLOTH_STUDIO_…"
    for where, row in file.rows:
        for name in row.engines:
            if name not in file.engines and name not in EMBEDDED:
                yield f"{where}: there is no engine {name}"
        if len(set(row.engines)) < len(row.engines):
            yield f"{where}: an engine is named twice"


def _sentence(problem: ValidationError) -> str:
    found = problem.errors(include_url=False, include_input=False)[0]
    steps = list(found["loc"])
    if len(steps) > 1 and steps[0] == "route" and isinstance(steps[1], int):
        steps[:2] = [f"route {steps[1] + 1}"]
    where = ".".join(str(step) for step in steps if step != "[key]")
    return f"{where}: {found['msg']}" if where else found["msg"]
