"""What the measurements run on: a PostgreSQL, processes on it, and what its tables say afterwards."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.process import spent_cpu_s, tree
from harness.cluster import Cluster
from harness.postgres import Postgres

UNLIMITED = {
    "BACKCLOTH_LIMIT_SUBMITS_PER_MINUTE": "0",
    "BACKCLOTH_LIMIT_STATUS_PER_MINUTE": "0",
    "BACKCLOTH_JOB_MAX_OPEN": "100000",
    "BACKCLOTH_JOB_MAX_OPEN_EACH": "100000",
    "BACKCLOTH_MODERATION_OUTPUT": "none",
    "OMP_NUM_THREADS": "1",
}
"""The load is one organisation's, and far beyond what a tenant may send."""


@contextlib.contextmanager
def cluster(postgres: Postgres, **environment: str) -> Iterator[Cluster]:
    """An empty cluster on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="backcloth-bench-") as folder:
        made = Cluster(Path(folder), postgres.new_database(), environment={**UNLIMITED, **environment})
        try:
            yield made
        finally:
            made.end()


@dataclass(frozen=True)
class Ended:
    """The jobs of a database once all have ended; times in seconds since the epoch.

    Attributes:
        created, started, finished: By job id. A start is when a worker took the job off the queue.
        failed: How many ended in an error.
    """

    created: dict[str, float]
    started: dict[str, float]
    finished: dict[str, float]
    failed: int

    @property
    def per_second(self) -> float:
        """From the first acceptance to the last end."""
        return len(self.finished) / (max(self.finished.values()) - min(self.created.values()))

    @property
    def job_s(self) -> float:
        """Median time in work, while others were in work too."""
        return statistics.median(self.finished[each] - self.started[each] for each in self.finished)


_ROWS = (
    "SELECT jobs.id, jobs.created_at, started_at_epoch_ms / 1000.0, jobs.finished_at, jobs.state FROM jobs"
    " JOIN dbos.workflow_status ON workflow_uuid = jobs.id"
)


def ended(cluster: Cluster, *, within_s: float = 300) -> Ended:
    """Waits until every accepted job has ended.

    Raises:
        TimeoutError: some have not.
    """
    deadline = time.monotonic() + within_s
    query = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
    with psycopg.connect(cluster.database_url, autocommit=True) as connection:
        while (left := connection.execute(query).fetchone()) != (0,):
            if time.monotonic() > deadline:
                raise TimeoutError(f"jobs without an end: {left}")
            time.sleep(0.2)
        rows = connection.execute(_ROWS).fetchall()
    return Ended(
        {row[0]: row[1] for row in rows},
        {row[0]: float(row[2]) for row in rows},
        {row[0]: row[3] for row in rows},
        sum(row[4] != "completed" for row in rows),
    )


def transactions(cluster: Cluster) -> int:
    """Committed and rolled-back transactions of the database so far."""
    query = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    with psycopg.connect(cluster.database_url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def connections(cluster: Cluster) -> int:
    """Sessions on the database, but for the one that asks."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(cluster.database_url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def postgres_cpu_s(postgres: Postgres) -> float:
    """CPU seconds that the server has spent, all its processes together."""
    return sum(spent_cpu_s(pid) for pid in tree(postgres.pid))
