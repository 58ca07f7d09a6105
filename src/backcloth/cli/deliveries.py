"""`backcloth deliveries`: what became of webhooks, attempt by attempt."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from backcloth.cli.configure import DataDir
from backcloth.cli.records import AsJson, line, records, utc
from backcloth.jobs.deliveries import Deliveries, Delivery


def deliveries(
    job: Annotated[str | None, typer.Option(help="Attempts of this job only.")] = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only attempts that did not deliver.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Shows attempts to deliver webhooks, the newest first. Times are UTC."""
    with records(data_dir) as engine:
        found = Deliveries(engine).newest(job_id=job, failed=failed, limit=limit)
    for delivery in found:
        typer.echo(line(asdict(delivery)) if as_json else _row(delivery))


def _row(delivery: Delivery) -> str:
    end = delivery.verdict + (f": {delivery.reason}" if delivery.reason else "")
    if delivery.next_at is not None:
        end += f", again at {utc(delivery.next_at)}"
    elif delivery.verdict == "failed":
        end += ", given up"
    return (
        f"{utc(delivery.at)}  {delivery.job_id}  attempt {delivery.attempt}  {delivery.seconds:6.3f} s  "
        f"{delivery.receiver}  {end}"
    )
