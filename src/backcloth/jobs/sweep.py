"""Removes what has expired, and ends what was stranded."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from itertools import islice

import structlog

from backcloth.jobs.keys import job_of_input, job_of_result, result_key
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.queue import Queue
from backcloth.jobs.work import Worker
from backcloth.storage.store import Store

_log = structlog.get_logger(__name__)

_ORPHAN_S = 3600
"""Seconds; no request takes this long between storing its pictures and being accepted."""

_RESULTS_EVERY_S = 3600
"""Seconds between two looks at all results: listing a large bucket takes a while and costs money."""

_AT_ONCE = 500
"""Keys that are looked up with one query."""


class Sweeper:
    """A thread that sweeps now and then.

    Args:
        ledger: The job rows.
        queue: The job engine.
        store: The pictures.
        worker: Ends stranded jobs.
        metrics: Counts what is removed.
        records: What else grows: functions that forget what is older than a time in Unix seconds, each with
            the seconds for which it is kept.
        every_s: Seconds between two sweeps.
    """

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        store: Store,
        worker: Worker,
        metrics: Metrics,
        records: Mapping[Callable[[float], None], float],
        *,
        every_s: float,
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._records = records
        self._metrics = metrics
        self._store = store
        self._worker = worker
        self._every_s = every_s
        self._look_at_results = -math.inf
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def open(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stops the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def sweep(self) -> None:
        """One round."""
        self._end_stranded()
        for forget, kept_s in self._records.items():
            forget(time.time() - kept_s)
        self._remove_expired()
        self._drop_orphaned_inputs()
        if time.monotonic() >= self._look_at_results:
            self._drop_orphaned_results()
            self._look_at_results = time.monotonic() + _RESULTS_EVERY_S

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.sweep()
            except Exception:  # noqa: BLE001  # the next round may succeed
                _log.exception("sweep_failed")

    def _end_stranded(self) -> None:
        """A job whose workflow ended without ending it would otherwise be in progress for ever."""
        open_ids = self._ledger.open_ids()
        for job_id in self._queue.stranded(open_ids) if open_ids else ():
            _log.warning("job_stranded", request_id=job_id)
            self._metrics.swept.labels("stranded").inc()
            self._worker.give_up(job_id)

    def _remove_expired(self) -> None:
        while jobs := self._ledger.expired(time.time()):
            ids = [job.id for job in jobs]
            self._store.delete([result_key(job_id) for job_id in ids])
            self._queue.forget(ids)
            self._ledger.remove(ids)
            self._metrics.swept.labels("expired").inc(len(ids))
            _log.info("jobs_expired", count=len(ids))

    def _drop_orphaned_inputs(self) -> None:
        """Inputs whose request was never accepted: the process died between storing and accepting.

        Young ones are left, because their request may be about to be accepted.
        """
        old = list(self._store.keys("inputs/", older_than_s=_ORPHAN_S))
        open_ids = self._ledger.open_ids() if old else set()
        orphans = [key for key in old if job_of_input(key) not in open_ids]
        self._store.delete(orphans)
        self._metrics.swept.labels("orphaned_inputs").inc(len(orphans))

    def _drop_orphaned_results(self) -> None:
        """Results whose row is gone: a process that was held up stored one after the job had expired."""
        old = self._store.keys("results/", older_than_s=_ORPHAN_S)
        while keys := list(islice(old, _AT_ONCE)):
            known = self._ledger.known([job_of_result(key) for key in keys])
            orphans = [key for key in keys if job_of_result(key) not in known]
            self._store.delete(orphans)
            self._metrics.swept.labels("orphaned_results").inc(len(orphans))
            if orphans:
                _log.info("orphaned_results_removed", count=len(orphans))
