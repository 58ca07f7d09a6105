"""All settings of the service."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backcloth.settings.engines import CutoutSettings, RefineSettings, StudioSettings
from backcloth.settings.intake import BodySettings, FetchSettings, ImageSettings
from backcloth.settings.jobs import JobSettings, LimitSettings, WebhookSettings
from backcloth.settings.moderation import ModerationSettings
from backcloth.settings.results import ProvenanceSettings, StoreSettings
from backcloth.settings.values import HeaderSecret, Listed, Network, Place

_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")


class Settings(BaseSettings):
    """All settings. Frozen; built once, in the command line, and handed down."""

    model_config = SettingsConfigDict(
        env_prefix="BACKCLOTH_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
    )

    host: str = "127.0.0.1"
    """Loopback unless told otherwise: a fresh service is not for the whole network."""
    port: int = Field(8000, ge=0, le=65535)
    data_dir: Path = Path("data")
    """The database, the pictures and the signing secret, unless the URLs below say otherwise."""
    public_url: Place = None
    """The origin that clients reach; status and image URLs start with it."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql://…`; empty is a SQLite file in `data_dir`."""
    limits_url: str = Field("", pattern=r"^((redis|valkey)s?://.+)?$")
    """A Redis or a Valkey in which all processes count requests; empty: each counts in its own memory."""
    executor_id: str = Field("", pattern=r"^[A-Za-z0-9_.-]{0,64}$")
    """Stable name of a working process; no two live ones may share it. Empty is the host's name."""
    signing_secret: SecretStr | None = Field(None, min_length=32)
    """Signs picture URLs, instead of a secret kept beside the jobs."""
    worker_port: int | None = Field(None, ge=1, le=65535)
    """Where `backcloth worker` answers health checks and metrics, if anywhere."""
    drain_notice_s: float = Field(0.0, ge=0, le=300)
    """How long a service that was told to stop is not ready before it stops listening."""
    bootstrap_token: HeaderSecret = None
    """A token that works from the first start, for local use and tests."""
    engines: Path | None = None
    """The operator's file of scene engines and routes, see docs/engines.md; without it the embedded ones."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trusted_proxies: Listed[Network] = ()
    """Networks of reverse proxies whose X-Forwarded-For is believed. Comma-separated."""
    cors_origins: Listed[str] = ()
    """Origins whose pages may call the API from a browser, or `*`. Comma-separated."""

    body: BodySettings = BodySettings()
    fetch: FetchSettings = FetchSettings()
    image: ImageSettings = ImageSettings()
    cutout: CutoutSettings = CutoutSettings()
    studio: StudioSettings = StudioSettings()
    job: JobSettings = JobSettings()
    store: StoreSettings = StoreSettings()
    refine: RefineSettings = RefineSettings()
    limit: LimitSettings = LimitSettings()
    provenance: ProvenanceSettings = ProvenanceSettings()
    moderation: ModerationSettings = ModerationSettings()
    webhook: WebhookSettings = WebhookSettings()

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Browsers send an origin in exactly this form, and it is compared character by character.
        for each in value:
            if each != "*" and not _ORIGIN.fullmatch(each):
                raise ValueError("must be origins such as https://shop.example, in small letters, or *")
        return value

    @field_validator("refine")
    @classmethod
    def _leaves_time_for_the_picture(cls, value: RefineSettings, others: ValidationInfo) -> RefineSettings:
        job = others.data.get("job")
        if value.backend != "rules" and job and value.timeout_s > job.sync_deadline_s / 2:
            raise ValueError(
                "BACKCLOTH_REFINE_TIMEOUT_S must be at most half of BACKCLOTH_JOB_SYNC_DEADLINE_S"
            )
        return value

    @property
    def everywhere(self) -> bool:
        """Whether the service listens on every address, so that the host is no name to call it by."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104  # compared with, not listened on

    @property
    def base_url(self) -> str:
        """The origin in status and image URLs, without a trailing slash."""
        if self.public_url:
            return str(self.public_url).rstrip("/")
        host = "localhost" if self.everywhere else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def distributed(self) -> bool:
        """Whether several processes share the database."""
        return self.database_url.startswith("postgresql")

    @property
    def executor(self) -> str:
        """The name of this process as a worker, the default filled in."""
        if self.executor_id or not self.distributed:
            return self.executor_id or "local"
        return re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname())[:64]

    @property
    def database(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'backcloth.db'}"

    @property
    def pictures(self) -> str:
        """The store's URL, the default filled in."""
        return self.store.url or (self.data_dir.resolve() / "pictures").as_uri()
