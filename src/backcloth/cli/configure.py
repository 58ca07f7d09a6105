"""Settings for a command: the environment, then its options; a wrong one ends it with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from backcloth.settings import Settings

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Database, pictures and secret. BACKCLOTH_DATA_DIR.")
]


def load(**options: Any) -> Settings:
    """The settings; an option that is None leaves the environment's word."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in error["loc"]).upper()
            typer.echo(f"backcloth: setting BACKCLOTH_{name}: {error['msg']}", err=True)
        raise typer.Exit(2) from None


def fail(sentence: str, code: int = 1) -> typer.Exit:
    """Prints why the command ends and gives the exit to raise."""
    typer.echo(f"backcloth: {sentence}", err=True)
    return typer.Exit(code)
