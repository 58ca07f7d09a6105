"""The composition root: settings in, an open service out. Everything else receives what it needs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from backcloth.accounts.tokens import Tokens
from backcloth.api.context import Context
from backcloth.api.limits import RequestLimits
from backcloth.api.streams import Streams
from backcloth.api.throttle import FailureThrottle
from backcloth.desk import open_desk
from backcloth.jobs import deliveries  # noqa: F401  # its table is made here, and what uses it is loaded later
from backcloth.jobs.backlog import Backlog
from backcloth.jobs.ended import EndedListener, announce
from backcloth.jobs.jobs import Jobs
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.queue import Queue
from backcloth.jobs.waiters import Waiters
from backcloth.moderation.protocol import TextModerator
from backcloth.pipeline.desk import Judge
from backcloth.settings import Settings
from backcloth.storage.claim import FolderClaim
from backcloth.storage.database import create_tables, open_database
from backcloth.storage.presign import Presigner
from backcloth.storage.shared import given_secret, shared_secret
from backcloth.storage.sign import Links, UrlSigner, load_secret
from backcloth.storage.store import Store, open_store

if TYPE_CHECKING:
    from backcloth.pipeline.engines import Engines

READY_S = 2.0
"""Anybody may ask whether the service is ready, and the answer costs a write to the store."""

BOOTSTRAP_ORGANISATION = "local"


def open_tables(settings: Settings) -> sa.Engine:
    """The database with all tables, for the command line; the caller's to dispose of."""
    engine = open_database(settings.database)
    create_tables(engine)
    return engine


def open_tokens(settings: Settings) -> tuple[Tokens, sa.Engine]:
    """The token table alone, for the command line; the engine is the caller's to dispose of."""
    engine = open_tables(settings)
    return Tokens(engine), engine


def open_secret(settings: Settings, database: sa.Engine) -> bytes:
    """The secret that every process of the service has; it signs picture URLs.

    Raises:
        ValueError: the processes on this database do not agree on it, or its file is damaged.
    """
    given = settings.signing_secret.get_secret_value() if settings.signing_secret else None
    if settings.distributed:
        return shared_secret(database, given)
    return given_secret(given) if given else load_secret(settings.data_dir / "signing.key")


def open_links(settings: Settings, signer: UrlSigner) -> Links:
    """What clients get as the URLs of results: a bucket's own, or else this service's."""
    store = settings.store
    if store.links == "service" or not store.url.startswith("s3://"):
        return signer
    return Presigner(store.url, str(store.public_endpoint or "").rstrip("/"), store.link_days)


def _open_engines(settings: Settings, store: Store, secret: bytes) -> Engines:
    # A process that only accepts jobs is a third of the size without what they are done with.
    from backcloth.engines import open_engines  # noqa: PLC0415

    engines = open_engines(settings, store, secret)
    engines.decoder.open()
    return engines


