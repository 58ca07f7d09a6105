"""The real service as a process, as a client and an operator meet it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from harness.own_process import OwnProcess
from harness.plain import PLAIN

READY_S = 120


@dataclass
class ServiceProcess(OwnProcess):
    """`backcloth serve` as a process of its own.

    Attributes:
        data_dir: Where it keeps everything; a second start with the same one continues.
        environment: Extra settings.
        options: Of the command.
        program: What runs the command line; a test may put something around it.
    """

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: "test-" + secrets.token_hex(16))
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    options: tuple[str, ...] = ()
    program: tuple[str, ...] = ("-m", "backcloth")

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything it has logged."""
        return (self.data_dir / "service.log").read_text()

    def start(self) -> ServiceProcess:
        """Starts it and waits until it is ready. Keeps the port of an earlier start."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BACKCLOTH_")},
            "BACKCLOTH_BOOTSTRAP_TOKEN": self.token,
            "BACKCLOTH_CUTOUT_PRESET": "floor",
            "BACKCLOTH_FETCH_ALLOW": "127.0.0.0/8",
            # All tests come from one address, and many of them with wrong tokens.
            "BACKCLOTH_LIMIT_FAILED_TOKENS_PER_MINUTE": "0",
            "BACKCLOTH_LIMIT_SUBMITS_PER_MINUTE": "0",
            "BACKCLOTH_LIMIT_STATUS_PER_MINUTE": "0",
            **self.environment,
        }
        command = [sys.executable, *self.program, "serve", "--port", str(self.port), *self.options]
        with (self.data_dir / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(self.data_dir / "data")], env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5, verify=PLAIN).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the service did not become ready:\n{self.log}")

    def post(self, body: dict[str, Any], *, timeout: float = 60, token: str | None = None) -> httpx.Response:
        """Submits a request."""
        return httpx.post(
            f"{self.url}/v2/image/edit/replace_background",
            json=body,
            headers={"api_token": self.token if token is None else token},
            timeout=timeout,
            verify=PLAIN,
        )

    def status(self, request_id: str, *, token: str | None = None) -> httpx.Response:
        """Asks for a job's status."""
        headers = {"api_token": self.token if token is None else token}
        return httpx.get(f"{self.url}/v2/status/{request_id}", headers=headers, timeout=30, verify=PLAIN)

    def finished(self, request_id: str, *, within_s: float = 60) -> dict[str, Any]:
        """The status body once the job has ended."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            body: dict[str, Any] = self.status(request_id).json()
            if body["status"] != "IN_PROGRESS":
                return body
            time.sleep(0.1)
        raise TimeoutError(f"job {request_id} did not end within {within_s} s")

    def new_token(self, organisation: str) -> str:
        """A second organisation's token, made by the command line."""
        command = [sys.executable, "-m", "backcloth", "tokens", "create", "--organisation", organisation]
        made = subprocess.run(
            [*command, "--data-dir", str(self.data_dir / "data")], capture_output=True, check=True, text=True
        )
        return made.stdout.strip()


Launch = Callable[..., ServiceProcess]
"""Starts a service with the settings given: the `launch` fixture."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
