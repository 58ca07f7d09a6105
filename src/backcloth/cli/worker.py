"""`backcloth worker`: a process that runs jobs and accepts none."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from backcloth.api.app import create_worker_app
from backcloth.cli.configure import DataDir, fail, load
from backcloth.cli.logs import write_logs
from backcloth.cli.run import listen, open_service, run
from backcloth.service import Service

_GIVES_WAY = 10
"""What is added to the process's nice value. On cores shared with processes that answer requests, and with
PostgreSQL, the slowest answers came three to six times sooner; alone on its cores it runs as before."""


def worker(
    executor_id: Annotated[
        str | None,
        typer.Option("--id", help="Stable name; no two live workers may share it. BACKCLOTH_EXECUTOR_ID."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address of --port. BACKCLOTH_HOST.")] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Where /health and /metrics answer. BACKCLOTH_WORKER_PORT."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Runs jobs that `backcloth serve` accepted elsewhere; both need the same PostgreSQL and store."""
    settings = load(executor_id=executor_id, host=host, worker_port=port, data_dir=data_dir)
    write_logs(settings.log_level)
    if not settings.distributed:
        raise fail("a worker needs BACKCLOTH_DATABASE_URL=postgresql://…; on SQLite `serve` works alone")
    os.nice(_GIVES_WAY)
    listener = listen(settings.host, settings.worker_port) if settings.worker_port else None
    service = open_service(settings, works=True, serves=False)
    run(service, create_worker_app(service.context), listener, _greet)


def _greet(service: Service) -> None:
    settings = service.settings
    typer.echo(f"Backcloth works as {settings.executor}  (cut-out: {service.cutout})")
