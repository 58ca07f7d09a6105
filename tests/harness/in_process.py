"""Runs `backcloth` in this process, which costs a fraction of a new one."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner, Result

from backcloth.cli import main


def run(data_dir: Path, *arguments: str) -> Result:
    """A command's end; this process goes on logging as it did."""
    with patch.object(main, "write_logs"):
        return CliRunner().invoke(main.app, [*arguments, "--data-dir", str(data_dir)])
