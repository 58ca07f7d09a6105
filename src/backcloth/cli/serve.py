"""`backcloth serve`: the HTTP service with its workers, in one process."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from typing import Annotated

import structlog
import typer
import uvicorn

from backcloth.api.app import create_app
from backcloth.cli.configure import DataDir, fail, load
from backcloth.cutout.weights import WeightsError
from backcloth.service import Service


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. BACKCLOTH_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. BACKCLOTH_PORT.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Starts the service. It is ready when /health/ready answers 200."""
    settings = load(host=host, port=port, data_dir=data_dir)
    _log_lines(settings.log_level)
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
    except (ValueError, WeightsError) as problem:
        raise fail(str(problem)) from None
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
    if settings.bootstrap_token:
        typer.echo("Token: the value of BACKCLOTH_BOOTSTRAP_TOKEN")
    else:
        typer.echo(f"Token: backcloth tokens create --data-dir {settings.data_dir}")


def _log_lines(level: str) -> None:
    """One JSON object a line on standard error, our own lines and the libraries' alike."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
