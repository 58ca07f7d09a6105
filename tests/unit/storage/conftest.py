"""Stores: each test that takes one runs on every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backcloth.storage.store import Store, open_store
from harness.bucket import Bucket


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[Bucket]:
    """A bucket for all tests of a file."""
    with Bucket() as opened:
        yield opened


@pytest.fixture
def bucket(bucket_server: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket, in whose environment the test runs."""
    bucket_server.empty()
    for name, value in bucket_server.credentials.items():
        monkeypatch.setenv(name, value)
    return bucket_server


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    if request.param == "s3":
        opened: Bucket = request.getfixturevalue("bucket")
        return open_store(opened.url)
    return open_store("memory://" if request.param == "memory" else str(tmp_path / "new" / "images"))
