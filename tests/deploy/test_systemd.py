from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.deployment import DEPLOY, settings_of, understood

UNITS = sorted((DEPLOY / "systemd").iterdir())
PROGRAM = "/opt/backcloth/bin/backcloth"


def service(path: Path) -> configparser.SectionProxy:
    """The unit's section `Service`."""
    unit = configparser.RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # as configparser documents it
    unit.read(path)
    return unit["Service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_the_command_is_understood(path: Path) -> None:
    """With systemd's specifiers filled in, the line starts what the file is named after."""
    line = service(path)["ExecStart"].replace("%l", "host").replace("%i", "0")
    program, *arguments = shlex.split(line)
    assert program == PROGRAM
    assert path.name.startswith(f"backcloth-{arguments[0]}")
    options = understood(arguments)
    if arguments[0] == "worker":
        assert (options["executor_id"], options["port"]) == ("host-0", 9000)
        settings_of({"BACKCLOTH_EXECUTOR_ID": options["executor_id"]})
    else:
        assert options["works"] is False


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_the_process_has_time_to_end(path: Path) -> None:
    """Systemd waits longer than the process does."""
    settings = settings_of({})
    patience = settings.job.drain_s if "worker" in path.name else settings.drain_notice_s + 30
    assert int(service(path)["TimeoutStopSec"]) > patience


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_reads_it(path: Path, tmp_path: Path) -> None:
    """Its own verifier has nothing to say, where it is installed."""
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        pytest.skip("systemd-analyze is not installed: nothing but this suite has read the units")
    # A program that exists here; an instance of the template.
    unit = tmp_path / path.name.replace("@.", "@0.")
    unit.write_text(path.read_text().replace(PROGRAM, "/bin/true"))
    done = subprocess.run([verifier, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
