"""`backcloth serve`: the HTTP service, with or without a worker in the same process."""

from __future__ import annotations

from typing import Annotated

import typer

from backcloth.api.app import create_app
from backcloth.cli.configure import DataDir, load
from backcloth.cli.logs import write_logs
from backcloth.cli.run import listen, open_service, run
from backcloth.service import Service


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. BACKCLOTH_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. BACKCLOTH_PORT.")] = None,
    data_dir: DataDir = None,
    *,
    works: Annotated[
        bool,
        typer.Option(
            "--worker/--no-worker", help="Run jobs in this process, or leave them to `backcloth worker`."
        ),
    ] = True,
) -> None:
    """Starts the service. It is ready when /health/ready answers 200."""
    settings = load(host=host, port=port, data_dir=data_dir)
    write_logs(settings.log_level)
    listener = listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    service = open_service(settings, works=works, serves=True)
    run(service, create_app(service.context), listener, _greet)


def _greet(service: Service) -> None:
    settings = service.settings
    does = f"cut-out: {service.cutout}" if service.cutout else "jobs are run elsewhere"
    typer.echo(f"Backcloth listens on {settings.base_url}  ({does})")
    if settings.everywhere and not settings.public_url:
        typer.echo("Set BACKCLOTH_PUBLIC_URL: status and image URLs now begin with that address.", err=True)
    if settings.bootstrap_token:
        typer.echo("Token: the value of BACKCLOTH_BOOTSTRAP_TOKEN")
    elif settings.distributed:
        typer.echo("Token: backcloth tokens create")
    else:
        typer.echo(f"Token: backcloth tokens create --data-dir {settings.data_dir.resolve()}")
