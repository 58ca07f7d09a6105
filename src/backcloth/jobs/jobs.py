"""Jobs as the API sees them: accept, find, wait."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import sqlalchemy as sa
import structlog
from obstore.exceptions import BaseError as StoreError

from backcloth.domain.job import Job, Webhook
from backcloth.domain.request import ReplaceBackground
from backcloth.errors import Conflict, ModerationRefused, TooManyRequests, Unavailable
from backcloth.jobs import spans
from backcloth.jobs.cancel import cancel, was_cancelled
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.queue import Queue
from backcloth.jobs.quota import require_quota
from backcloth.jobs.repeats import Key, claim, find
from backcloth.jobs.turns import Line, line_for
from backcloth.jobs.waiters import Waiters
from backcloth.pipeline.admit import admit
from backcloth.pipeline.desk import Desk
from backcloth.storage.store import StoreFull

_log = structlog.get_logger(__name__)

_ID = re.compile(r"[0-9a-f]{32}")

_LOOK_S = 0.5
"""How often a sync request looks at its row, in case the job ends in another process."""


class Jobs:
    """The durable contract: what is accepted here ends once, whatever dies meanwhile.

    Args:
        engine: The database.
        ledger: The job rows.
        queue: The job engine.
        desk: The store for inputs, and the moderators asked before acceptance.
        waiters: Where worker threads report ends.
        metrics: Counts acceptances.
        max_open: Accepted and unfinished jobs beyond which a request is answered 503.
        max_open_each: Those of one organisation beyond which its request is answered 429.
    """

    def __init__(
        self,
        engine: sa.Engine,
        ledger: Ledger,
        queue: Queue,
        desk: Desk,
        *,
        waiters: Waiters,
        metrics: Metrics,
        max_open: int,
        max_open_each: int,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._queue = queue
        self._desk = desk
        self._waiters = waiters
        self._metrics = metrics
        self._max_open = max_open
        self._max_open_each = max_open_each

    def accept(
        self,
        job_id: str,
        organisation: str,
        request: ReplaceBackground,
        pictures: Mapping[str, bytes],
        webhook: Webhook | None,
        key: Key | None = None,
    ) -> str:
        """Stores the inline pictures, then accepts row and job in one transaction. Blocks.

        Args:
            job_id: 32 hex digits; also the workflow's id.
            organisation: Who owns the job.
            request: What to do.
            pictures: The inline pictures by the store keys that `request` names.
            webhook: Whom to tell when the job ends.
            key: What the caller names the request by.

        Returns:
            The id of the job that answers the request: an earlier one where the key was used before.

        Raises:
            ModerationRefused, PromptNotUnderstood, Forbidden, Conflict, Unavailable, TooManyRequests: the
                request cannot be accepted; nothing is left behind.
        """
        spans.describe({"backcloth.organisation": organisation, "backcloth.mode": request.mode})
        if key and (earlier := self._accepted_under(key)):
            return earlier
        try:
            admit(request, self._desk)
        except ModerationRefused as refusal:
            self._metrics.refused(refusal)
            raise
        try:
            self._keep(pictures)
            with self._engine.begin() as connection:
                holder = claim(connection, key, job_id) if key else job_id
                if holder == job_id:
                    require_quota(connection, organisation)
                    line = line_for(connection, organisation)
                    self._require_room(line)
                    self._ledger.insert(
                        connection,
                        job_id,
                        organisation,
                        request,
                        webhook,
                        turn=line.turn,
                        trace=spans.carrier(),
                    )
                    self._queue.enqueue(connection, job_id, line.turn)
        except BaseException as fault:
            # If the connection broke, the commit may have arrived all the same, and the job needs its inputs.
            if not (isinstance(fault, sa.exc.DBAPIError) and fault.connection_invalidated):
                self._drop(pictures)
            raise
        if holder == job_id:
            self._metrics.accepted.inc()
            _log.info("job_accepted", request_id=job_id, organisation=organisation)
        else:
            _log.info("job_replayed", request_id=holder, organisation=organisation)
            self._drop(pictures)
        return holder

    def _accepted_under(self, key: Key) -> str | None:
        with self._engine.connect() as connection:
            return find(connection, key)

    def _keep(self, pictures: Mapping[str, bytes]) -> None:
        try:
            for key, data in pictures.items():
                self._desk.store.put(key, data)
        except StoreFull as fault:
            raise Unavailable("There is no room left to store pictures.", retry_after=60) from fault
        except (OSError, StoreError) as fault:
            raise Unavailable("The pictures could not be stored.", retry_after=10) from fault

    def _drop(self, pictures: Mapping[str, bytes]) -> None:
        try:
            self._desk.store.delete(list(pictures))
        except (OSError, StoreError):
            _log.warning("inputs_left_to_the_sweep", exc_info=True)

    def _require_room(self, line: Line) -> None:
        if line.open >= self._max_open:
            raise Unavailable("Too many jobs are waiting.", retry_after=10)
        if line.own >= self._max_open_each:
            raise TooManyRequests(f"{line.own} of your jobs are unfinished, the limit.", retry_after=10)

    def find(self, job_id: str, organisation: str) -> Job | None:
        """The organisation's job; None for an unknown one and for someone else's alike. Blocks."""
        if not _ID.fullmatch(job_id):
            return None
        job = self._ledger.find(job_id)
        return job if job and job.organisation == organisation else None

    def before(self, job: Job) -> int:
        """How many waiting jobs are to be begun before this waiting one. Blocks."""
        return self._ledger.before(job.id)

    def cancel(self, job_id: str, organisation: str) -> Job | None:
        """Ends the organisation's job, at whatever stage it is; None where there is none. Blocks.

        Returns:
            The job as it ended, also when it had been cancelled before.

        Raises:
            Conflict: it has ended in another way.
        """
        if self.find(job_id, organisation) is None:
            return None
        if cancel(self._ledger, self._desk.store, job_id):
            self._waiters.notify(job_id)
        job = self._ledger.find(job_id)
        if job and not was_cancelled(job):
            raise Conflict("The job has ended; there is nothing to cancel.")
        return job

    async def wait(self, job_id: str, ended: asyncio.Event, timeout_s: float) -> Job | None:
        """The job once it is final, or None after `timeout_s` seconds. The job goes on either way."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while (left := deadline - loop.time()) > 0:
            try:
                async with asyncio.timeout(min(left, _LOOK_S)):
                    await ended.wait()
            except TimeoutError:
                pass
            ended.clear()
            job = await asyncio.to_thread(self._look, job_id)
            if job and job.state.final:
                return job
        return None

    def _look(self, job_id: str) -> Job | None:
        """A database that fails for a moment must not fail the request: the job is accepted and goes on."""
        try:
            return self._ledger.find(job_id)
        except sa.exc.SQLAlchemyError:
            _log.warning("wait_could_not_look", request_id=job_id, exc_info=True)
            return None
