"""The composition root: settings in, an open service out. Everything else receives what it needs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from pydantic import HttpUrl

from backcloth.accounts.tokens import Tokens
from backcloth.api.context import Context
from backcloth.api.limits import RequestLimits
from backcloth.api.streams import Streams
from backcloth.api.throttle import FailureThrottle
from backcloth.cutout.birefnet import Shelf
from backcloth.cutout.presets import open_segmenter
from backcloth.cutout.protocol import Segmenter
from backcloth.imaging.credentials import Credentials
from backcloth.imaging.decode_wire import Limits
from backcloth.imaging.decoder import Decoder
from backcloth.jobs.backlog import Backlog
from backcloth.jobs.crew import Crew
from backcloth.jobs.deliveries import Deliveries
from backcloth.jobs.ended import EndedListener, announce
from backcloth.jobs.jobs import Jobs
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.progress import Progress
from backcloth.jobs.queue import Queue
from backcloth.jobs.repeats import forget as forget_keys
from backcloth.jobs.runner import Duties
from backcloth.jobs.sweep import Sweeper
from backcloth.jobs.tell import Teller
from backcloth.jobs.usage import Usage
from backcloth.jobs.waiters import Waiters
from backcloth.jobs.work import Worker
from backcloth.language.embedding import EmbeddingUnavailable, verified_network
from backcloth.moderation.protocol import ImageModerator, TextModerator
from backcloth.moderators import open_image_moderators, open_text_moderator, policy_of
from backcloth.net.fetch import Fetcher
from backcloth.net.peer import Peer
from backcloth.net.webhook import WebhookSender
from backcloth.pipeline.engines import Engines
from backcloth.prompting.chat import ChatWriter
from backcloth.prompting.local import open_local
from backcloth.prompting.protocol import PromptRefiner
from backcloth.prompting.rules import RulesRefiner
from backcloth.prompting.writer import WritingRefiner
from backcloth.scene.registry import Around
from backcloth.scene.registry import open_engines as open_scenes
from backcloth.scene.studio.engine import Reader
from backcloth.scene.studio.meaning import Meaning
from backcloth.settings import (
    CutoutSettings,
    ImageSettings,
    ProvenanceSettings,
    RefineSettings,
    Settings,
    StudioSettings,
)
from backcloth.storage.claim import FolderClaim
from backcloth.storage.database import create_tables, open_database
from backcloth.storage.presign import Presigner
from backcloth.storage.shared import given_secret, shared_secret
from backcloth.storage.sign import SECRET_BYTES, Links, UrlSigner, load_secret
from backcloth.storage.store import Store, open_store

_log = structlog.get_logger(__name__)

DAY_S = 86_400
READY_S = 2.0
"""Anybody may ask whether the service is ready, and the answer costs a write to the store."""

REFINED_BYTES = 256 * 1024
"""Largest answer of a language model taken: a prompt is some hundred bytes, before which some think aloud."""

BOOTSTRAP_ORGANISATION = "local"


def open_engines(settings: Settings, store: Store, secret: bytes | None = None) -> Engines:
    """The engines that the settings choose. Loads and verifies the cut-out's weights.

    Args:
        settings: All settings.
        store: Holds the pictures.
        secret: The service's signing secret, by which logs mark what was refused; without it the marks mean
            nothing outside this process.
    """
    moderators = open_image_moderators(settings.moderation)
    decoder = Decoder(limits_of_decoding(settings.image))
    return Engines(
        segmenter=open_cutout(settings.cutout, settings.cutout.preset),
        refiner=open_refiner(settings.refine),
        scenes=open_scenes(reader_of(settings.studio), around_of(settings, decoder)),
        text_moderator=open_text_moderator(settings.moderation),
        image_moderator=moderators.input,
        result_moderator=moderators.output,
        policy=policy_of(settings.moderation, secret or secrets.token_bytes(SECRET_BYTES)),
        fetcher=Fetcher(
            allow=settings.fetch.allow,
            max_bytes=settings.fetch.max_bytes,
            timeout_s=settings.fetch.timeout_s,
            connect_s=settings.fetch.connect_s,
            redirects=settings.fetch.redirects,
        ),
        store=store,
        decoder=decoder,
        credentials=open_credentials(settings.provenance),
    )


def limits_of_decoding(settings: ImageSettings) -> Limits:
    """What decoding one picture may cost."""
    return Limits(
        settings.max_pixels,
        settings.decode_s,
        settings.decode_megapixel_s,
        settings.decode_bytes,
        settings.decode_pixel_bytes,
    )


def open_credentials(settings: ProvenanceSettings) -> Credentials | None:
    """Who signs results; None where no key is configured.

    Raises:
        CredentialsUnusable: it cannot.
    """
    if not (settings.certificates and settings.key):
        return None
    return Credentials(settings.certificates, settings.key, str(settings.timestamp_url or ""))


def around_of(settings: Settings, decoder: Decoder) -> Around | None:
    """The operator's file of engines, and what it is read with."""
    return Around(settings.engines, decoder, settings.cutout.models_dir) if settings.engines else None


