from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from backcloth.settings import MIB, Settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without settings of ours."""
    with monkeypatch.context() as clean:
        for name in os.environ:
            if name.startswith("BACKCLOTH_"):
                clean.delenv(name)
        yield clean


def test_defaults(environment: pytest.MonkeyPatch) -> None:
    """A fresh service listens on loopback, dials only public addresses and keeps everything in one folder."""
    del environment
    settings = Settings()
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.fetch.allow == ()
    assert settings.bootstrap_token is None
    assert settings.database == f"sqlite:///{Path('data').resolve()}/backcloth.db"
    assert settings.pictures == f"file://{Path('data').resolve()}/pictures"
    assert settings.job.sync_deadline_s < 30
    assert settings.fetch.timeout_s < settings.job.sync_deadline_s
    assert (settings.body.max_bytes, settings.body.drain_bytes) == (32 * MIB, 16 * MIB)
    assert settings.job.retention_days == 3


def test_the_environment_reaches_every_group(environment: pytest.MonkeyPatch) -> None:
    """The group, then the knob."""
    for name, text in {
        "PORT": "9000",
        "DATA_DIR": "/elsewhere",
        "BODY_MAX_BYTES": "2048",
        "BODY_IN_FLIGHT_BYTES": "4096",
        "FETCH_TIMEOUT_S": "2.5",
        "IMAGE_MAX_PIXELS": "1000",
        "CUTOUT_PRESET": "floor",
        "JOB_SYNC_DEADLINE_S": "0.5",
        "LIMIT_SUBMITS_PER_MINUTE": "7",
        "STUDIO_UNMATCHED": "refuse",
        "STUDIO_THRESHOLD": "0.7",
        "REFINE_BACKEND": "openai",
        "REFINE_URL": "http://127.0.0.1:8080/v1",
        "REFINE_MODEL": "small",
        "REFINE_TIMEOUT_S": "0.25",
    }.items():
        environment.setenv(f"BACKCLOTH_{name}", text)
    settings = Settings()
    assert (settings.port, settings.data_dir) == (9000, Path("/elsewhere"))
    assert (settings.body.max_bytes, settings.body.in_flight_bytes) == (2048, 4096)
    assert settings.body.drain_bytes == 16 * MIB
    assert settings.fetch.timeout_s == 2.5
    assert settings.image.max_pixels == 1000
    assert settings.cutout.preset == "floor"
    assert (settings.studio.unmatched, settings.studio.threshold) == ("refuse", 0.7)
    assert (settings.refine.backend, str(settings.refine.url)) == ("openai", "http://127.0.0.1:8080/v1")
    assert (settings.refine.model, settings.refine.timeout_s) == ("small", 0.25)
    assert settings.job.sync_deadline_s == 0.5
    assert settings.limit.submits_per_minute == 7
    assert settings.pictures == "file:///elsewhere/pictures"


def test_what_is_given_overrides_the_environment(environment: pytest.MonkeyPatch) -> None:
    """As the command line does."""
    environment.setenv("BACKCLOTH_PORT", "9000")
    assert Settings(port=9001).port == 9001


@pytest.mark.parametrize(
    "text", ["127.0.0.0/8,10.1.0.0/16", " 127.0.0.0/8 , 10.1.0.0/16, ", '["127.0.0.0/8", "10.1.0.0/16"]']
)
def test_networks_are_listed_with_commas(environment: pytest.MonkeyPatch, text: str) -> None:
    """Or as JSON."""
    environment.setenv("BACKCLOTH_FETCH_ALLOW", text)
    assert Settings().fetch.allow == (ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16"))


def test_a_network_may_be_one_address_of_either_kind(environment: pytest.MonkeyPatch) -> None:
    """IPv4 and IPv6."""
    environment.setenv("BACKCLOTH_FETCH_ALLOW", "192.168.1.5,fd00::/8")
    assert Settings().fetch.allow == (ip_network("192.168.1.5/32"), ip_network("fd00::/8"))


def test_proxies_and_origins_are_listed_with_commas(environment: pytest.MonkeyPatch) -> None:
    """None by default; an origin is taken as browsers write it."""
    assert (Settings().trusted_proxies, Settings().cors_origins) == ((), ())
    environment.setenv("BACKCLOTH_TRUSTED_PROXIES", "10.1.2.3, fd00::/8")
    environment.setenv("BACKCLOTH_CORS_ORIGINS", "https://shop.example, http://[::1]:8080")
    assert Settings().trusted_proxies == (ip_network("10.1.2.3/32"), ip_network("fd00::/8"))
    assert Settings().cors_origins == ("https://shop.example", "http://[::1]:8080")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "70000"),
        ("PUBLIC_URL", "not a url"),
        ("PUBLIC_URL", "ftp://pictures.example"),
        ("FETCH_ALLOW", "localhost"),
        ("FETCH_ALLOW", "10.0.0.1/8"),
        ("BODY_MAX_BYTES", "0"),
        ("BODY_TIMEOUT_S", "0"),
        ("BODY_MAXIMUM", "5000"),
        ("CUTOUT_PRESET", "best"),
        ("JOB_WORKERS", "0"),
        ("LIMIT_SUBMITS_PER_MINUTE", "-1"),
        ("LIMITS_URL", "memcached://localhost"),
        ("LIMIT_FAILED_TOKENS_PER_MINUTE", "101"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("CORS_ORIGINS", "shop.example"),
        ("CORS_ORIGINS", "https://shop.example/"),
        ("CORS_ORIGINS", "https://Shop.example"),
        ("CORS_ORIGINS", "https://*.shop.example"),
        ("CORS_ORIGINS", "https://shop.example,null"),
        ("EXECUTOR_ID", "two words"),
        ("LOG_LEVEL", "loud"),
        ("BOOTSTRAP_TOKEN", " blanks around "),
        ("BOOTSTRAP_TOKEN", "tökén"),
        ("BOOTSTRAP_TOKEN", "two words"),
        ("BODY_IN_FLIGHT_BYTES", "5000"),
        ("JOB_RETENTION_DAYS", "inf"),
        ("JOB_SWEEP_S", "nan"),
        ("REFINE_BACKEND", "guesses"),
        ("REFINE_BACKEND", "openai"),
        ("REFINE_BACKEND", "local"),
        ("REFINE_URL", "http://user:word@localhost/v1"),
        ("REFINE_KEY", "two words"),
        ("REFINE_TIMEOUT_S", "0"),
        ("PROVENANCE_KEY", "key.pem"),
        ("PROVENANCE_TIMESTAMP_URL", "https://user@stamps.example"),
        ("PUBLIC_URL", "https://user@pictures.example"),
        ("PUBLIC_URL", "https://pictures.example/?a=b"),
    ],
)
def test_a_wrong_setting_is_refused_and_named(environment: pytest.MonkeyPatch, name: str, text: str) -> None:
    """Out of range, of another kind, or a knob that does not exist."""
    environment.setenv(f"BACKCLOTH_{name}", text)
    with pytest.raises(ValidationError) as refused:
        Settings()
    places = {"_".join(str(part) for part in error["loc"]).upper() for error in refused.value.errors()}
    assert any(place.startswith(name) for place in places)


def test_a_language_model_leaves_time_for_the_picture(environment: pytest.MonkeyPatch) -> None:
    """It may take half of the sync deadline and no more; the rules take none."""
    environment.setenv("BACKCLOTH_JOB_SYNC_DEADLINE_S", "10")
    environment.setenv("BACKCLOTH_REFINE_MODEL_DIR", "model")
    assert Settings().refine.timeout_s > 5
    environment.setenv("BACKCLOTH_REFINE_BACKEND", "local")
    with pytest.raises(ValidationError, match="BACKCLOTH_REFINE_TIMEOUT_S must be at most half"):
        Settings()
    environment.setenv("BACKCLOTH_REFINE_TIMEOUT_S", "5")
    assert Settings().refine.timeout_s == 5


def test_signing_needs_all_of_its_files(environment: pytest.MonkeyPatch) -> None:
    """Whoever names one of them wants results signed, and must not get them unsigned."""
    environment.setenv("BACKCLOTH_PROVENANCE_CERTIFICATES", "chain.pem")
    with pytest.raises(ValidationError, match="need each other"):
        Settings()
    environment.setenv("BACKCLOTH_PROVENANCE_KEY", "key.pem")
    assert Settings().provenance.key == Path("key.pem")
    environment.delenv("BACKCLOTH_PROVENANCE_CERTIFICATES")
    environment.delenv("BACKCLOTH_PROVENANCE_KEY")
    environment.setenv("BACKCLOTH_PROVENANCE_TIMESTAMP_URL", "https://stamps.example")
    with pytest.raises(ValidationError, match="needs a key"):
        Settings()


def test_an_empty_variable_is_none(environment: pytest.MonkeyPatch) -> None:
    """As compose files write what is not set."""
    defaults = Settings()
    for name in ("BOOTSTRAP_TOKEN", "REFINE_KEY", "REFINE_URL", "PUBLIC_URL", "FETCH_ALLOW", "PORT"):
        environment.setenv(f"BACKCLOTH_{name}", "")
    assert Settings() == defaults


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ({"public_url": "https://pictures.example"}, "https://pictures.example"),
        ({"public_url": "https://pictures.example/"}, "https://pictures.example"),
        ({"public_url": "https://pictures.example:8443/cut/"}, "https://pictures.example:8443/cut"),
        ({"host": "0.0.0.0", "port": 80}, "http://localhost:80"),  # noqa: S104  # nothing listens here
        ({"host": "::1", "port": 9000}, "http://[::1]:9000"),
    ],
)
def test_the_base_url_has_no_trailing_slash(
    environment: pytest.MonkeyPatch, options: dict[str, object], base: str
) -> None:
    """The public one where there is one, else where the service listens."""
    del environment
    assert Settings.model_validate(options).base_url == base


def test_secrets_are_not_printed(environment: pytest.MonkeyPatch) -> None:
    """Settings may be logged."""
    environment.setenv("BACKCLOTH_BOOTSTRAP_TOKEN", "very-secret")
    environment.setenv("BACKCLOTH_REFINE_KEY", "very-secret-too")
    settings = Settings()
    assert settings.bootstrap_token is not None
    assert settings.bootstrap_token.get_secret_value() == "very-secret"
    assert "very-secret" not in f"{settings!r} {settings}"


def test_settings_do_not_change(environment: pytest.MonkeyPatch) -> None:
    """They are read once and handed down."""
    del environment
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # what must not work
    with pytest.raises(ValidationError, match="frozen"):
        Settings().body.max_bytes = 5000  # type: ignore[misc]  # what must not work
