"""One process a data folder: two would run each other's jobs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderClaim:
    """Holds a data folder for this process, until it is released or the process ends, however it ends.

    Args:
        folder: Created, for its owner only, when it does not exist.

    Raises:
        ValueError: another living process holds the folder.
        OSError: the folder or its lock file cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise ValueError(f"another process is serving from {folder}") from None

    def release(self) -> None:
        """Lets the next process have it."""
        os.close(self._descriptor)
