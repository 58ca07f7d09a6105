"""`backcloth jobs`: what the operator sees of jobs, and may do about them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from backcloth.cli.configure import DataDir, fail, load
from backcloth.cli.records import AsJson, line, records, utc
from backcloth.domain.job import State
from backcloth.jobs.again import do_again
from backcloth.jobs.cancel import cancel
from backcloth.jobs.deliveries import Deliveries
from backcloth.jobs.ended import announce
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.overview import Line, Overview
from backcloth.jobs.queue import MAX_ATTEMPTS, Queue
from backcloth.storage.store import open_store

app = typer.Typer(
    help="Every organisation's jobs, as long as they are kept; ids are the request ids of callers.",
    no_args_is_help=True,
)

DAY_S = 86_400

JobId = Annotated[str, typer.Argument(help="32 hex digits.")]


@app.command("list")
def list_jobs(
    state: Annotated[State | None, typer.Option(help="In this state only.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Of this one only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    *,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Shows jobs, the newest first. Times are UTC."""
    with records(data_dir) as engine:
        found = Overview(engine).newest(state=state, organisation=organisation, limit=limit)
    for job in found:
        typer.echo(line(asdict(job)) if as_json else _row(job))


def _row(job: Line) -> str:
    lasted = (job.finished_at or time.time()) - job.created_at
    at = job.stage or "" if job.state is State.RUNNING else f"{job.code}: {job.details}" if job.code else ""
    starts = f"  started {job.starts} times" if job.starts > 1 else ""
    return (
        f"{utc(job.created_at)}  {job.id}  {job.organisation:<16}  {job.state.value:<9}  {lasted:8.1f} s"
        f"{starts}  {at}".rstrip()
    )


@app.command()
def show(job_id: JobId, data_dir: DataDir = None) -> None:
    """Shows all that is known of a job, and of its webhook's attempts, as JSON."""
    with records(data_dir) as engine:
        job = Overview(engine).one(job_id)
        told = Deliveries(engine).newest(job_id=job_id, failed=False, limit=MAX_ATTEMPTS)
    if job is None:
        raise fail(f"there is no job {job_id}")
    typer.echo(line({**job, "deliveries": [asdict(attempt) for attempt in told]}, indent=2))


@contextmanager
def _ledger(data_dir: Path | None) -> Iterator[tuple[sa.Engine, Ledger, Queue]]:
    """The job rows, and the queue that what is done to them reaches the service by."""
    settings = load(data_dir=data_dir)
    with records(data_dir) as engine:
        queue = Queue(engine, settings.database)
        try:
            yield (
                engine,
                Ledger(
                    engine,
                    boot="command",
                    retention_s=settings.job.retention_days * DAY_S,
                    on_webhook=queue.enqueue_webhook,
                    on_end=announce if settings.distributed else lambda _connection, _job_id: None,
                ),
                queue,
            )
        finally:
            queue.close()


@app.command()
def retry(job_id: JobId, data_dir: DataDir = None) -> None:
    """Has a failed job done again under a new id, which is printed; its pictures have to be URLs.

    Pictures that came with the request are deleted when the job ends, so that nothing is left to do again.
    """
    with _ledger(data_dir) as (engine, ledger, queue):
        try:
            new_id = do_again(engine, ledger, queue, job_id)
        except (LookupError, ValueError) as problem:
            raise fail(str(problem.args[0])) from None
    typer.echo(new_id)


@app.command("cancel")
def cancel_job(job_id: JobId, data_dir: DataDir = None) -> None:
    """Ends an unfinished job, at whatever stage it is; its caller is told so."""
    store = open_store(load(data_dir=data_dir).pictures)
    with _ledger(data_dir) as (_engine, ledger, _queue):
        cancelled = cancel(ledger, store, job_id)
    if not cancelled:
        raise fail(f"there is no unfinished job {job_id}")
    typer.echo(f"cancelled {job_id}")
