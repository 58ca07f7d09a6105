"""The real service as a process of its own, on a free port, with a data folder that is thrown away."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_S = 90
STOP_S = 40
"""The service itself gives open connections 30 s."""
LOG_TAIL = 25


class NotReady(RuntimeError):
    """The service did not start; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers: its origin, and a token it accepts."""

    url: str
    token: str


@contextmanager
def running_service() -> Iterator[Running]:
    """Starts the service and yields once it is ready; stops it however the block ends.

    Raises:
        NotReady: it ended by itself, or `/health/ready` did not answer 200 in time.
    """
    with tempfile.TemporaryDirectory(prefix="backcloth-demo-") as scratch:
        log = Path(scratch) / "service.log"
        service = Running(f"http://127.0.0.1:{_free_port()}", secrets.token_urlsafe(32))
        process = _start(service, Path(scratch) / "data", log)
        try:
            _wait_until_ready(service, process, log)
            yield service
        finally:
            _stop(process)


def _start(service: Running, data: Path, log: Path) -> subprocess.Popen[bytes]:
    port = service.url.rpartition(":")[2]
    command = [sys.executable, "-m", "backcloth", "serve", "--host", "127.0.0.1", "--port", port]
    environment = {
        **os.environ,
        "BACKCLOTH_BOOTSTRAP_TOKEN": service.token,
        "BACKCLOTH_PUBLIC_URL": service.url,
        "BACKCLOTH_LIMIT_SUBMITS_PER_MINUTE": "0",
    }
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches only the demo, which then stops the service in order.
        return subprocess.Popen(
            [*command, "--data-dir", str(data)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait_until_ready(service: Running, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotReady(f"The service ended with status {process.returncode}.\n{_tail(log)}")
        try:
            with urllib.request.urlopen(f"{service.url}/health/ready", timeout=5) as answer:  # noqa: S310  our own URL
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(0.1)
    raise NotReady(f"The service was not ready within {READY_S} s.\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
    return "\n".join(["Its last words:", *(f"    {line}" for line in lines)])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
