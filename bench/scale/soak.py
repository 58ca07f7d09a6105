"""`make soak`: half an hour of mixed load; memory, descriptors, threads and database must stop growing.

Two API processes and two workers on PostgreSQL, results kept for a minute. What is sampled over the last
third of the run is held against the second third; the first is for warming up.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from bench import report
from bench.process import own_mib, tree
from bench.scale.stage import cluster
from harness.cluster import Cluster
from harness.pictures import encoded, subject_picture
from harness.postgres import Postgres
from harness.quick_job import quick_job
from harness.site import Page, Site

OUT = Path(__file__).parents[1] / "out" / "soak.json"
RETENTION_S = 60
SAMPLE_S = 5.0
CLIENTS = 3
PAUSE_S = 0.25

_GROWTH = {
    "MiB": (1.05, 8),
    "descriptors": (1.0, 6),
    "threads": (1.0, 4),
    "database MiB": (1.1, 4),
    "stale rows": (1.0, 10),
}
"""By how much the last third may lie above the second, a factor and then in its own unit: noise, no leak."""

_COUNTS = {
    "jobs": b"SELECT count(*) FROM jobs",
    "workflows": b"SELECT count(*) FROM dbos.workflow_status",
}

_ROWS_A_JOB = {"jobs": 1, "workflows": 2}
"""At most: a job's webhook is a workflow of its own."""

_LATER_S = 30
"""How long after its acceptance a job may end, and after its retention be swept."""


@dataclass
class Soak:
    """What was sampled: by name of a process or table, by kind, one number a sample."""

    samples: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    accepted: list[float] = field(default_factory=list)

    def recent(self) -> int:
        """Jobs accepted so lately that their rows may still be there."""
        since = time.monotonic() - RETENTION_S - _LATER_S
        return sum(each > since for each in self.accepted)

    def add(self, name: str, kind: str, value: float) -> None:
        """One number more."""
        self.samples.setdefault(name, {}).setdefault(kind, []).append(value)

    def verdicts(self) -> list[tuple[str, str, float, float, bool]]:
        """Name, kind, median of the second third, of the last third, and whether that is flat."""
        found = []
        for name, kinds in self.samples.items():
            for kind, values in kinds.items():
                third = len(values) // 3
                before = statistics.median(values[third : 2 * third])
                after = statistics.median(values[2 * third :])
                factor, more = _GROWTH[kind]
                found.append((name, kind, before, after, after <= before * factor + more))
        return found


def main() -> int:
    """Whether something grew."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    soak = Soak()
    postgres = Postgres("max_connections=200").start()
    try:
        short = {
            "BACKCLOTH_JOB_RETENTION_DAYS": str(RETENTION_S / 86_400),
            "BACKCLOTH_JOB_SWEEP_S": "5",
            "BACKCLOTH_MODERATION_OUTPUT": "nudity",
        }
        with cluster(postgres, **short) as made, Site() as site:
            made.add_apis(2)
            made.add_workers(2)
            _soak(made, site, soak, minutes)
    finally:
        postgres.remove()
    flat = _print(soak)
    report.write(
        OUT,
        {"machine": report.machine(), "minutes": minutes, "samples": soak.samples, "answers": soak.answers},
    )
    return int(not flat)


def _soak(made: Cluster, site: Site, soak: Soak, minutes: float) -> None:
    site.pages["/photo.png"] = Page(encoded(subject_picture()))
    site.pages["/hook"] = Page(status=204)
    until = time.monotonic() + 60 * minutes
    clients = [threading.Thread(target=_client, args=(made, site, soak, n, until)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    since = time.monotonic()
    for number in itertools.count(1):
        if time.monotonic() >= until:
            break
        time.sleep(max(0.0, since + number * SAMPLE_S - time.monotonic()))
        _sample(made, soak)
        site.deliveries.queue.clear()
        if number % 24 == 0:
            print(f"{number * SAMPLE_S / 60:.0f} min: {dict(soak.answers)}", flush=True)
    for client in clients:
        client.join()


def _client(made: Cluster, site: Site, soak: Soak, number: int, until: float) -> None:
    """Cheap jobs, studio jobs, jobs by URL, refused ones, and questions about a job that does not exist."""
    headers = {"api_token": made.token}
    hook = {"webhook_url": site.url("/hook")}
    kinds: list[tuple[str, dict[str, object]]] = [
        ("sync", quick_job(sync=True)),
        ("webhook", quick_job(**hook)),
        ("by URL", quick_job(image=site.url("/photo.png"), original_quality=False)),
        ("studio", quick_job(prompt="a marble table by a window")),
        ("refused", quick_job(prompt="")),
        ("unreachable", quick_job(image=site.url("/none.png"), sync=True)),
        ("not a picture", quick_job(image="aGVsbG8=")),
    ]
    for turn in itertools.count(number):
        if time.monotonic() >= until:
            return
        name, body = kinds[turn % len(kinds)]
        api = made.apis[turn % len(made.apis)]
        with httpx.Client(base_url=api.url, headers=headers, timeout=60) as client:
            try:
                answer = client.post("/v2/image/edit/replace_background", json=body)
                if answer.status_code in {200, 202}:
                    soak.accepted.append(time.monotonic())
                if answer.status_code == 202:
                    client.get(f"/v2/status/{answer.json()['request_id']}")
                client.get(f"/v2/status/{turn:032x}")
                client.get("/health/ready")
            except httpx.TransportError as fault:
                soak.answers[f"{name}: {type(fault).__name__}"] += 1
            else:
                soak.answers[f"{name}: {answer.status_code}"] += 1
        time.sleep(PAUSE_S)


def _sample(made: Cluster, soak: Soak) -> None:
    processes = {f"api-{n}": api.process for n, api in enumerate(made.apis)}
    processes |= {worker.name: worker.process for worker in made.workers}
    for name, process in processes.items():
        if process is None or process.poll() is not None:
            raise RuntimeError(f"{name} is gone")
        pids = tree(process.pid)
        soak.add(name, "MiB", sum(own_mib(pid) for pid in pids))
        soak.add(name, "descriptors", sum(_entries(f"/proc/{pid}/fd") for pid in pids))
        soak.add(name, "threads", sum(_entries(f"/proc/{pid}/task") for pid in pids))
    with psycopg.connect(made.database_url, autocommit=True) as connection:
        (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        soak.add("database", "database MiB", size / 2**20)
        for table, query in _COUNTS.items():
            (rows,) = connection.execute(query).fetchone() or (0,)
            soak.add(table, "stale rows", max(0, rows - _ROWS_A_JOB[table] * soak.recent()))


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _print(soak: Soak) -> bool:
    print(f"\nanswers: {dict(sorted(soak.answers.items()))}\n")
    flat = True
    for name, kind, before, after, held in soak.verdicts():
        print(f"{name:<22} {kind:<13} {before:>9.1f} {after:>9.1f}  {'flat' if held else 'GROWS'}")
        flat &= held
    print("\nflat" if flat else "\nSOMETHING GROWS")
    return flat


if __name__ == "__main__":
    sys.exit(main())
