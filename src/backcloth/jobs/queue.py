"""The durable queue: DBOS Transact behind a narrow face.

What DBOS does by default and this file changes, each because it lost or delayed jobs when measured:

- its application version is a hash of the workflow's source, so that after a release accepted jobs would
  stay queued for ever: the version is pinned here and changes only when the order of steps does;
- it looks for work once a second: a free worker looks every `poll_s`;
- a step that raises ends the workflow: steps retry, and what the caller did wrong is a result, no exception;
- its SQLite is not in WAL mode: it is given our engine;
- it stores values with pickle: JSON here, and the only argument is the job's id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions

APPLICATION = "backcloth"
APPLICATION_VERSION = "1"
"""Raise only when a workflow's steps change their order, and drain before."""

WEBHOOK_GAPS_S = (60.0, 180.0, 480.0, 960.0)
"""Waits between the five delivery attempts: 28 minutes in all, inside the contract's 45."""

_PICTURES = "pictures"
_WEBHOOKS = "webhooks"
_REPLACE = "replace_background"
_TELL = "tell_webhook"
_RECOVERIES = 1_000_000
"""Never reached: DBOS also counts starts in which a job only waited; domain.job.MAX_STARTS is the guard."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duties:
    """What the queue calls. Each must be safe to repeat.

    Attributes:
        work: Runs one job to its end; raises only what a retry may mend.
        give_up: Ends a job whose `work` kept raising.
        tell: Tries to deliver one job's webhook; True when no further attempt is due.
    """

    work: Callable[[str], None]
    give_up: Callable[[str], None]
    tell: Callable[[str], bool]


class Queue:
    """Enqueues jobs inside a transaction and runs them, again after a crash.

    Args:
        engine: The database; the job rows live in it too.
        url: The same database as a URL.
        executor_id: Stable name of this process, unique among the live ones.
        duties: What to call.
    """

    def __init__(self, engine: sa.Engine, url: str, *, executor_id: str, duties: Duties) -> None:
        shared = {"system_database_engine": engine} if engine.dialect.name == "sqlite" else {}
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=url,
            executor_id=executor_id,
            application_version=APPLICATION_VERSION,
            serializer=DBOSPortableJSONSerializer(),
            notification_listener_polling_interval_sec=0.1,
            enable_otlp=False,
            log_level="WARNING",
            **shared,  # type: ignore[typeddict-item]  # one optional key of the TypedDict
        )
        DBOS(config=config)
        _log_through_ours()
        self._client = DBOSClient(
            system_database_url=url,
            system_database_engine=shared.get("system_database_engine"),
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )
        self._register(duties)

    def _register(self, duties: Duties) -> None:
        @DBOS.step(retries_allowed=True, max_attempts=8, interval_seconds=0.5, backoff_rate=1.5)
        def work(job_id: str) -> None:
            duties.work(job_id)

        @DBOS.step(retries_allowed=True, max_attempts=8, interval_seconds=0.5, backoff_rate=1.5)
        def give_up(job_id: str) -> None:
            duties.give_up(job_id)

        @DBOS.step(retries_allowed=True, max_attempts=8, interval_seconds=0.5, backoff_rate=1.5)
        def tell(job_id: str) -> bool:
            return duties.tell(job_id)

        @DBOS.workflow(name=_REPLACE, max_recovery_attempts=_RECOVERIES)
        def replace_background(job_id: str) -> None:
            try:
                work(job_id)
            except Exception:  # noqa: BLE001  # whatever it was, the job has to end
                _log.exception("job_gave_up", job_id=job_id)
                give_up(job_id)

        @DBOS.workflow(name=_TELL, max_recovery_attempts=_RECOVERIES)
        def tell_webhook(job_id: str, attempt: int) -> None:
            if tell(job_id) or attempt >= len(WEBHOOK_GAPS_S):
                return
            options = self._telling(job_id, attempt + 1)
            options["delay_seconds"] = WEBHOOK_GAPS_S[attempt]
            self._client.enqueue(options, job_id, attempt + 1)

    def open(self, *, workers: int, poll_s: float) -> None:
        """Recovers what this executor left unfinished and starts looking for work.

        Args:
            workers: Jobs in work at once.
            poll_s: Seconds between two looks for work.
        """
        DBOS.launch()
        for name, slots, wait_s in ((_PICTURES, workers, poll_s), (_WEBHOOKS, 4, 1.0)):
            DBOS.register_queue(
                name, worker_concurrency=slots, polling_interval_sec=wait_s, on_conflict="always_update"
            )

    def close(self, *, drain_s: int) -> None:
        """Stops looking for work, waits up to `drain_s` seconds for jobs in work; the rest is recovered."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=drain_s)
        self._client.destroy()

    def enqueue(self, connection: sa.Connection, job_id: str) -> None:
        """Enqueues a job; it exists once the caller's transaction commits."""
        options = EnqueueOptions(workflow_name=_REPLACE, queue_name=_PICTURES, workflow_id=job_id)
        self._client.enqueue_in_transaction(connection, options, job_id)

    def enqueue_webhook(self, connection: sa.Connection, job_id: str) -> None:
        """Enqueues the first delivery of a job's webhook with the caller's transaction."""
        self._client.enqueue_in_transaction(connection, self._telling(job_id, 0), job_id, 0)

    def stranded(self, job_ids: set[str]) -> set[str]:
        """Those of the given unfinished jobs whose workflow has ended or is missing."""
        known = DBOS.list_workflows(workflow_ids=list(job_ids), load_input=False, load_output=False)
        alive = {flow.workflow_id for flow in known if flow.status in ("ENQUEUED", "DELAYED", "PENDING")}
        return job_ids - alive

    def forget(self, job_ids: Sequence[str]) -> None:
        """Removes the workflows of expired jobs, webhook deliveries included."""
        tellings = [f"{job_id}-webhook-{n}" for job_id in job_ids for n in range(len(WEBHOOK_GAPS_S) + 1)]
        DBOS.delete_workflows([*job_ids, *tellings])

    def _telling(self, job_id: str, attempt: int) -> EnqueueOptions:
        return EnqueueOptions(
            workflow_name=_TELL, queue_name=_WEBHOOKS, workflow_id=f"{job_id}-webhook-{attempt}"
        )


def _log_through_ours() -> None:
    """DBOS brings a handler of its own that writes plain text; ours writes one JSON object a line."""
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True
