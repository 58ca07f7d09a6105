"""Several processes on one PostgreSQL and one folder of pictures: API processes and workers."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from harness.own_process import OwnProcess
from harness.service_process import ServiceProcess, free_port

READY_S = 120


@dataclass
class WorkerProcess(OwnProcess):
    """`backcloth worker` as a process of its own.

    Attributes:
        folder: Where its log goes.
        environment: Its settings.
        name: Its executor id.
        program: What runs the command line; a test may put something around it.
    """

    folder: Path
    environment: dict[str, str]
    name: str
    program: tuple[str, ...] = ("-m", "backcloth")
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Everything it has logged."""
        return (self.folder / f"{self.name}.log").read_text()

    def start(self) -> WorkerProcess:
        """Starts it and waits until it takes work."""
        self.port = free_port()
        command = [sys.executable, *self.program, "worker", "--id", self.name, "--port", str(self.port)]
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=_clean(self.environment), cwd=self.folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.ready() == 200:
                return self
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"worker {self.name} did not become ready:\n{self.log}")

    def ready(self) -> int:
        """The status of its readiness; 0 when it does not answer."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).status_code
        except httpx.TransportError:
            return 0

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        if self.process:
            self.process.send_signal(number)


@dataclass
class Cluster:
    """API processes and workers that share a database and a folder of pictures.

    Attributes:
        folder: Logs and pictures.
        database_url: Of PostgreSQL.
        environment: Settings of every process, beside those that hold the cluster together.
    """

    folder: Path
    database_url: str
    environment: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: "test-" + secrets.token_hex(16))
    apis: list[ServiceProcess] = field(default_factory=list)
    workers: list[WorkerProcess] = field(default_factory=list)

    def add_apis(
        self, count: int, *, program: tuple[str, ...] = ("-m", "backcloth"), **environment: str
    ) -> None:
        """Starts API processes that run no jobs."""
        new = [
            ServiceProcess(
                self.folder / f"api-{len(self.apis) + n}",
                environment={**self._shared(), **environment},
                token=self.token,
                options=("--no-worker",),
                program=program,
            )
            for n in range(count)
        ]
        self.apis += new
        _start_together(new)

    def add_workers(
        self, count: int, *, program: tuple[str, ...] = ("-m", "backcloth"), **environment: str
    ) -> None:
        """Starts workers."""
        new = [
            WorkerProcess(
                self.folder,
                {**self._shared(), **environment},
                f"worker-{len(self.workers) + n}",
                program,
            )
            for n in range(count)
        ]
        self.workers += new
        _start_together(new)

    def end(self) -> None:
        """Kills everything."""
        for worker in self.workers:
            worker.kill()
        for api in self.apis:
            api.kill()

    def _shared(self) -> dict[str, str]:
        return {
            "BACKCLOTH_DATABASE_URL": self.database_url,
            "BACKCLOTH_STORE_URL": (self.folder / "pictures").as_uri(),
            "BACKCLOTH_BOOTSTRAP_TOKEN": self.token,
            "BACKCLOTH_CUTOUT_PRESET": "floor",
            "BACKCLOTH_FETCH_ALLOW": "127.0.0.0/8",
            **self.environment,
        }


def _clean(environment: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BACKCLOTH_")}
    return {**inherited, **environment}


def _start_together(processes: Sequence[ServiceProcess] | Sequence[WorkerProcess]) -> None:
    with ThreadPoolExecutor(len(processes)) as threads:
        for starting in [threads.submit(process.start) for process in processes]:
            starting.result()
