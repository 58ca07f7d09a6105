"""`backcloth retention`: how long an organisation's results are kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from backcloth.cli.configure import DataDir, fail
from backcloth.cli.records import AsJson, Organisation, check_organisation, line, records
from backcloth.jobs.retention import DAYS_MAX, Retentions

app = typer.Typer(
    help="Days that an organisation's results are kept; for all others BACKCLOTH_JOB_RETENTION_DAYS holds.",
    no_args_is_help=True,
)


@app.command("set")
def set_retention(
    organisation: Organisation,
    days: Annotated[float, typer.Argument(help=f"More than 0, up to {DAYS_MAX}; 0.5 is half a day.")],
    data_dir: DataDir = None,
) -> None:
    """Sets a retention; it holds for jobs that end from now on."""
    if not 0 < days <= DAYS_MAX:
        raise fail(f"days must be more than 0 and at most {DAYS_MAX}", 2)
    check_organisation(organisation)
    with records(data_dir) as engine:
        Retentions(engine).set(organisation, days)
    typer.echo(f"{organisation}: results are kept {days:g} days")


@app.command()
def remove(organisation: Organisation, data_dir: DataDir = None) -> None:
    """Takes a retention away, so that the common one holds."""
    with records(data_dir) as engine:
        removed = Retentions(engine).remove(organisation)
    if not removed:
        raise fail(f"{organisation} has no retention of its own")
    typer.echo(f"{organisation}: results are kept as long as others'")


@app.command("list")
def list_retentions(*, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Shows each retention that is not the common one."""
    with records(data_dir) as engine:
        found = Retentions(engine).list()
    for retention in found:
        if as_json:
            typer.echo(line(asdict(retention)))
        else:
            typer.echo(f"{retention.organisation:<16}  {retention.days:g} days")
