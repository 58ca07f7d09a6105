"""`backcloth quotas`: how many jobs an organisation may have done in a month."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from backcloth.cli.configure import DataDir, fail
from backcloth.cli.records import AsJson, Organisation, check_organisation, line, records
from backcloth.jobs.quota import Quotas

app = typer.Typer(
    help="Jobs a month that an organisation may have done; without a quota it is not limited.",
    no_args_is_help=True,
)


@app.command("set")
def set_quota(
    organisation: Organisation,
    jobs_a_month: Annotated[int, typer.Argument(min=0, max=2**31 - 1, help="0 lets it submit nothing.")],
    data_dir: DataDir = None,
) -> None:
    """Sets a quota; it holds from the next request on."""
    check_organisation(organisation)
    with records(data_dir) as engine:
        Quotas(engine).set(organisation, jobs_a_month)
    typer.echo(f"{organisation}: {jobs_a_month} jobs a month")


@app.command()
def remove(organisation: Organisation, data_dir: DataDir = None) -> None:
    """Takes a quota away."""
    with records(data_dir) as engine:
        removed = Quotas(engine).remove(organisation)
    if not removed:
        raise fail(f"{organisation} has no quota")
    typer.echo(f"{organisation} is not limited")


@app.command("list")
def list_quotas(*, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Shows each quota and how many jobs of this month are taken from it."""
    with records(data_dir) as engine:
        found = Quotas(engine).list()
    for quota in found:
        if as_json:
            typer.echo(line(asdict(quota)))
        else:
            typer.echo(f"{quota.organisation:<16}  {quota.taken} of {quota.jobs_a_month} jobs this month")
