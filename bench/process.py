"""A server as a process of its own: started, watched, paused and stopped. Its costs come from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_S = 40.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SAMPLE_S = 0.1


class Server:
    """A started server process with all its children.

    Args:
        name: What tables call it.
        command: The program and its arguments.
        environment: The complete environment of the process.
        log: Where its output goes.
    """

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        self._started = time.perf_counter()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def wait_until_ready(self, url: str, limit_s: float) -> float:
        """Polls `url` until it answers 200. Seconds since the process was started.

        Raises:
            RuntimeError: the process ended, or did not answer within `limit_s`; it runs no longer.
        """
        try:
            return self._ready_after(url, limit_s)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the process and waits for it; kills it if it does not go."""
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Takes the CPU away, so that the other server is measured alone."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Gives the CPU back."""
        self._signal(signal.SIGCONT)

    def memory_mib(self) -> float:
        """Resident set size of the process tree.

        Not the proportional size: to read that the kernel walks all pages and holds the process up, which
        would slow down whoever uses the most memory.
        """
        return sum(_resident_pages(pid) for pid in self._tree()) * PAGE_BYTES / 2**20

    def cpu_s(self) -> float:
        """User and system time of the process tree so far, ended children included."""
        return sum(_cpu_ticks(pid) for pid in self._tree()) / TICKS_PER_SECOND

    @contextlib.contextmanager
    def watched(self) -> Iterator[Watch]:
        """Samples memory and counts CPU time while the block runs; the answer is complete after it."""
        watch = Watch(self)
        watch.start()
        try:
            yield watch
        finally:
            watch.finish()

    def _ready_after(self, url: str, limit_s: float) -> float:
        while time.perf_counter() - self._started < limit_s:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self._process.returncode}; see {self._log}")
            if _answers(url):
                return time.perf_counter() - self._started
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} was not ready after {limit_s:.0f} s; see {self._log}")

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._tree():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _tree(self) -> list[int]:
        if self._process.poll() is not None:
            return []
        return tree(self._process.pid)


class Watch:
    """What a server cost during a block: `peak_mib` and `cpu_s`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._cpu_before = 0.0
        self.peak_mib = 0.0
        self.cpu_s = 0.0

    def start(self) -> None:
        """Begins to sample."""
        self._cpu_before = self._server.cpu_s()
        self._sampler.start()

    def finish(self) -> None:
        """Takes the last sample."""
        self.cpu_s = self._server.cpu_s() - self._cpu_before
        self._over.set()
        self._sampler.join()

    def _sample(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, self._server.memory_mib())
            if self._over.wait(SAMPLE_S):
                break


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - a loopback URL of ours
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found.extend(int(child) for child in task.read_text().split())
    return found


def _resident_pages(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0


def _cpu_ticks(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15])
    return 0


def own_mib(pid: int) -> float:
    """A process's own memory and its share of what it has in common with others (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"no memory is reported for process {pid}")


def spent_cpu_s(pid: int) -> float:
    """User and system time of a process so far, its ended children included."""
    return _cpu_ticks(pid) / TICKS_PER_SECOND


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found, unvisited = [], [pid]
    while unvisited:
        each = unvisited.pop()
        found.append(each)
        unvisited.extend(_children(each))
    return found
