"""`backcloth tokens`: create, list, rotate and revoke API tokens."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from backcloth.accounts.tokens import TokenInfo, Tokens
from backcloth.cli.configure import DataDir, fail, load
from backcloth.errors import one_line
from backcloth.service import open_tokens

app = typer.Typer(help="API tokens: 256 random bits, shown once, stored as a hash.", no_args_is_help=True)


HOUR_S = 3600


def _open(data_dir: Path | None) -> tuple[Tokens, sa.Engine]:
    try:
        return open_tokens(load(data_dir=data_dir))
    except (ValueError, OSError, sa.exc.SQLAlchemyError) as problem:
        raise fail(one_line(problem)) from None


@app.command()
def create(
    organisation: Annotated[str, typer.Option(help="Whose jobs and pictures the token opens.")] = "local",
    data_dir: DataDir = None,
) -> None:
    """Creates a token and prints it, once."""
    tokens, engine = _open(data_dir)
    try:
        token = tokens.create(organisation)
    except ValueError as problem:
        raise fail(str(problem), 2) from None
    finally:
        engine.dispose()
    typer.echo(token.secret)
    typer.echo(f"id {token.id}; it cannot be shown again", err=True)


@app.command("list")
def list_tokens(data_dir: DataDir = None) -> None:
    """Lists the tokens, never their secrets."""
    tokens, engine = _open(data_dir)
    for token in tokens.list():
        created, state = _utc(token.created_at), _state(token)
        typer.echo(f"{token.id}  {token.prefix}…  {token.organisation:<16}  {created}  {state}")
    engine.dispose()


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _state(token: TokenInfo) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is None:
        return "active"
    return f"{'active until' if token.works(time.time()) else 'expired'} {_utc(token.expires_at)}"


@app.command()
def rotate(
    token_id: Annotated[str, typer.Argument(help="From `tokens list`.")],
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=8760, help="How long the old token goes on working; 0 ends it now.")
    ] = 24.0,
    data_dir: DataDir = None,
) -> None:
    """Replaces a token without downtime: prints a new one, once, and the old one works a while longer."""
    tokens, engine = _open(data_dir)
    token = tokens.rotate(token_id, overlap_hours * HOUR_S)
    engine.dispose()
    if token is None:
        raise fail(f"there is no active token {token_id}")
    typer.echo(token.secret)
    typer.echo(
        f"id {token.id}; it cannot be shown again. {token_id} works for {overlap_hours:g} more hours at most",
        err=True,
    )


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="From `tokens list`.")], data_dir: DataDir = None
) -> None:
    """Revokes a token; requests with it are refused from now on."""
    tokens, engine = _open(data_dir)
    revoked = tokens.revoke(token_id)
    engine.dispose()
    if not revoked:
        raise fail(f"there is no active token {token_id}")
    typer.echo(f"revoked {token_id}")
