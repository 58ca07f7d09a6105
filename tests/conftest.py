"""Fixtures: a real service process, and a picture to send it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.pictures import encoded, subject_picture
from harness.postgres import Postgres
from harness.service_process import Launch, ServiceProcess


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One service for all tests that do not kill it or change its settings. Nobody judges its results."""
    nobody = {"BACKCLOTH_MODERATION_OUTPUT": "none"}
    running = ServiceProcess(tmp_path_factory.mktemp("service"), nobody).start()
    yield running
    running.stop()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts a service of the test's own in its folder, with the settings given; none outlives the test."""
    started: list[ServiceProcess] = []

    def start(**environment: str) -> ServiceProcess:
        started.append(ServiceProcess(tmp_path, environment=environment))
        return started[-1].start()

    yield start
    for service in started:
        service.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests; whoever uses it takes a new database, and nobody stops it."""
    server = Postgres().start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A PNG with a clear subject."""
    return encoded(subject_picture())


@pytest.fixture(scope="session")
def photo_base64(photo: bytes) -> str:
    """The same, as a request carries it."""
    return base64.b64encode(photo).decode()
