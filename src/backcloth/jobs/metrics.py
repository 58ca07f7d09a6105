"""What the service counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from backcloth.errors import ModerationRefused

_STAGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """Counters of one service, on a registry of their own so that a process can hold several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.accepted = Counter("backcloth_jobs_accepted", "Jobs accepted.", registry=self.registry)
        self.ended = Counter(
            "backcloth_jobs_ended", "Jobs ended, by status code.", ["code"], registry=self.registry
        )
        self.stage_seconds = Histogram(
            "backcloth_stage_seconds",
            "Wall time of each stage of a finished job.",
            ["stage"],
            buckets=_STAGE_BUCKETS,
            registry=self.registry,
        )
        self.engine_seconds = Counter(
            "backcloth_engine_seconds",
            "Time in which scene engines painted the plates of finished jobs, by engine.",
            ["engine"],
            registry=self.registry,
        )
        self.refusals = Counter(
            "backcloth_moderation_refusals",
            "What moderation refused, by the request's field (or result) and category.",
            ["parameter", "category"],
            registry=self.registry,
        )
        self.retries = Counter(
            "backcloth_job_retries",
            "Runs of a job that failed because the database or the store did, and are tried again.",
            registry=self.registry,
        )
        self.restarts = Counter(
            "backcloth_job_restarts",
            "Runs of a job under which an earlier process died.",
            registry=self.registry,
        )
        self.swept = Counter(
            "backcloth_swept",
            "What sweeps removed or ended: expired, stranded, orphaned_inputs, orphaned_results.",
            ["what"],
            registry=self.registry,
        )
        self.webhooks = Counter(
            "backcloth_webhook_attempts",
            "Attempts to deliver a webhook, by verdict.",
            ["verdict"],
            registry=self.registry,
        )
        self.responses = Counter(
            "backcloth_http_responses", "HTTP responses, by status code.", ["code"], registry=self.registry
        )

    def ended_with(self, code: int) -> None:
        """Counts a job's end by the status code that its caller is told."""
        self.ended.labels(code).inc()

    def refused(self, refusal: ModerationRefused) -> None:
        """Counts a refusal; of several reference pictures it does not matter which."""
        self.refusals.labels(refusal.parameter.partition("[")[0], refusal.category).inc()
