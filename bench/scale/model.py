"""`make bench-model`: what N workers ask of one PostgreSQL, from measured figures; which limit comes first.

Arithmetic, no simulation: costs are taken to add up, so contention, which makes all of it worse, is left out.
docs/scaling.md says where each figure comes from.
"""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass

from bench import report


@dataclass(frozen=True)
class Measured:
    """What `make bench-scale` found, on two cores of an Intel Xeon.

    Attributes:
        beat: Transactions a second of an idle worker that do not depend on how often it looks for jobs.
        look: Transactions of one look for a job.
        transaction_ms: CPU of PostgreSQL for one of them.
        job_ms: CPU of PostgreSQL for one job, from acceptance to its end, without looking for it.
        accept_ms: CPU of an API process for one submit of a small picture.
        connections: Of one worker.
        connection_mib: Memory of PostgreSQL for one.
    """

    beat: float = 17.1
    look: float = 3.27
    transaction_ms: float = 0.25
    job_ms: float = 5.3
    accept_ms: float = 6.2
    connections: float = 7.5
    connection_mib: float = 3.4


@dataclass(frozen=True)
class Load:
    """What a cluster asks for.

    Attributes:
        idle_cores: Cores of PostgreSQL for nothing but looking for jobs.
        job_cores: For the jobs themselves.
        api_cores: Of API processes.
        connections: To PostgreSQL.
        memory_gib: Of PostgreSQL for them.
    """

    idle_cores: float
    job_cores: float
    api_cores: float
    connections: float
    memory_gib: float


def load(measured: Measured, workers: int, poll_s: float, jobs_per_worker_s: float) -> Load:
    """The load of so many workers, each of which ends so many jobs a second."""
    asked = workers * (measured.beat + measured.look / poll_s)
    jobs = workers * jobs_per_worker_s
    connections = workers * measured.connections
    return Load(
        asked * measured.transaction_ms / 1000,
        jobs * measured.job_ms / 1000,
        jobs * measured.accept_ms / 1000,
        connections,
        connections * measured.connection_mib / 1024,
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.model", description=__doc__)
    for knob in dataclasses.fields(Measured):
        parser.add_argument(f"--{knob.name.replace('_', '-')}", type=float, default=knob.default)
    parser.add_argument("--jobs", type=float, default=1.7, help="jobs a second of one worker")
    given = vars(parser.parse_args())
    jobs = given.pop("jobs")
    measured = Measured(**given)
    rows: list[report.Row] = []
    for workers in (10, 100, 1000):
        for poll_s in (0.05, 0.5, 2.0):
            found = load(measured, workers, poll_s, jobs)
            rows.append(
                (
                    str(workers),
                    f"{poll_s:g}",
                    f"{workers * jobs:.0f}",
                    f"{found.idle_cores:.1f}",
                    f"{found.job_cores:.1f}",
                    f"{found.api_cores:.1f}",
                    f"{found.connections:.0f}",
                    f"{found.memory_gib:.1f}",
                )
            )
    header = (
        *("workers", "poll s", "jobs/s", "PostgreSQL cores looking", "for jobs", "API cores"),
        *("connections", "their GiB"),
    )
    print(report.table(f"One PostgreSQL, {jobs:g} jobs a second and worker", header, rows))


if __name__ == "__main__":
    main()
