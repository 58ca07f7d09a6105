"""Debian's nginx with the configuration of deploy/, moved to loopback and to a folder of the test's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from harness.deployment import DEPLOY
from harness.service_process import free_port

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MISSING = "nginx is not installed: the proxy's configuration was not tried in this run"


class Nginx:
    """A proxy before API processes.

    Args:
        folder: Where everything of it lies; readable by any user.
        ports: Of the API processes, in the order of the configuration's upstreams.
    """

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        text = (DEPLOY / "nginx.conf").read_text()
        named = re.findall(r"server ([\w-]+:\d+)", text)
        for name, port in zip(named, ports, strict=True):
            text = text.replace(f"server {name}", f"server 127.0.0.1:{port}")
        text = text.replace("listen 8080;", f"listen 127.0.0.1:{self.port};")
        text = text.replace("/tmp/", f"{folder}/")  # noqa: S108  # replaced, not used
        self._file = folder / "nginx.conf"
        self._file.write_text(text)

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it said."""
        return (self._folder / "nginx.log").read_text()

    def start(self) -> Nginx:
        """Starts it and waits until it answers."""
        # Started as root it would work as somebody who may not write into a test's folder.
        globally = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        command = [str(PROGRAM), "-e", "stderr", "-c", str(self._file), "-g", globally]
        with (self._folder / "nginx.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/metrics", timeout=5)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        self.stop()
        raise RuntimeError(f"nginx did not start:\n{self.log}")

    def stop(self) -> None:
        """Ends it."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None
