"""What waits at the moment: looked up when Prometheus asks, in the database that all processes share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa
import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from backcloth.domain.job import UNFINISHED
from backcloth.jobs.table import jobs

_log = structlog.get_logger(__name__)

_KEPT_S = 2.0
"""Anybody may ask for the metrics, and the answer costs two queries."""


class Backlog(Collector):
    """Unfinished jobs, the oldest one's age, and webhooks that are to be delivered.

    Every process tells the same numbers: they are to be looked at, not summed up. While the database does not
    answer they are missing.

    Args:
        engine: The database.
        webhooks: Counts those that are to be tried, now or later.
    """

    def __init__(self, engine: sa.Engine, webhooks: Callable[[], int]) -> None:
        self._engine = engine
        self._webhooks = webhooks
        self._lock = threading.Lock()
        self._looked_at = -_KEPT_S
        self._found: Sequence[GaugeMetricFamily] = ()

    def describe(self) -> Sequence[GaugeMetricFamily]:
        """Nothing, so that registering it does not ask the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The numbers, at most _KEPT_S old. Blocks."""
        with self._lock:
            if time.monotonic() - self._looked_at > _KEPT_S:
                self._found = self._look()
                self._looked_at = time.monotonic()
            yield from self._found

    def _look(self) -> Sequence[GaugeMetricFamily]:
        try:
            counts = self._count()
            waiting = self._webhooks()
        except sa.exc.SQLAlchemyError as fault:
            _log.warning("backlog_unknown", reason=type(fault).__name__)
            return ()
        depth = GaugeMetricFamily("backcloth_jobs_open", "Unfinished jobs, by state.", labels=["state"])
        age = GaugeMetricFamily(
            "backcloth_jobs_oldest_age_seconds",
            "Time since the oldest unfinished job was accepted, by state.",
            labels=["state"],
        )
        webhooks = GaugeMetricFamily(
            "backcloth_webhooks_waiting", "Webhooks to be tried, now or later.", waiting
        )
        for state in UNFINISHED:
            count, oldest = counts.get(state, (0, None))
            depth.add_metric([state], count)
            age.add_metric([state], max(0.0, time.time() - oldest) if oldest is not None else 0.0)
        return depth, age, webhooks

    def _count(self) -> dict[str, tuple[int, float | None]]:
        query = (
            sa.select(jobs.c.state, sa.func.count(), sa.func.min(jobs.c.created_at))
            .where(jobs.c.state.in_(UNFINISHED))
            .group_by(jobs.c.state)
        )
        with self._engine.connect() as connection:
            return {state: (count, oldest) for state, count, oldest in connection.execute(query)}