def reader_of(settings: StudioSettings) -> Reader:
    """How the studio reads prompts; where its network is missing or wrong, the log says so."""
    try:
        verified_network()
    except EmbeddingUnavailable as problem:
        _log.warning("studio_reads_by_vocabulary_alone", reason=str(problem))
    return Reader(Meaning(), settings.threshold, refuse=settings.unmatched == "refuse")


def open_refiner(settings: RefineSettings) -> PromptRefiner:
    """Who refines prompts. Loads the language model of `local`; asks the server of `openai` nothing yet.

    Raises:
        RefinerUnavailable: `local` cannot run.
    """
    rules = RulesRefiner()
    match settings:
        case RefineSettings(backend="local", model_dir=Path() as folder):
            return WritingRefiner(open_local(folder, settings.device, settings.timeout_s), rules)
        case RefineSettings(backend="openai", url=HttpUrl() as url):
            peer = Peer(
                f"{str(url).rstrip('/')}/chat/completions",
                key=settings.key.get_secret_value() if settings.key else "",
                timeout_s=settings.timeout_s,
                max_bytes=REFINED_BYTES,
            )
            return WritingRefiner(ChatWriter(peer.post, settings.model), rules)
        case _:
            return rules


def open_cutout(settings: CutoutSettings, preset: str) -> Segmenter:
    """The segmenter of a preset, opened as the settings say.

    Raises:
        WeightsUnavailable, WeightsInvalid: what the preset needs is missing or is not what it should be.
    """
    return open_segmenter(
        preset,
        settings.models_dir,
        refine=settings.refine,
        model=settings.model,
        shelf=shelf_of(settings),
    )


def shelf_of(settings: CutoutSettings) -> Shelf:
    """Where the BiRefNets lie, and how they may be run."""
    return Shelf(settings.birefnet_dir, settings.device, settings.trust_remote_code)


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


class Service:
    """An open service: HTTP's view of it is `context`.

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
        self.engines = open_engines(settings, self._store, secret)
        if works:
            self.engines.decoder.open()
        signer = UrlSigner(secret, settings.base_url)
        links = open_links(settings, signer)
        metrics = Metrics()
        waiters = Waiters()
        self._queue = Queue(self._database, settings.database)
        metrics.registry.register(Backlog(self._database, self._queue.webhooks_waiting))
        ledger = Ledger(
            self._database,
            boot=secrets.token_hex(16),
            retention_s=settings.job.retention_days * DAY_S,
            on_webhook=self._queue.enqueue_webhook,
            on_end=announce if settings.distributed else lambda _connection, _job_id: None,
            on_ended=metrics.ended_with,
        )
        listens = settings.distributed and serves
        self._ended = EndedListener(settings.database, waiters.notify) if listens else None
        progress = Progress(ledger)
        worker = Worker(ledger, self.engines, waiters, metrics, progress)
        deliveries = Deliveries(self._database)
        teller = Teller(
            ledger,
            WebhookSender(allow=settings.fetch.allow, timeout_s=settings.webhook.timeout_s),
            links,
            log=deliveries,
            metrics=metrics,
            gaps_s=settings.webhook.gaps_s,
        )
        self._crew = works and Crew(
            self._database,
            settings.database,
            self._queue,
            Sweeper(
                ledger,
                self._queue,
                self._store,
                worker,
                {
                    partial(forget_keys, self._database): settings.job.idempotency_hours * 3600,
                    deliveries.forget: settings.webhook.log_days * DAY_S,
                    Usage(self._database).forget: settings.job.usage_days * DAY_S,
                },
                every_s=settings.job.sweep_s,
            ),
            progress,
            executor_id=settings.executor,
            lease_s=settings.job.lease_s,
            duties=Duties(worker.work, worker.give_up, teller.tell),
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
                self.engines,
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
        self.engines.close()
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
            "cutout": self.engines.segmenter.name,
            "scenes": sorted(engine.name for engine in self.engines.all_scenes),
            "limits": self._limits.report(),
            "moderation": {
                "prompt": _name(self.engines.text_moderator),
                "image": _name(self.engines.image_moderator),
                "result": _name(self.engines.result_moderator),
            },
        }

    def _ping_database(self) -> None:
        with self._database.connect() as connection:
            connection.execute(sa.text("SELECT 1"))


def _name(moderator: TextModerator | ImageModerator | None) -> str | None:
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
