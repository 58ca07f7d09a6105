"""Fixtures of the security tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.quick_cutout import quick_cutout
from harness.service_process import ServiceProcess
from harness.watchful import watchful_service


@pytest.fixture(scope="session")
def watchful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One service with those settings for all of them."""
    running = watchful_service(tmp_path_factory.mktemp("watchful")).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One service for all who send hostile pictures and measure what they cost; few open jobs fill it."""
    folder = tmp_path_factory.mktemp("besieged")
    settings = {"BACKCLOTH_FETCH_TIMEOUT_S": "2", "BACKCLOTH_JOB_MAX_OPEN": "200", **quick_cutout(folder)}
    running = ServiceProcess(folder, settings).start()
    yield running
    running.stop()
