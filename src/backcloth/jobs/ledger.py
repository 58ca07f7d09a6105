"""Reads and writes job rows. Every change of state is guarded, so that it happens once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from backcloth.domain.job import MAX_STARTS, UNFINISHED, Failure, Job, Result, State, Webhook
from backcloth.domain.request import ReplaceBackground
from backcloth.jobs.retention import kept_s
from backcloth.jobs.table import jobs
from backcloth.jobs.usage import meter

_REQUEST = TypeAdapter(ReplaceBackground)
_DEADLY = Failure(
    500, "Internal server error", f"The worker stopped each of the {MAX_STARTS} times that this job was run."
)


class Ledger:
    """The job rows of one database.

    Args:
        engine: The database that also holds the job engine's tables.
        boot: Unique to this start of the process; tells a retry within it from a start after a crash.
        retention_s: How long a final job is kept, in seconds, unless its organisation has its own retention.
        on_webhook: Called inside the transaction that ends a job which has a webhook, with the job's id and
            the webhook's URL.
        on_end: Called inside every transaction that ends a job.
        on_ended: Called after it, with the status code that the caller is told.
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        boot: str,
        retention_s: float,
        on_webhook: Callable[[sa.Connection, str, str], None],
        on_end: Callable[[sa.Connection, str], None] = lambda _connection, _job_id: None,
        on_ended: Callable[[int], None] = lambda _code: None,
    ) -> None:
        self._engine = engine
        self._boot = boot
        self._retention_s = retention_s
        self._on_webhook = on_webhook
        self._on_end = on_end
        self._on_ended = on_ended

    def insert(
        self,
        connection: sa.Connection,
        job_id: str,
        organisation: str,
        request: ReplaceBackground,
        webhook: Webhook | None,
        *,
        turn: int,
        trace: Mapping[str, str] | None = None,
    ) -> None:
        """Adds an accepted job inside the caller's transaction; `trace` is what its own goes on from."""
        connection.execute(
            jobs.insert().values(
                id=job_id,
                organisation=organisation,
                state=State.QUEUED,
                seed=request.seed,
                turn=turn,
                request=_REQUEST.dump_python(request, mode="json"),
                trace=trace,
                webhook_url=webhook.url if webhook else None,
                webhook_key=webhook.key.hex() if webhook else None,
                created_at=time.time(),
            )
        )

    def open_ids(self) -> set[str]:
        """The ids of all unfinished jobs."""
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(jobs.c.id).where(jobs.c.state.in_(UNFINISHED))).scalars())

    def known(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the given ids that have a row."""
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(jobs.c.id).where(jobs.c.id.in_(job_ids))).scalars())

    def find(self, job_id: str) -> Job | None:
        """The job, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).mappings().first()
        return _job(row) if row else None

    def webhook(self, job_id: str) -> Webhook | None:
        """Where the job's end is to be told; None when nobody asked."""
        with self._engine.connect() as connection:
            query = sa.select(jobs.c.webhook_url, jobs.c.webhook_key).where(jobs.c.id == job_id)
            row = connection.execute(query).first()
        return Webhook(row.webhook_url, bytes.fromhex(row.webhook_key)) if row and row.webhook_url else None

    def request(self, job_id: str) -> ReplaceBackground | None:
        """What the job was asked to do; None when its row has been removed."""
        with self._engine.connect() as connection:
            query = sa.select(jobs.c.request).where(jobs.c.id == job_id)
            request = connection.execute(query).scalar_one_or_none()
        return _REQUEST.validate_python(request) if request else None

    def deaths(self, job_id: str) -> int:
        """How many earlier processes died while they ran this unfinished job."""
        died = sa.and_(jobs.c.boot.is_not(None), jobs.c.boot != self._boot)
        with self._engine.connect() as connection:
            query = sa.select(jobs.c.attempts).where(jobs.c.id == job_id, jobs.c.state.in_(UNFINISHED), died)
            return connection.execute(query).scalar_one_or_none() or 0

    def start(self, job_id: str) -> ReplaceBackground | None:
        """Claims the job for this process and returns its request; None when it is already final.

        Starts are counted once a boot. A job whose process died under all of MAX_STARTS starts is failed.
        """
        another_boot = sa.or_(jobs.c.boot.is_(None), jobs.c.boot != self._boot)
        claim = (
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.state.in_(UNFINISHED))
            .values(
                state=State.RUNNING,
                attempts=jobs.c.attempts + sa.case((another_boot, 1), else_=0),
                boot=self._boot,
                stage=None,
                progress=None,
            )
            .returning(jobs.c.attempts, jobs.c.request)
        )
        with self._engine.begin() as connection:
            row = connection.execute(claim).first()
        if row is None:
            return None
        if row.attempts > MAX_STARTS:
            self.fail(job_id, _DEADLY)
            return None
        return _REQUEST.validate_python(row.request)

    def begun(self, job_id: str) -> bool:
        """Whether a worker ever took the job."""
        with self._engine.connect() as connection:
            query = sa.select(jobs.c.attempts).where(jobs.c.id == job_id)
            return bool(connection.execute(query).scalar_one_or_none())

    def tell(self, job_ids: Collection[str], news: Mapping[str, tuple[str | None, float | None]]) -> set[str]:
        """Writes where jobs in work stand.

        Args:
            job_ids: Those that this process works on.
            news: Stage and share of it, of those in which it changed.

        Returns:
            Those of them that are still unfinished.
        """
        with self._engine.begin() if news else self._engine.connect() as connection:
            for job_id, (stage, progress) in news.items():
                mine = sa.and_(jobs.c.id == job_id, jobs.c.state.in_(UNFINISHED), jobs.c.boot == self._boot)
                connection.execute(jobs.update().where(mine).values(stage=stage, progress=progress))
            query = sa.select(jobs.c.id).where(jobs.c.id.in_(job_ids), jobs.c.state.in_(UNFINISHED))
            return set(connection.execute(query).scalars())

    def before(self, job_id: str) -> int:
        """How many waiting jobs are to be begun before this one, as long as no new organisation comes."""
        mine = sa.select(jobs.c.turn, jobs.c.created_at).where(jobs.c.id == job_id).subquery()
        earlier = sa.or_(
            jobs.c.turn < mine.c.turn,
            sa.and_(jobs.c.turn == mine.c.turn, jobs.c.created_at < mine.c.created_at),
        )
        query = (
            sa.select(sa.func.count()).select_from(jobs, mine).where(jobs.c.state == State.QUEUED, earlier)
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def complete(self, job_id: str, result: Result) -> bool:
        """Publishes and meters the result. False when the job was final before: the first end stands."""
        return self._end(job_id, result)

    def fail(self, job_id: str, failure: Failure) -> bool:
        """Ends the job with a failure. False when the job was final before."""
        return self._end(job_id, failure)

    def _end(self, job_id: str, end: Result | Failure) -> bool:
        now = time.time()
        values: dict[str, Any]
        if isinstance(end, Result):
            values = {"state": State.COMPLETED, "result": asdict(end)}
        else:
            values = {"state": State.FAILED, "failure": asdict(end)}
        change = (
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.state.in_(UNFINISHED))
            .values(finished_at=now, expires_at=now + kept_s(self._retention_s), **values)
            .returning(jobs.c.organisation, jobs.c.webhook_url)
        )
        with self._engine.begin() as connection:
            row = connection.execute(change).first()
            if row is None:
                return False
            if isinstance(end, Result):
                meter(connection, job_id, row.organisation, now, end)
            self._on_end(connection, job_id)
            if row.webhook_url:
                self._on_webhook(connection, job_id, row.webhook_url)
        self._on_ended(200 if isinstance(end, Result) else end.code)
        return True

    def expired(self, now: float, limit: int = 500) -> list[Job]:
        """Final jobs past their time, oldest first."""
        query = sa.select(jobs).where(jobs.c.expires_at < now).order_by(jobs.c.expires_at).limit(limit)
        with self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(query).mappings()]

    def remove(self, job_ids: list[str]) -> None:
        """Deletes the rows."""
        with self._engine.begin() as connection:
            connection.execute(jobs.delete().where(jobs.c.id.in_(job_ids)))


def _job(row: sa.RowMapping) -> Job:
    result = dict(row["result"]) if row["result"] else None
    if result:
        result["notices"] = tuple(result["notices"])
    return Job(
        id=row["id"],
        organisation=row["organisation"],
        state=State(row["state"]),
        seed=row["seed"],
        result=Result(**result) if result else None,
        failure=Failure(**row["failure"]) if row["failure"] else None,
        expires_at=row["expires_at"],
        stage=row["stage"],
        progress=row["progress"],
        trace=row["trace"],
    )
