"""What the service counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

_STAGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


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
        self.webhooks = Counter(
            "backcloth_webhook_attempts",
            "Attempts to deliver a webhook, by verdict.",
            ["verdict"],
            registry=self.registry,
        )
        self.responses = Counter(
            "backcloth_http_responses", "HTTP responses, by status code.", ["code"], registry=self.registry
        )
