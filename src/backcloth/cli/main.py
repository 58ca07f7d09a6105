"""The command line's root: one file a command."""

from __future__ import annotations

from typing import Annotated

import typer

import backcloth
from backcloth.cli import (
    cutout,
    deliveries,
    doctor,
    jobs,
    models,
    quotas,
    replace,
    retention,
    serve,
    tokens,
    usage,
    worker,
)
from backcloth.cli.logs import write_logs

app = typer.Typer(
    help="Replaces the background of a photo and keeps the subject's own pixels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve.serve)
app.command()(worker.worker)
app.command()(replace.replace)
app.command()(cutout.cutout)
app.command()(doctor.doctor)
app.command()(deliveries.deliveries)
app.command()(usage.usage)
app.add_typer(tokens.app, name="tokens")
app.add_typer(jobs.app, name="jobs")
app.add_typer(quotas.app, name="quotas")
app.add_typer(retention.app, name="retention")
app.add_typer(models.app, name="models")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backcloth {backcloth.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    write_logs("warning")
