"""What a process and its children use, from /proc: CPU time, memory, descriptors, threads."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    found, unseen = [], [pid]
    while unseen:
        found.append(unseen.pop())
        for tasks in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                unseen.extend(int(child) for child in tasks.read_text().split())
    return found


def cpu_s(pid: int) -> float:
    """Seconds that the tree has spent, ended children included."""
    ticks = 0
    for each in tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICKS


def resident(pid: int) -> int:
    """Bytes of memory of the tree. A child between fork and exec is its parent still, and not counted."""
    pages, root = 0, Path(f"/proc/{pid}/cmdline").read_bytes()
    for each in tree(pid):
        with contextlib.suppress(OSError):
            if each == pid or Path(f"/proc/{each}/cmdline").read_bytes() != root:
                pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    return pages * _PAGE


def _peak(pid: int) -> int:
    """As `resident`, but each process at its largest since `_forget_peaks`."""
    kibibytes, root = 0, Path(f"/proc/{pid}/cmdline").read_bytes()
    for each in tree(pid):
        with contextlib.suppress(OSError):
            if each == pid or Path(f"/proc/{each}/cmdline").read_bytes() != root:
                lines = Path(f"/proc/{each}/status").read_text().splitlines()
                kibibytes += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return kibibytes * 1024


def _forget_peaks(pid: int) -> None:
    for each in tree(pid):
        with contextlib.suppress(OSError):
            Path(f"/proc/{each}/clear_refs").write_text("5")


def descriptors(pid: int) -> int:
    """Open file descriptors of the process itself."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    """Threads of the process itself."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


class Watched:
    """While the `with` block runs, looks at a tree's processes ten times a second.

    Args:
        pid: The root of the tree.

    Attributes:
        peak: Bytes of the processes that were seen at once, each at its largest, however short that was.
        cpu_s: Seconds spent, known after the block.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.peak = 0
        self.cpu_s = 0.0

    def __enter__(self) -> Self:
        """Begins."""
        _forget_peaks(self._pid)
        self.cpu_s = -cpu_s(self._pid)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends."""
        self.cpu_s += cpu_s(self._pid)
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.peak = max(self.peak, _peak(self._pid))
            if self._over.wait(0.1):
                return
