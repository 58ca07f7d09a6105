"""`backcloth serve`: the HTTP service with its workers, in one process."""

from __future__ import annotations

import signal
import socket
import sys
from typing import Annotated

import typer
import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from backcloth.api.app import create_app
from backcloth.cli.configure import DataDir, fail, load
from backcloth.cli.logs import write_logs
from backcloth.cutout.weights import WeightsError
from backcloth.errors import one_line
from backcloth.service import Service


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. BACKCLOTH_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. BACKCLOTH_PORT.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Starts the service. It is ready when /health/ready answers 200."""
    settings = load(host=host, port=port, data_dir=data_dir)
    write_logs(settings.log_level)
    try:
        listener = socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=512,
        )
    except OSError as problem:
        raise fail(f"cannot listen on {settings.host} port {settings.port}: {problem.strerror}") from None
    # asyncio sets this only on sockets of its own; without it a kept-alive request waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    try:
        service = Service(settings)
    except (ValueError, WeightsError, OSError, SQLAlchemyError) as problem:
        raise fail(one_line(problem)) from None
    _run(service, listener)


def _run(service: Service, listener: socket.socket) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(service.context),
            log_config=None,
            access_log=False,
            lifespan="off",
            http="httptools",
            ws="none",
            server_header=False,
            # Without our own list, uvicorn would believe whatever connects from this machine.
            proxy_headers=bool(service.settings.trusted_proxies),
            forwarded_allow_ips=[str(network) for network in service.settings.trusted_proxies],
            timeout_keep_alive=30,
            timeout_graceful_shutdown=30,
        )
    )
    # uvicorn raises the signal again once it has shut down; the default would then skip the drain below.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        service.open()
        _greet(service)
        server.run(sockets=[listener])
    finally:
        service.close()


def _greet(service: Service) -> None:
    settings = service.settings
    typer.echo(f"Backcloth listens on {settings.base_url}  (cut-out: {service.engines.segmenter.name})")
    if settings.everywhere and not settings.public_url:
        typer.echo("Set BACKCLOTH_PUBLIC_URL: status and image URLs now begin with that address.", err=True)
    if settings.bootstrap_token:
        typer.echo("Token: the value of BACKCLOTH_BOOTSTRAP_TOKEN")
    else:
        typer.echo(f"Token: backcloth tokens create --data-dir {settings.data_dir.resolve()}")
