"""The command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def backcloth(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command, with no settings but those given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCLOTH_")}
    return subprocess.run(
        [sys.executable, "-m", "backcloth", *arguments],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
