"""Says loudly when the diffusion engine could not be tested."""

from __future__ import annotations

import pytest

from harness.extra import DIFFUSION, NOT_TESTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints a banner, so that a green run without the extra is not taken for a whole one."""
    if not DIFFUSION:
        terminalreporter.section("the diffusion engine was not tested", sep="!", red=True, bold=True)
        terminalreporter.line(NOT_TESTED)
