"""The command line's root: one file a command."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command

import backcloth
from backcloth.cli.logs import write_logs

if TYPE_CHECKING:
    from typer._click.core import Command  # what typer's own signatures name; it is exported nowhere else

_SINGLE = ("serve", "worker", "replace", "cutout", "doctor", "deliveries", "usage")
"""Commands: each a function of its file's name."""

_GROUPS = ("tokens", "jobs", "quotas", "retention", "models")
"""Groups of commands: each the `app` of its file."""


class _OnDemand(TyperGroup):
    """Loads a command's file when it is asked for: what accepts jobs is smaller without the rest."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002  # typer hands it over
        """In the order of the help."""
        return [*_SINGLE, *_GROUPS]

    def get_command(self, ctx: object, cmd_name: str) -> Command | None:  # noqa: ARG002  # likewise
        """The command of that name; None where there is none."""
        if cmd_name in _GROUPS:
            found = get_command(import_module(f"backcloth.cli.{cmd_name}").app)
        elif cmd_name in _SINGLE:
            app = typer.Typer(add_completion=False)
            app.command()(getattr(import_module(f"backcloth.cli.{cmd_name}"), cmd_name))
            found = get_command(app)
        else:
            return None
        found.name = cmd_name
        return found


app = typer.Typer(
    help="Replaces the background of a photo and keeps the subject's own pixels.",
    cls=_OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
