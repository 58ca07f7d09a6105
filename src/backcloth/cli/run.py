"""What `serve` and `worker` share: listening, running until told to stop, and leaving."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from backcloth.cli.configure import fail
from backcloth.cli.traces import export_traces
from backcloth.errors import one_line
from backcloth.service import Service
from backcloth.settings import Settings


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; ends the command where there can be none."""
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
    except OSError as problem:
        raise fail(f"cannot listen on {host} port {port}: {problem.strerror}") from None
    # asyncio sets this only on sockets of its own; without it a kept-alive request waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def open_service(settings: Settings, *, works: bool, serves: bool) -> Service:
    """The service, not yet at work; ends the command with a sentence where it cannot be."""
    try:
        return Service(settings, works=works, serves=serves)
    except (ValueError, OSError, SQLAlchemyError) as problem:
        raise fail(one_line(problem)) from None


def run(
    service: Service, app: ASGIApp, listener: socket.socket | None, greet: Callable[[Service], None]
) -> None:
    """Works, and answers on the listener if there is one, until SIGTERM or SIGINT. Does not return."""
    # uvicorn raises the signal again once it has shut down; the default would then skip the drain below.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    end_traces = export_traces(service.settings.executor)
    try:
        _open(service)
        greet(service)
        if listener:
            _Server(service, app).run(sockets=[listener])
        else:
            threading.Event().wait()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        service.close()
    end_traces()
    _leave()


def _open(service: Service) -> None:
    try:
        service.open()
    except (ValueError, SQLAlchemyError) as problem:
        raise fail(one_line(problem)) from None


class _Server(uvicorn.Server):
    """Says that it is not ready for a while before it stops listening."""

    def __init__(self, service: Service, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
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
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by a signal, again by a second one."""
        self._service.drain()
        notice_s = self._service.settings.drain_notice_s
        if notice_s and not self._noticed:
            self._noticed = True
            threading.Timer(notice_s, super().handle_exit, (sig, frame)).start()
        else:
            super().handle_exit(sig, frame)

    _noticed = False


def _leave() -> None:
    """Ends the process without waiting for jobs that were given up: Python would join their threads."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
