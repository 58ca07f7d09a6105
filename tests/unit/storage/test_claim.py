"""One process a data folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backcloth.storage.claim import FolderClaim


def test_a_folder_is_claimed_once(tmp_path: Path) -> None:
    """A second claim is refused until the first is released."""
    first = FolderClaim(tmp_path / "data")
    with pytest.raises(ValueError, match="another process"):
        FolderClaim(tmp_path / "data")
    first.release()
    FolderClaim(tmp_path / "data").release()


def test_the_claim_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """Kill -9 leaves nothing behind that would keep the next process out."""
    program = (
        "import os, pathlib, signal, sys; from backcloth.storage.claim import FolderClaim;"
        "claim = FolderClaim(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == -9
    FolderClaim(tmp_path).release()


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Prompts, pictures and keys are not for other users of the machine."""
    FolderClaim(tmp_path / "data").release()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
