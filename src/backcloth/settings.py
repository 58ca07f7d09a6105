"""Every knob, a small frozen group per area, with its unit and the reason for its default.

A setting comes from the environment: `BACKCLOTH_PUBLIC_URL`, `BACKCLOTH_FETCH_ALLOW`,
`BACKCLOTH_BODY_MAX_BYTES` (group `body`, knob `max_bytes`). The command line overrides it. All of them are
validated when the process starts; a wrong one stops it with a message that names it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1024 * 1024

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")

Backend = Literal["nudity", "classifier", "guard", "openai"]
"""Who judges pictures: the embedded network, an operator's image classifier or guard model, a server."""

_NEEDED = {
    "classifier": ("classifier_dir", "classifier_labels"),
    "guard": ("guard_dir",),
    "openai": ("openai_url", "openai_model"),
}
"""The knobs of the group `moderation` without which a backend cannot run."""


def _bare_place(value: HttpUrl | None) -> HttpUrl | None:
    if value and (value.username or value.password or value.query or value.fragment):
        raise ValueError("must be an origin, perhaps with a path: no user, query or fragment")
    return value


def _parts(listed: str) -> list[str]:
    """What commas separate; nothing for `none`, as an empty variable counts as not set."""
    return [] if listed.strip() == "none" else [part for part in map(str.strip, listed.split(",")) if part]


def _pairs(listed: str) -> dict[str, str]:
    """`name=value,…`; names may hold anything but a comma and an equals sign."""
    found = [part.partition("=") for part in _parts(listed)]
    if not all(name.strip() and value.strip() for name, _, value in found):
        raise ValueError("must be pairs such as name=value, with commas between them")
    return {name.strip(): value.strip() for name, _, value in found}


def _fit_for_a_header(value: SecretStr | None) -> SecretStr | None:
    """The secret; None where it is empty, as compose files write what is not set."""
    secret = value.get_secret_value() if value else ""
    if not secret:
        return None
    if not (secret.isascii() and secret.isprintable() and " " not in secret):
        raise ValueError("must be visible ASCII characters without blanks")
    return value


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BodySettings(_Group):
    """What one request body may cost."""

    max_bytes: int = Field(32 * MIB, ge=1024)
    """A 24 MP photo as base64 JPEG is about 12 MiB; four bodies of 50 MiB cost half a gigabyte."""
    drain_bytes: int = Field(16 * MIB, ge=0)
    """Read and thrown away after a 413, so that clients that write before they read get the answer."""
    in_flight_bytes: int = Field(256 * MIB, ge=1024, validate_default=True)
    """Declared bytes of all bodies being read at once; more is a 503."""
    timeout_s: float = Field(60.0, gt=0)
    """A slower body is a 408."""

    @field_validator("in_flight_bytes")
    @classmethod
    def _one_body_fits(cls, value: int, others: ValidationInfo) -> int:
        if value < others.data.get("max_bytes", 0):
            raise ValueError("must not be less than max_bytes, or large bodies would never fit")
        return value


