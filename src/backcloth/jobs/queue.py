"""The durable queue of DBOS Transact: accepting, finding, removing. What runs it is runner.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions

from backcloth.net.url import receiver

APPLICATION = "backcloth"

PICTURES = ("pictures",)
"""The queues that a worker serves; what is accepted goes to the last.

Processes of two versions run side by side during an upgrade, so a queue's name stands for what its workers
must know. A request that older workers would misread goes to a new queue, which they do not serve; the older
queue is served for one more minor version, so that nothing is stranded.
"""

WEBHOOKS = "webhooks"
"""One partition a receiver, so that one which is slow or dead keeps nobody else waiting."""

REPLACE = "replace_background"
TELL = "tell_webhook"

MAX_ATTEMPTS = 10
"""Of one webhook, whatever the schedule; the settings see to it."""

_MAX_TURN = 2**31 - 1

_COLUMNS = ("workflow_uuid", "executor_id", "status", "queue_name", "started_at_epoch_ms")
"""Of DBOS' own table, read where it has no call that asks for one thing, or none that a step may make."""


class Queue:
    """Enqueues inside the caller's transaction, and looks after what was enqueued.

    Args:
        engine: The database; the job rows live in it too.
        url: The same database as a URL. On PostgreSQL the job engine's tables are created here, because a
            process that only accepts may be the first to start.
    """

    def __init__(self, engine: sa.Engine, url: str) -> None:
        if engine.dialect.name == "postgresql":
            DBOS.migrate(url)
        self._engine = engine
        schema = "dbos" if engine.dialect.name == "postgresql" else None
        self._workflows = sa.table("workflow_status", *map(sa.column, _COLUMNS), schema=schema)
        self._client = DBOSClient(
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )

    def close(self) -> None:
        """Lets go of the database."""
        self._client.destroy()

    def enqueue(self, connection: sa.Connection, job_id: str, turn: int) -> None:
        """Enqueues a job; it exists once the caller's transaction commits. Low turns go first."""
        options = EnqueueOptions(
            workflow_name=REPLACE,
            queue_name=PICTURES[-1],
            workflow_id=job_id,
            priority=min(turn, _MAX_TURN),
        )
        self._client.enqueue_in_transaction(connection, options, job_id)

    def enqueue_webhook(self, connection: sa.Connection, job_id: str, url: str) -> None:
        """Enqueues the first attempt at a job's webhook with the caller's transaction."""
        whose = receiver(url)
        self._client.enqueue_in_transaction(connection, _telling(job_id, 1, whose), job_id, 1, whose)

    def enqueue_next_webhook(self, job_id: str, attempt: int, whose: str, wait_s: float) -> None:
        """Enqueues a further attempt.

        Args:
            job_id: Whose end is told.
            attempt: The attempt's number, from 2.
            whose: The receiver, as `net.url.receiver` names it.
            wait_s: Seconds until it is due.
        """
        options = _telling(job_id, attempt, whose)
        options["delay_seconds"] = wait_s
        self._client.enqueue(options, job_id, attempt, whose)

    def webhooks_waiting(self) -> int:
        """Attempts at webhooks that are due, or will be."""
        waits = self._workflows.c.status.in_(("ENQUEUED", "DELAYED"))
        query = sa.select(sa.func.count()).where(self._workflows.c.queue_name == WEBHOOKS, waits)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def stranded(self, job_ids: set[str]) -> set[str]:
        """Those of the given unfinished jobs whose workflow has ended or is missing."""
        known = self._client.list_workflows(workflow_ids=list(job_ids), load_input=False, load_output=False)
        alive = {flow.workflow_id for flow in known if flow.status in ("ENQUEUED", "DELAYED", "PENDING")}
        return job_ids - alive

    def forget(self, job_ids: Sequence[str]) -> None:
        """Removes the workflows of expired jobs, webhook deliveries included."""
        tellings = [f"{job_id}-webhook-{n}" for job_id in job_ids for n in range(1, MAX_ATTEMPTS + 1)]
        self._client.delete_workflows([*job_ids, *tellings])

    def owner(self, job_id: str) -> str | None:
        """The executor that took the job last."""
        flows = self._workflows.c
        with self._engine.connect() as connection:
            query = sa.select(flows.executor_id).where(flows.workflow_uuid == job_id)
            return connection.execute(query).scalar_one_or_none()

    def executors(self) -> set[str]:
        """The executors that have workflows in work, dead or alive."""
        flows = self._workflows.c
        query = sa.select(flows.executor_id).where(flows.status == "PENDING").distinct()
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def take_back(
        self, executor_id: str, *, but: Callable[[], set[str]] = set, older_than_s: float = 0
    ) -> int:
        """Puts what an executor has in work back into its queues. How many workflows that were.

        Args:
            executor_id: One that is dead, or this process.
            but: Workflows that stay; asked after those in work were read, so that none slips through.
            older_than_s: Seconds since a workflow was taken, below which it stays.
        """
        flows = self._workflows.c
        now_ms = sa.extract("epoch", sa.func.now()) * 1000
        query = sa.select(flows.workflow_uuid, flows.queue_name).where(
            flows.status == "PENDING",
            flows.executor_id == executor_id,
            flows.started_at_epoch_ms <= now_ms - older_than_s * 1000,
        )
        with self._engine.connect() as connection:
            taken = connection.execute(query).all()
        kept = but()
        queues: dict[str, list[str]] = defaultdict(list)
        for workflow_id, name in taken:
            if workflow_id not in kept:
                queues[name].append(workflow_id)
        for name, ids in queues.items():
            self._client.resume_workflows(ids, queue_name=name)
        return sum(map(len, queues.values()))


def _telling(job_id: str, attempt: int, whose: str) -> EnqueueOptions:
    return EnqueueOptions(
        workflow_name=TELL,
        queue_name=WEBHOOKS,
        workflow_id=f"{job_id}-webhook-{attempt}",
        queue_partition_key=whose,
    )
