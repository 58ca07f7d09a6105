"""A caller's web server that keeps a job in work for as long as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from harness.quick_job import quick_picture
from harness.site import Page, Site


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def site(gate: threading.Event) -> Iterator[Site]:
    """The caller's web server; `/slow.png` waits for the gate."""
    with Site({"/slow.png": Page(quick_picture(), gate=gate)}) as running:
        yield running
        gate.set()