class FetchSettings(_Group):
    """How pictures are fetched from URLs."""

    allow: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks that may be dialled although they are not public, on any port. Comma-separated."""
    max_bytes: int = Field(32 * MIB, ge=1024)
    timeout_s: float = Field(15.0, gt=0)
    """For the whole download; it has to fit into the sync deadline."""
    connect_s: float = Field(5.0, gt=0)
    redirects: int = Field(3, ge=0, le=10)

    @field_validator("allow", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            parts = value.strip("[] ").replace('"', "").split(",")
            return tuple(part.strip() for part in parts if part.strip())
        return value


class ImageSettings(_Group):
    """What one picture may be."""

    max_pixels: int = Field(50_000_000, ge=1)
    """Checked in the file's header before any pixel is decoded. A 50 MP job with `original_quality` peaks at
    1.3 GB; without, far less."""
    max_references: int = Field(8, ge=1)
    decode_s: float = Field(1.5, gt=0)
    """CPU seconds that decoding any file may take; more is a 413. Good small files need a tenth of that."""
    decode_megapixel_s: float = Field(0.2, ge=0)
    """CPU seconds more for each megapixel of the header: twice what the costliest kind of file took."""
    decode_bytes: int = Field(256 * MIB, ge=192 * MIB)
    """Address space of the process that decodes, besides file and pixels. It begins with 110 MiB, and what
    files carry beside their pixels has to fit too."""
    decode_pixel_bytes: int = Field(32, ge=4)
    """Address space more for each pixel of the header: the costliest kind of file took 24."""


class CutoutSettings(_Group):
    """Which segmenter runs."""

    preset: Literal[
        "auto",
        "floor",
        "standard",
        "quality",
        "custom",
        "birefnet",
        "birefnet-portrait",
        "birefnet-matting",
        "birefnet-hr",
        "birefnet-lite",
    ] = "auto"
    """`auto` is `standard` where its weights were pulled and verified, else `floor`, and never another.
    `backcloth models list` describes them."""
    models_dir: Path = Path.home() / ".cache" / "backcloth" / "models"
    """Where pulled weights lie; shared by all checkouts of one user because they are large."""
    refine: bool = True
    """Draws the matte's edge anew from the photo's colours. Without, the networks' matte is only enlarged:
    faster, and coarse on large photos."""
    model: Path | None = None
    """The TOML file of the preset `custom`; `cutout/custom.py` describes it."""
    birefnet_dir: Path | None = None
    """Holds the downloaded folders of the birefnet presets, each under its published name."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """What the birefnet presets run on; `auto` is a GPU where there is one."""
    trust_remote_code: bool = False
    """Lets the Python code in those folders run, with all rights of this process."""


class StudioSettings(_Group):
    """How the procedural studio takes prompts."""

    unmatched: Literal["neutral", "refuse"] = "neutral"
    """What becomes of a prompt that is not understood: a neutral studio and a notice, or a 422."""
    threshold: float = Field(0.5, ge=0.0, le=1.0)
    """Score from which a prompt counts as understood; docs/prompts.md says what was measured."""


class RefineSettings(_Group):
    """Who refines prompts for scene engines that do not do it themselves; docs/refining.md compares them."""

    url: HttpUrl | None = None
    """Where the API of `openai` begins, such as `http://localhost:8080/v1`; /chat/completions is added."""
    key: SecretStr | None = None
    """Sent to that URL as a bearer token."""
    model: str = ""
    """The model's name there."""
    model_dir: Path | None = None
    """The folder of the model of `local`."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """What `local` runs on; `auto` is a GPU where there is one."""
    timeout_s: float = Field(8.0, gt=0)
    """For an answer; then the rules refine. It leaves two thirds of the sync deadline to the picture."""
    backend: Literal["rules", "local", "openai"] = "rules"
    """`rules` adds fixed phrases; `local` is a language model in this process, `openai` one behind a URL. The
    last knob, because it is checked whether the others have what it needs."""

    @field_validator("url")
    @classmethod
    def _only_a_place(cls, value: HttpUrl | None) -> HttpUrl | None:
        return _bare_place(value)

    @field_validator("key")
    @classmethod
    def _key_fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        return _fit_for_a_header(value)

    @field_validator("backend")
    @classmethod
    def _has_what_it_needs(cls, value: str, others: ValidationInfo) -> str:
        given = others.data
        if value == "openai" and not (given.get("url") and given.get("model")):
            raise ValueError("openai needs BACKCLOTH_REFINE_URL and BACKCLOTH_REFINE_MODEL")
        if value == "local" and not given.get("model_dir"):
            raise ValueError("local needs BACKCLOTH_REFINE_MODEL_DIR")
        return value


class ModerationSettings(_Group):
    """What is refused, and by whom; docs/moderation.md has what was measured."""

    blocklist: Path | None = None
    """A file of phrases that are refused in prompts whatever else is judged, one a line."""
    allowlist: Path | None = None
    """A file of phrases that say nothing harmful: prompts are judged as if they were not there."""
    mode: Literal["lax", "standard", "strict"] = "standard"
    """How much is refused. Strict refuses more of what it should, and more of what it should not."""
    thresholds: Annotated[dict[str, Annotated[float, Field(ge=0, lt=1)] | None], NoDecode] = {}
    """Of pictures: a category's own threshold, or `off`; `sexual=0.6,violence=off`."""
    require: Annotated[tuple[str, ...], NoDecode] = ()
    """Categories that pictures must be judged for; the start fails where no backend knows one."""
    force: Annotated[tuple[Literal["prompt", "image", "result"], ...], NoDecode] = ()
    """Checks that run for every request, whatever it says."""
    excused: Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...], NoDecode] = ()
    """Keyed hashes, out of the log, of texts and pictures that are let through although they are refused."""
    log_raw: bool = False
    """Writes refused texts into the log. Pictures never are."""
    timeout_s: float = Field(10.0, gt=0)
    """For one picture and one backend that can be late; then the check counts as unavailable."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """What `classifier` and `guard` run on; `auto` is a GPU where there is one."""
    classifier_dir: Path | None = None
    """The folder of the model of `classifier`."""
    classifier_labels: Annotated[
        dict[str, Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]], NoDecode
    ] = {}
    """The category of each of its labels that is not harmless, in a word fit for callers; `nsfw=sexual`."""
    guard_dir: Path | None = None
    """The folder of the model of `guard`."""
    openai_url: HttpUrl | None = None
    """Where the API of `openai` begins, such as `https://api.openai.com/v1`; /moderations is added."""
    openai_key: SecretStr | None = None
    """Sent to that URL as a bearer token."""
    openai_model: str = ""
    """The model's name there."""
    prompt: Annotated[tuple[Literal["embedded", "openai"], ...], NoDecode] = ("embedded",)
    """Who judges prompts besides the embedded moderator, which always does. The last knobs, because it is
    checked whether the others have what they need."""
    input: Annotated[tuple[Backend, ...], NoDecode] = ("nudity",)
    """Who judges `image` and `ref_images`, one after the other; `none` leaves the check unavailable."""
    output: Annotated[tuple[Backend, ...], NoDecode] = ("nudity",)
    """Who judges results."""

    @field_validator("require", "force", "excused", "prompt", "input", "output", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(_parts(value)) if isinstance(value, str) else value

    @field_validator("thresholds", mode="before")
    @classmethod
    def _thresholds(cls, value: object) -> object:
        pairs = _pairs(value) if isinstance(value, str) else value
        if isinstance(pairs, dict):
            return {category: None if given == "off" else given for category, given in pairs.items()}
        return pairs

    @field_validator("classifier_labels", mode="before")
    @classmethod
    def _labels(cls, value: object) -> object:
        return _pairs(value) if isinstance(value, str) else value

    @field_validator("openai_url")
    @classmethod
    def _only_a_place(cls, value: HttpUrl | None) -> HttpUrl | None:
        return _bare_place(value)

    @field_validator("openai_key")
    @classmethod
    def _key_fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        return _fit_for_a_header(value)

    @field_validator("prompt", "input", "output")
    @classmethod
    def _have_what_they_need(cls, value: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        for backend, needed in _NEEDED.items():
            missing = [name for name in needed if not others.data.get(name)]
            if backend in value and missing:
                names = " and ".join(f"BACKCLOTH_MODERATION_{name.upper()}" for name in missing)
                raise ValueError(f"{backend} needs {names}")
        return value


class JobSettings(_Group):
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


class ProvenanceSettings(_Group):
    """Who signs what results say of their making; without a key they say it unsigned (docs/security.md)."""

    certificates: Path | None = None
    """PEM file: the signer's certificate, then those above it, without the root."""
    timestamp_url: HttpUrl | None = None
    """A time-stamp authority (RFC 3161), asked for every result; a result it does not answer for fails."""
    key: Path | None = Field(None, validate_default=True)
    """PEM file of the certificate's private key. The last knob, because it is checked beside the others."""

    @field_validator("timestamp_url")
    @classmethod
    def _only_a_place(cls, value: HttpUrl | None) -> HttpUrl | None:
        return _bare_place(value)

    @field_validator("key")
    @classmethod
    def _all_or_none(cls, value: Path | None, others: ValidationInfo) -> Path | None:
        given = others.data
        if bool(value) != bool(given.get("certificates")):
            raise ValueError("BACKCLOTH_PROVENANCE_CERTIFICATES and BACKCLOTH_PROVENANCE_KEY need each other")
        if given.get("timestamp_url") and not value:
            raise ValueError("BACKCLOTH_PROVENANCE_TIMESTAMP_URL needs a key")
        return value


class StoreSettings(_Group):
    """Where pictures are kept, and whose URLs lead to results; docs/operations.md compares the ways."""

    url: str = ""
    """`file:///…` or `s3://bucket/prefix`; empty is a folder in `data_dir`."""
    links: Literal["presigned", "service"] = "presigned"
    """For a bucket: URLs that the bucket answers, or URLs of this service, which then reads the bucket."""
    link_days: float = Field(7.0, gt=0, le=7)
    """Longest life of a presigned URL. S3 allows seven days; the picture's own retention ends it earlier."""
    public_endpoint: HttpUrl | None = None
    """Where clients reach the bucket, when that is not where this service does (`AWS_ENDPOINT_URL`)."""

    @field_validator("public_endpoint")
    @classmethod
    def _of_a_bucket(cls, value: HttpUrl | None, others: ValidationInfo) -> HttpUrl | None:
        if value and not others.data.get("url", "").startswith("s3://"):
            raise ValueError("is for a store of the form s3://bucket alone")
        return _bare_place(value)


class LimitSettings(_Group):
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


class WebhookSettings(_Group):
    """How the end of a job is told to the caller's server."""

    gaps_s: Annotated[tuple[Annotated[float, Field(gt=0)], ...], NoDecode] = Field(
        (60, 240, 720, 1680), max_length=9
    )
    """Waits between the attempts, comma-separated: five in 45 minutes, as the contract has it."""
    timeout_s: float = Field(10.0, gt=0)
    """For one attempt, from looking up the name to the answer's status."""
    log_days: float = Field(30.0, gt=0, le=3650)
    """How long `backcloth deliveries` knows an attempt: longer than most complaints take."""

    @field_validator("gaps_s", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(_parts(value)) if isinstance(value, str) else value


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
    public_url: HttpUrl | None = None
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
    bootstrap_token: SecretStr | None = None
    """A token that works from the first start, for local use and tests."""
    engines: Path | None = None
    """The operator's file of scene engines and routes, see docs/engines.md; without it the embedded ones."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks of reverse proxies whose X-Forwarded-For is believed. Comma-separated."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
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

    @field_validator("public_url")
    @classmethod
    def _only_an_origin_and_path(cls, value: HttpUrl | None) -> HttpUrl | None:
        return _bare_place(value)

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(_parts(value)) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Browsers send an origin in exactly this form, and it is compared character by character.
        for each in value:
            if each != "*" and not _ORIGIN.fullmatch(each):
                raise ValueError("must be origins such as https://shop.example, in small letters, or *")
        return value

    @field_validator("bootstrap_token")
    @classmethod
    def _token_fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        return _fit_for_a_header(value)

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