class Service:
    """An open service: HTTP's view of it is `context`.

    Attributes:
        settings: All settings.
        cutout: The cut-out preset that runs here; None where no jobs do.
        context: What the routes work with.

    Args:
        settings: All settings.
        works: Whether this process runs jobs; without, others on the same PostgreSQL have to.
        serves: Whether it answers requests, which may wait for jobs that end elsewhere.

    Raises:
        WeightsUnavailable, WeightsInvalid: the preset's weights are missing or are not what they should be.
        ValueError: a setting that only shows when used, such as a revoked bootstrap token, a wrong file of
            engines, a data folder that another process is serving from, or a store that others cannot reach.
        OSError, sqlalchemy.exc.SQLAlchemyError: the folder or the database cannot be used.
    """

    def __init__(self, settings: Settings, *, works: bool = True, serves: bool = True) -> None:
        self.settings = settings
        self._draining = False
        _require_common_ground(settings, works=works)
        self._claim = None if settings.distributed else FolderClaim(settings.data_dir)
        tokens, self._database = open_tokens(settings)
        if settings.bootstrap_token:
            tokens.ensure(settings.bootstrap_token.get_secret_value(), BOOTSTRAP_ORGANISATION)
        self._store = open_store(settings.pictures)
        secret = open_secret(settings, self._database)
        engines = _open_engines(settings, self._store, secret) if works else None
        self._desk = engines or open_desk(settings, self._store, secret)
        self.cutout = engines.segmenter.name if engines else None
        signer = UrlSigner(secret, settings.base_url)
        links = open_links(settings, signer)
        metrics = Metrics()
        waiters = Waiters()
        self._queue = Queue(self._database, settings.database)
        metrics.registry.register(Backlog(self._database, self._queue.webhooks_waiting))
        ledger = Ledger(
            self._database,
            boot=secrets.token_hex(16),
            retention_s=settings.job.retention_days * 86_400,
            on_webhook=self._queue.enqueue_webhook,
            on_end=announce if settings.distributed else lambda _connection, _job_id: None,
            on_ended=metrics.ended_with,
        )
        listens = settings.distributed and serves
        self._ended = EndedListener(settings.database, waiters.notify) if listens else None
        self._crew = None
        if engines:
            from backcloth.crew import open_crew  # noqa: PLC0415  # as for the engines

            self._crew = open_crew(
                settings,
                engines,
                self._database,
                self._queue,
                ledger,
                links,
                waiters=waiters,
                metrics=metrics,
            )
        self._limits = RequestLimits(
            {"submit": settings.limit.submits_per_minute, "status": settings.limit.status_per_minute},
            settings.limits_url,
        )
        self._report: tuple[float, dict[str, Any]] = (-READY_S, {})
        self.context = Context(
            settings=settings,
            jobs=Jobs(
                self._database,
                ledger,
                self._queue,
                self._desk,
                waiters=waiters,
                metrics=metrics,
                max_open=settings.job.max_open,
                max_open_each=settings.job.max_open_each,
            ),
            waiters=waiters,
            tokens=tokens,
            signer=signer,
            links=links,
            store=self._store,
            metrics=metrics,
            limits=self._limits,
            failures=FailureThrottle(settings.limit.failed_tokens_per_minute),
            streams=Streams(settings.limit.streams),
            draining=lambda: self._draining,
            ready=self.ready,
        )

    def open(self) -> None:
        """Recovers unfinished jobs and starts working.

        Raises:
            ValueError: another live process works under the same executor id.
        """
        if self._ended:
            self._ended.open()
        if self._crew:
            self._crew.open(workers=self.settings.job.workers, poll_s=self.settings.job.poll_s)

    def drain(self) -> None:
        """Says from now on that the service is not ready, so that no more requests are sent to it."""
        self._draining = True

    def close(self) -> None:
        """Drains and stops. What is not finished in time runs again at the next start, or elsewhere."""
        if self._crew:
            self._crew.close(drain_s=self.settings.job.drain_s)
        if self._ended:
            self._ended.close()
        self._queue.close()
        self._desk.close()
        self._database.dispose()
        if self._claim:
            self._claim.release()

    def ready(self) -> dict[str, Any]:
        """Each component's state, and which engines run, at most READY_S old. Blocks."""
        asked, report = self._report
        if time.monotonic() - asked > READY_S:
            report = self._look()
            self._report = (time.monotonic(), report)
        return report | {"status": "draining"} if self._draining else report

    def _look(self) -> dict[str, Any]:
        components = {"database": _state(self._ping_database), "store": _state(self._store.ping)}
        if self._crew and not self._crew.present:
            components["worker"] = "not known to be alive"
        healthy = all(state == "ok" for state in components.values())
        return {
            "status": "ok" if healthy else "unavailable",
            "components": components,
            "cutout": self.cutout,
            "scenes": sorted(engine.name for engine in self._desk.all_scenes),
            "limits": self._limits.report(),
            "moderation": {
                "prompt": _name(self._desk.text_moderator),
                "image": _name(self._desk.image_moderator),
                "result": _name(self._desk.result_moderator),
            },
        }

    def _ping_database(self) -> None:
        with self._database.connect() as connection:
            connection.execute(sa.text("SELECT 1"))


def _name(moderator: TextModerator | Judge | None) -> str | None:
    return moderator.name if moderator else None


def _require_common_ground(settings: Settings, *, works: bool) -> None:
    """What several processes need before they may share jobs.

    Raises:
        ValueError: it is missing.
    """
    if settings.distributed and not settings.store.url:
        raise ValueError(
            "with PostgreSQL, BACKCLOTH_STORE_URL has to name the store that every process shares: "
            "s3://bucket/prefix, or file:///folder if it is the same folder for all"
        )
    if not settings.distributed and not works:
        raise ValueError("without a worker of its own a service needs BACKCLOTH_DATABASE_URL=postgresql://…")


def _state(ping: Callable[[], None]) -> str:
    try:
        ping()
    except Exception as fault:  # noqa: BLE001  # whatever is wrong, the answer is "not ready"
        return f"failed: {type(fault).__name__}"
    return "ok"
