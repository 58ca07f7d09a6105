"""The measurements, each with the goal that it is held against."""

from __future__ import annotations

import base64
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.photo import jpeg
from bench.process import own_mib, spent_cpu_s
from bench.scale.looks import CLIENTS, looks_a_second
from bench.scale.pace import submit
from bench.scale.programs import TOY, pinned
from bench.scale.stage import UNLIMITED, cluster, connections, ended, postgres_cpu_s, transactions
from harness.cluster import Cluster
from harness.postgres import Postgres
from harness.quick_job import quick_job, token_of
from harness.service_process import ServiceProcess

PHOTO = Path(__file__).parents[2] / "demo" / "photos" / "fig-bowl.jpg"


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        what: In words, with the unit.
        value: The number.
        goal: What it should be; empty where there is none.
        met: Whether it is.
    """

    what: str
    value: float
    goal: str = ""
    met: bool = True


def at_least(what: str, value: float, goal: float) -> Figure:
    """A figure that should not be below its goal."""
    return Figure(what, value, f"≥ {goal:g}", value >= goal)


def at_most(what: str, value: float, goal: float) -> Figure:
    """A figure that should not be above its goal."""
    return Figure(what, value, f"≤ {goal:g}", value <= goal)


def throughput(postgres: Postgres) -> list[Figure]:
    """300 toy jobs submitted as fast as they are accepted: one API process, two workers."""
    with cluster(postgres) as made:
        made.add_apis(1)
        made.add_workers(2, program=TOY)
        before, spent = transactions(made), postgres_cpu_s(postgres)
        paced = submit(made.apis, quick_job(), rate=1000, count=300)
        done = ended(made)
        asked, spent = transactions(made) - before, postgres_cpu_s(postgres) - spent
        wall = max(done.finished.values()) - min(done.created.values())
    return [
        at_least("toy jobs ended a second, 2 workers, PostgreSQL", done.per_second, 15),
        Figure("  accepted a second", len(paced.latencies) / paced.wall_s),
        Figure("  transactions a job, looking for it included", asked / len(done.finished)),
        Figure("  CPU ms of PostgreSQL a job, likewise", 1000 * spent / len(done.finished)),
        Figure("  seconds in all", wall),
        Figure("  jobs that failed", done.failed, "0", done.failed == 0),
    ]


_WHERE = (("workers elsewhere", None), ("two workers here", TOY))


def acceptance(postgres: Postgres) -> list[Figure]:
    """100 submits a second for 20 seconds to two API processes; workers elsewhere, and on this machine."""
    figures = []
    for where, program in _WHERE:
        with cluster(postgres) as made:
            made.add_apis(2)
            if program:
                made.add_workers(2, program=program)
            submit(made.apis, quick_job(), rate=20, count=20)
            before = _cpu_s(made)
            paced = submit(made.apis, quick_job(), rate=100, count=2000)
            spent = _cpu_s(made) - before
        refused = paced.answers.total() - paced.answers[202]
        what, p99 = f"accept p99 in ms, 100 submits/s, {where}", 1000 * paced.quantile(0.99)
        figures += [
            at_most(what, p99, 150),
            Figure("  p50 in ms", 1000 * paced.quantile(0.5)),
            Figure("  CPU ms of an API process, a submit", 1000 * spent / 2000),
            Figure("  not accepted", refused, "0", refused == 0),
        ]
    return figures


def embedded(_postgres: Postgres) -> list[Figure]:
    """50 submits a second for 20 seconds to one process on SQLite that works, too."""
    with tempfile.TemporaryDirectory(prefix="backcloth-bench-") as folder:
        service = ServiceProcess(Path(folder), environment=dict(UNLIMITED), program=TOY).start()
        try:
            submit([service], quick_job(), rate=10, count=10)
            paced = submit([service], quick_job(), rate=50, count=1000)
        finally:
            service.kill()
    refused = paced.answers.total() - paced.answers[202]
    return [
        at_most("accept p99 in ms, 50 submits/s, embedded SQLite", 1000 * paced.quantile(0.99), 250),
        Figure("  p50 in ms", 1000 * paced.quantile(0.5)),
        Figure("  not accepted", refused, "0", refused == 0),
    ]


def fairness(postgres: Postgres) -> list[Figure]:
    """One organisation queues 300 toy jobs, then another one: how long the other's takes, in job times."""
    with cluster(postgres) as made:
        made.add_apis(1)
        made.add_workers(2, program=TOY)
        api = made.apis[0]
        other = token_of(api, "small")
        submit([api], quick_job(), rate=1000, count=300)
        job_id = api.post(quick_job(), token=other).json()["request_id"]
        done = ended(made)
    took = done.finished[job_id] - done.created[job_id]
    waiting = sum(end > done.created[job_id] for end in done.finished.values()) - 1
    return [
        at_most("job times until the other's job ended", took / done.job_s, 3),
        Figure("  seconds until it ended", took),
        Figure("  seconds a job is in work, 8 slots on this machine", done.job_s),
        Figure("  jobs unfinished when it came", waiting),
    ]


