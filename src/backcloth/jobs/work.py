"""Runs one job: claim, pipeline, publish. Repeating it is harmless."""

from __future__ import annotations

import sqlalchemy as sa
import structlog
from obstore.exceptions import BaseError as StoreError
from opentelemetry.trace import SpanKind

from backcloth.domain.job import Failure, Result
from backcloth.domain.request import ReplaceBackground
from backcloth.errors import BackclothError, InternalError, ModerationRefused
from backcloth.jobs import spans
from backcloth.jobs.gate import Gate
from backcloth.jobs.keys import result_key
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.progress import Progress
from backcloth.jobs.usage import painter_of
from backcloth.jobs.waiters import Waiters
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import Outcome, replace_background

_log = structlog.get_logger(__name__)

INTERNAL = InternalError("The job failed for an internal reason. Quote the request id to the operator.")


class Worker:
    """Takes a job from its claim to its one end.

    Args:
        ledger: The job rows.
        engines: What the pipeline works with.
        waiters: Woken when a job ends.
        metrics: Counts stages, refusals and runs that have to be repeated.
        progress: Where it says how far its jobs are, and hears which were cancelled.
    """

    def __init__(
        self, ledger: Ledger, engines: Engines, waiters: Waiters, metrics: Metrics, progress: Progress
    ) -> None:
        self._ledger = ledger
        self._engines = engines
        self._waiters = waiters
        self._metrics = metrics
        self._progress = progress
        self._gate = Gate()

    def work(self, job_id: str) -> None:
        """Runs the job to its end.

        What the caller did wrong ends the job at once. A fault of ours ends it with a 500, whatever it is,
        because trying the same pictures again would fail again.

        Raises:
            OSError, StoreError, sqlalchemy.exc.SQLAlchemyError: the database or the store failed; worth a
                retry.
        """
        try:
            deaths = self._ledger.deaths(job_id)
            if deaths:
                self._metrics.restarts.inc()
            with self._gate.alone(deaths) if deaths else self._gate.shared():
                self._work(job_id)
        except (OSError, StoreError, sa.exc.SQLAlchemyError):
            self._metrics.retries.inc()
            raise

    def _work(self, job_id: str) -> None:
        request = self._ledger.start(job_id)
        if request is None:
            self._waiters.notify(job_id)
            self._drop_inputs(self._ledger.request(job_id))
            return
        job = self._ledger.find(job_id) if spans.exported() else None
        with spans.of_job(
            job, "replace_background", SpanKind.CONSUMER, {"backcloth.mode": request.mode}
        ) as span:
            end = self._run(job_id, request)
            if isinstance(end, BackclothError):
                spans.fail(span, type(end).__name__)
                self._ledger.fail(job_id, Failure(end.status, end.message, end.details))
            else:
                span.set_attribute("backcloth.engine", painter_of(end.record))
                key = result_key(job_id)
                self._engines.store.put(key, end.png)
                if not self._ledger.complete(job_id, _result(key, request.seed, end)):
                    self._drop_unwanted(job_id, key)
        self._waiters.notify(job_id)
        self._drop_inputs(request)

    def give_up(self, job_id: str) -> None:
        """Ends a job that `work` could not."""
        self._ledger.fail(job_id, Failure(INTERNAL.status, INTERNAL.message, INTERNAL.details))
        self._waiters.notify(job_id)
        self._drop_inputs(self._ledger.request(job_id))

    def _run(self, job_id: str, request: ReplaceBackground) -> Outcome | BackclothError:
        with structlog.contextvars.bound_contextvars(request_id=job_id):
            try:
                with self._progress.follow(job_id) as watch:
                    outcome = replace_background(job_id, request, self._engines, watch)
            except BackclothError as refusal:
                cause = type(refusal.__cause__).__name__ if refusal.__cause__ else None
                if isinstance(refusal, ModerationRefused):
                    self._metrics.refused(refusal)
                _log.info("job_refused", code=refusal.status, details=refusal.details, cause=cause)
                return refusal
            except (OSError, StoreError):
                raise
            except Exception:  # noqa: BLE001  # a fault of ours ends the job, whatever it is
                _log.exception("job_failed")
                return INTERNAL
            _log.info("job_done", **outcome.record["seconds"])
        for stage, seconds in outcome.record["seconds"].items():
            self._metrics.stage_seconds.labels(stage).observe(seconds)
        painter = painter_of(outcome.record)
        self._metrics.engine_seconds.labels(painter).inc(outcome.record["seconds"]["plate"])
        return outcome

    def _drop_inputs(self, request: ReplaceBackground | None) -> None:
        self._engines.store.delete(request.stored if request else ())

    def _drop_unwanted(self, job_id: str, key: str) -> None:
        """The job had ended before: unless this run repeated one that was published, its result is waste."""
        job = self._ledger.find(job_id)
        if job is None or job.result is None:
            self._engines.store.delete([key])


def _result(key: str, seed: int, outcome: Outcome) -> Result:
    return Result(
        key=key,
        size=len(outcome.png),
        seed=seed,
        refined_prompt=outcome.refined_prompt,
        notices=outcome.notices,
        record=outcome.record,
    )
