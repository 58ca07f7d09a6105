"""Two API processes and three workers lose one thing after the other under load, and no job.

By default two faults, once, with few jobs; with BACKCLOTH_CHAOS=long (`make chaos`) all of them, five times
each with two hundred jobs.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.chaos import Load
from harness.cluster import Cluster
from harness.postgres import Postgres

LONG = os.environ.get("BACKCLOTH_CHAOS") == "long"
JOBS, TIMES = (200, 5) if LONG else (30, 1)
LEASE_S = 3

long_only = pytest.mark.skipif(not LONG, reason="make chaos runs it")
pick = random.Random(20261125)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL that may be crashed."""
    started = Postgres().start()
    yield started
    started.remove()


@pytest.fixture(scope="module")
def cluster(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """What is to survive; a smaller one by default."""
    made = Cluster(
        tmp_path_factory.mktemp("chaos"),
        server.new_database(),
        environment={"BACKCLOTH_JOB_LEASE_S": str(LEASE_S), "BACKCLOTH_LIMIT_FAILED_TOKENS_PER_MINUTE": "0"},
    )
    try:
        made.add_apis(2 if LONG else 1)
        made.add_workers(3 if LONG else 2)
        yield made
    finally:
        made.end()


def survive(cluster: Cluster, fault: Callable[[], None]) -> None:
    """Puts a load on the cluster, does the fault now and then, and checks every job."""
    load = Load(cluster, JOBS)
    with load.running():
        for number in range(TIMES):
            load.reached((number + 1) / (TIMES + 1))
            time.sleep(pick.uniform(0, 0.5))
            fault()
    report = load.report()
    print(report)  # noqa: T201  # the long form's figures
    assert report["accepted"] >= JOBS
    assert report["failed"] <= report["started again"], "only jobs whose worker died may fail"


def test_a_worker_is_killed(cluster: Cluster) -> None:
    """Kill -9 of a worker in the middle of its jobs."""

    def fault() -> None:
        victim = pick.choice(cluster.workers)
        victim.kill()
        time.sleep(1)
        victim.start()

    survive(cluster, fault)


def test_postgresql_crashes(cluster: Cluster, server: Postgres) -> None:
    """PostgreSQL stops at once, without a checkpoint, and starts again."""

    def fault() -> None:
        server.crash()
        time.sleep(1)
        server.start()

    survive(cluster, fault)


@long_only
def test_an_api_process_is_killed(cluster: Cluster) -> None:
    """Kill -9 of an API process while it accepts, perhaps between commit and answer."""

    def fault() -> None:
        victim = pick.choice(cluster.apis)
        victim.kill()
        time.sleep(1)
        victim.start()

    survive(cluster, fault)


@long_only
def test_a_worker_is_frozen(cluster: Cluster) -> None:
    """A worker is stopped past its lease, and goes on."""

    def fault() -> None:
        victim = pick.choice(cluster.workers)
        victim.send(signal.SIGSTOP)
        time.sleep(2 * LEASE_S)
        victim.send(signal.SIGCONT)

    survive(cluster, fault)


@long_only
def test_the_store_fails(cluster: Cluster) -> None:
    """For twenty seconds nothing can be stored or read."""
    folder = cluster.folder / "pictures"

    def fault() -> None:
        folder.rename(away := folder.with_name("away"))
        folder.write_bytes(b"")  # a file, so that nobody makes a new folder
        time.sleep(20)
        folder.unlink()
        away.rename(folder)

    survive(cluster, fault)


@long_only
def test_the_disk_is_full(server: Postgres, tmp_path: Path) -> None:
    """The store's own small disk is full for a while."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    cluster = Cluster(
        tmp_path, server.new_database(), environment={"BACKCLOTH_STORE_URL": (disk / "pictures").as_uri()}
    )

    def fill(filler: Path) -> None:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def fault() -> None:
        filler = disk / "filler"
        with pytest.raises(OSError, match="No space left"):
            fill(filler)
        time.sleep(5)
        filler.unlink()

    try:
        cluster.add_apis(2)
        cluster.add_workers(3)
        survive(cluster, fault)
    finally:
        cluster.end()
        subprocess.run(["umount", str(disk)], check=True)
