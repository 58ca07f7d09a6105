"""What commands that show the database's records share: opening it, writing times and lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from backcloth.accounts.tokens import require_organisation
from backcloth.cli.configure import fail, load
from backcloth.errors import one_line
from backcloth.service import open_tables

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Organisation = Annotated[str, typer.Argument(help="As in `tokens list`.")]


def check_organisation(name: str) -> None:
    """Ends the command with a sentence where an organisation cannot have this name."""
    try:
        require_organisation(name)
    except ValueError as problem:
        raise fail(str(problem), 2) from None


@contextmanager
def records(data_dir: Path | None) -> Iterator[sa.Engine]:
    """The database, closed at the end; a command that cannot use it ends with a sentence."""
    try:
        engine = open_tables(load(data_dir=data_dir))
    except (ValueError, OSError, sa.exc.SQLAlchemyError) as problem:
        raise fail(one_line(problem)) from None
    try:
        yield engine
    except sa.exc.SQLAlchemyError as problem:
        raise fail(one_line(problem)) from None
    finally:
        engine.dispose()


def utc(at: float) -> str:
    """A time in Unix seconds as people read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def line(record: dict[str, Any], *, indent: int | None = None) -> str:
    """A record for programs: one line, unless it is indented."""
    return json.dumps(record, ensure_ascii=False, indent=indent)
