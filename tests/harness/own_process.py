"""Ending a process that a test started."""

from __future__ import annotations

import signal
import subprocess


class OwnProcess:
    """What services and workers that run as processes have in common.

    Attributes:
        process: It; None before its start and after its end.
    """

    process: subprocess.Popen[bytes] | None

    def kill(self) -> None:
        """Kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        status = self.process.wait(timeout=60)
        self.process = None
        return status
