"""How jobs run, how long they are kept, who is told, and how many there may be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backcloth.settings.values import Group, Listed


class JobSettings(Group):
    """How jobs run and how long they are kept."""

    workers: int = Field(4, ge=1)
    """Jobs in work at once in this process. Twice the cores keeps decode and encode beside the network."""
    poll_s: float = Field(0.05, gt=0)
    """How often a free worker looks for a job; the wait it adds is half of it on average."""
    sync_deadline_s: float = Field(25.0, gt=0)
    """A sync request that takes longer is answered 202. The official SDK gives up after 30 s."""
    max_open: int = Field(2000, ge=1)
    """Accepted and unfinished jobs; more is a 503."""
    max_open_each: int = Field(1000, ge=1)
    """Those of one organisation; more is a 429."""
    drain_s: int = Field(20, ge=1)
    """What jobs in work get to end when the process is told to stop; the rest run again elsewhere."""
    lease_s: float = Field(15.0, ge=2)
    """With PostgreSQL: a worker that was silent for so long is taken for dead, and its jobs run again."""
    retention_days: float = Field(3.0, gt=0, le=3650)
    """Results and their jobs are removed after this time; three days is the contract's default. An
    organisation may have its own (`backcloth retention`)."""
    usage_days: float = Field(400.0, ge=62, le=3650)
    """How long it is known what was used: a year and a month, so that bills can be checked. Quotas need two
    months."""
    idempotency_hours: float = Field(24.0, gt=0, le=8760)
    """How long a request that is sent again with its Idempotency-Key gets the job of the first one."""
    sweep_s: float = Field(60.0, gt=0)
    """How often expired results are looked for."""


class LimitSettings(Group):
    """Requests that may be sent."""

    submits_per_minute: int = Field(60, ge=0)
    """Jobs an organisation may submit a minute before it gets a 429; 0 is no limit."""
    status_per_minute: int = Field(1200, ge=0)
    """Requests about its jobs, likewise: twenty clients that ask once a second, as the official SDK does."""
    streams: int = Field(20, ge=0)
    """Event streams that an organisation may have open in one process; 0 is no limit."""
    failed_tokens_per_minute: int = Field(20, ge=0, le=100)
    """Unknown tokens that one address may send a minute before it gets a 429; 0 is no limit. A person who
    mistypes needs two or three."""


class WebhookSettings(Group):
    """How the end of a job is told to the caller's server."""

    gaps_s: Listed[Annotated[float, Field(gt=0)]] = Field((60, 240, 720, 1680), max_length=9)
    """Waits between the attempts, comma-separated: five in 45 minutes, as the contract has it."""
    timeout_s: float = Field(10.0, gt=0)
    """For one attempt, from looking up the name to the answer's status."""
    log_days: float = Field(30.0, gt=0, le=3650)
    """How long `backcloth deliveries` knows an attempt: longer than most complaints take."""