def scaling(postgres: Postgres) -> list[Figure]:
    """Real jobs, one megapixel on a flat colour, on one and on two workers that have a core each."""
    body = quick_job(image=base64.b64encode(jpeg(PHOTO)).decode())
    rates = []
    for workers in (1, 2):
        with cluster(postgres, BACKCLOTH_JOB_WORKERS="2") as made:
            made.add_apis(1)
            for core in range(workers):
                made.add_workers(1, program=pinned(core))
            submit(made.apis, body, rate=1000, count=4)
            ended(made)
            submit(made.apis, body, rate=1000, count=30 * workers)
            done = ended(made)
        last = sorted(done.finished.values())[4:]
        since = min(sorted(done.created.values())[4:])
        rates.append(len(last) / (last[-1] - since))
    return [
        at_least("times the jobs, 2 workers instead of 1", rates[1] / rates[0], 1.7),
        Figure("  jobs a second, 1 worker on one core", rates[0]),
        Figure("  jobs a second, 2 workers on a core each", rates[1]),
    ]


def idle(postgres: Postgres) -> list[Figure]:
    """An API process after its start, and what workers ask of the database while nothing is to be done."""
    figures = []
    with cluster(postgres) as made:
        made.add_apis(1)
        process = made.apis[0].process
        time.sleep(5)
        memory = own_mib(process.pid) if process else 0.0
        figures.append(at_most("MiB of an idle API process, its own and its share", memory, 120))
        answer = made.apis[0].post(quick_job(prompt="a marble table"))
        memory = own_mib(process.pid) if process and answer.status_code == 202 else 0.0
        figures.append(Figure("  after its first prompt in words", memory))
    for poll in ("0.05", "1"):
        with cluster(postgres, BACKCLOTH_JOB_POLL_S=poll) as made:
            made.add_workers(2)
            time.sleep(8)
            before, spent, since = transactions(made), postgres_cpu_s(postgres), time.monotonic()
            time.sleep(15)
            seconds = time.monotonic() - since
            asked = transactions(made) - before
            spent = postgres_cpu_s(postgres) - spent
            held = connections(made)
        figures += [
            Figure(f"transactions a second, an idle worker, poll {poll} s", asked / seconds / 2),
            Figure("  CPU ms of PostgreSQL, each", 1000 * spent / asked),
            Figure("  connections of a worker", held / 2),
        ]
    return figures


def looks(postgres: Postgres) -> list[Figure]:
    """Looks for a job that the server answers a second, by workers that look at once and by waiting jobs."""
    figures = []
    with cluster(postgres) as made:
        made.add_apis(1)
        made.add_workers(1)
        made.workers[0].kill()
        for waiting in (0, 1000):
            if waiting:
                submit(made.apis, quick_job(), rate=1000, count=waiting)
            for clients in CLIENTS:
                found = looks_a_second(postgres, made.database_url, clients)
                figures.append(Figure(f"looks a second, {clients} at once, {waiting} jobs waiting", found))
    return figures


def _cpu_s(made: Cluster) -> float:
    return sum(spent_cpu_s(api.process.pid) for api in made.apis if api.process)


ALL = {each.__name__: each for each in (throughput, acceptance, embedded, fairness, scaling, idle, looks)}
