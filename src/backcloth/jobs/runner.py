"""Runs what the queue holds: DBOS Transact behind a narrow face.

What DBOS does by default and this file changes, each because it lost or delayed jobs when measured:

- its application version is a hash of the workflow's source, so that after a release accepted jobs would
  stay queued for ever: the version is pinned for good, and queue.py says how versions live side by side;
- it looks for work once a second: a free worker looks every `poll_s`;
- a step that raises ends the workflow: steps retry, and what the caller did wrong is a result, no exception;
- its SQLite is not in WAL mode: it is given our engine, on PostgreSQL too, so that a process has one pool;
- it stores values with pickle: JSON here, and the only argument is the job's id;
- its spans quote errors, and so the URLs of pictures: they stay off, spans.py makes ours;
- nobody notices a dead process but its own successor: presence.py and takeover.py do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from backcloth.jobs.queue import APPLICATION, PICTURES, REPLACE, TELL, WEBHOOKS, Queue

APPLICATION_VERSION = "1"
"""Never changes: DBOS hides jobs of one version from workers of another."""

_RECOVERIES = 1_000_000
"""Never reached: DBOS also counts starts in which a job only waited; domain.job.MAX_STARTS is the guard."""

_TRIES = 13
"""Of a step whose database or store fails: waits of 1.5**12 - 1 seconds in all, which is over two minutes."""

_TELLING = 64
"""Webhooks under way at once: threads that wait for receivers, and need nothing but patience."""

_TELLING_EACH = 4
"""Those to one receiver."""

_step = partial(DBOS.step, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5, backoff_rate=1.5)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duties:
    """What the runner calls. Each must be safe to repeat.

    Attributes:
        work: Runs one job to its end; raises only what a retry may mend.
        give_up: Ends a job whose `work` kept raising.
        tell: Makes one attempt at a job's webhook, the one of that number; the number of the next and the
            seconds until it is due, or None when none is.
    """

    work: Callable[[str], None]
    give_up: Callable[[str], None]
    tell: Callable[[str, int], tuple[int, float] | None]


class Runner:
    """Takes workflows off the queues and runs them, again after a crash.

    Args:
        engine: The database.
        url: The same database as a URL.
        queue: Where further webhook attempts are enqueued.
        executor_id: Stable name of this process, unique among the live ones.
        duties: What to call.
        wait_alive: Blocks while this process may be taken for dead; whether it had to.
    """

    def __init__(
        self,
        engine: sa.Engine,
        url: str,
        queue: Queue,
        *,
        executor_id: str,
        duties: Duties,
        wait_alive: Callable[[], bool] = lambda: False,
    ) -> None:
        self._queue = queue
        self._executor_id = executor_id
        self._wait_alive = wait_alive
        self._running: set[str] = set()
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=url,
            system_database_engine=engine,
            executor_id=executor_id,
            application_version=APPLICATION_VERSION,
            serializer=DBOSPortableJSONSerializer(),
            enable_otlp=False,
            log_level="WARNING",
        )
        DBOS(config=config)
        _log_through_ours()
        self._register(duties)

    def _register(self, duties: Duties) -> None:
        @_step(name="work")
        def work(job_id: str) -> None:
            if not self._taken_over(job_id):
                duties.work(job_id)

        @_step(name="give_up")
        def give_up(job_id: str) -> None:
            duties.give_up(job_id)

        @_step(name="tell")
        def tell(job_id: str, attempt: int) -> tuple[int, float] | None:
            return duties.tell(job_id, attempt)

        @DBOS.workflow(name=REPLACE, max_recovery_attempts=_RECOVERIES)
        def replace_background(job_id: str) -> None:
            with self._noted():
                try:
                    work(job_id)
                except Exception:  # noqa: BLE001  # whatever it was, the job has to end
                    _log.exception("job_gave_up", request_id=job_id)
                    give_up(job_id)

        @DBOS.workflow(name=TELL, max_recovery_attempts=_RECOVERIES)
        def tell_webhook(job_id: str, attempt: int, whose: str) -> None:
            with self._noted():
                if later := tell(job_id, attempt):
                    self._queue.enqueue_next_webhook(job_id, later[0], whose, later[1])

    def running(self) -> set[str]:
        """The workflows that this process runs at the moment."""
        return set(self._running)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        workflow_id = DBOS.workflow_id or ""
        self._running.add(workflow_id)
        try:
            yield
        finally:
            self._running.discard(workflow_id)

    def _taken_over(self, job_id: str) -> bool:
        """Whether another process runs the job by now, because this one was silent for too long."""
        return self._wait_alive() and self._queue.owner(job_id) != self._executor_id

    def open(self, *, workers: int, poll_s: float) -> None:
        """Recovers what this executor left unfinished and starts looking for work.

        Args:
            workers: Jobs in work at once.
            poll_s: Seconds between two looks for work.
        """
        DBOS.listen_queues([*PICTURES, WEBHOOKS])
        DBOS.launch()
        for name in PICTURES:
            DBOS.register_queue(
                name, worker_concurrency=workers, polling_interval_sec=poll_s, on_conflict="always_update"
            )
        DBOS.register_queue(
            WEBHOOKS,
            worker_concurrency=_TELLING,
            partition_worker_concurrency=_TELLING_EACH,
            polling_interval_sec=1.0,
            on_conflict="always_update",
        )

    def close(self, *, drain_s: int) -> None:
        """Stops looking for work, waits up to `drain_s` seconds for jobs in work; the rest is recovered."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=drain_s)


def _log_through_ours() -> None:
    """DBOS brings a handler of its own that writes plain text; ours writes one JSON object a line."""
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True
