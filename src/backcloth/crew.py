"""The composition root's part for processes that run jobs: a service's parts in, a worker out."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from backcloth.jobs.crew import Crew
from backcloth.jobs.deliveries import Deliveries
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.progress import Progress
from backcloth.jobs.queue import Queue
from backcloth.jobs.repeats import forget as forget_keys
from backcloth.jobs.runner import Duties
from backcloth.jobs.sweep import Sweeper
from backcloth.jobs.tell import Teller
from backcloth.jobs.usage import Usage
from backcloth.jobs.waiters import Waiters
from backcloth.jobs.work import Worker
from backcloth.net.webhook import WebhookSender
from backcloth.pipeline.engines import Engines
from backcloth.settings import Settings
from backcloth.storage.sign import Links

_DAY_S = 86_400


def open_crew(
    settings: Settings,
    engines: Engines,
    database: sa.Engine,
    queue: Queue,
    ledger: Ledger,
    links: Links,
    *,
    waiters: Waiters,
    metrics: Metrics,
) -> Crew:
    """A worker, not yet at work.

    Args:
        settings: All settings.
        engines: What jobs are done with.
        database: Of the service, as the rest.
        queue: Where jobs come from.
        ledger: The job rows.
        links: What webhooks name results by.
        waiters: Told of jobs that end.
        metrics: Of this process.
    """
    progress = Progress(ledger)
    worker = Worker(ledger, engines, waiters, metrics, progress)
    deliveries = Deliveries(database)
    teller = Teller(
        ledger,
        WebhookSender(allow=settings.fetch.allow, timeout_s=settings.webhook.timeout_s),
        links,
        log=deliveries,
        metrics=metrics,
        gaps_s=settings.webhook.gaps_s,
    )
    sweeper = Sweeper(
        ledger,
        queue,
        engines.store,
        worker,
        metrics,
        {
            partial(forget_keys, database): settings.job.idempotency_hours * 3600,
            deliveries.forget: settings.webhook.log_days * _DAY_S,
            Usage(database).forget: settings.job.usage_days * _DAY_S,
        },
        every_s=settings.job.sweep_s,
    )
    return Crew(
        database,
        settings.database,
        queue,
        sweeper,
        progress,
        executor_id=settings.executor,
        lease_s=settings.job.lease_s,
        duties=Duties(worker.work, worker.give_up, teller.tell),
    )
