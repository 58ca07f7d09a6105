"""Fixtures of the security tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.service_process import ServiceProcess
from harness.watchful import watchful_service


@pytest.fixture(scope="session")
def watchful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One service with those settings for all of them."""
    running = watchful_service(tmp_path_factory.mktemp("watchful")).start()
    yield running
    running.stop()
