"""`backcloth usage`: how much organisations had done in a month."""

from __future__ import annotations

import re
import time
from dataclasses import asdict
from typing import Annotated

import typer

from backcloth.cli.configure import DataDir, fail
from backcloth.cli.records import AsJson, line, records
from backcloth.jobs.usage import Usage, month_of

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def usage(
    organisation: Annotated[str | None, typer.Option(help="Of this one only.")] = None,
    month: Annotated[str | None, typer.Option(help="Such as 2026-11; this month without. UTC.")] = None,
    *,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Shows a month's completed jobs by organisation and engine, with megapixels and seconds of work."""
    if month and not _MONTH.fullmatch(month):
        raise fail("a month is written as 2026-11", 2)
    asked = month or month_of(time.time())
    with records(data_dir) as engine:
        found = Usage(engine).of_month(asked, organisation)
    for used in found:
        if as_json:
            typer.echo(line({"month": asked, **asdict(used)}))
        else:
            typer.echo(
                f"{asked}  {used.organisation:<16}  {used.kind}  {used.engine:<12}  {used.jobs:>7} jobs  "
                f"{used.pixels / 1e6:>10.1f} MP  {used.seconds:>10.1f} s"
            )
