from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

import pytest
import yaml

from harness.deployment import DEPLOY, HEALTH, settings_of, understood

EXAMPLE = {
    "PUBLIC_URL": "http://localhost:8080",
    "POSTGRES_PASSWORD": "p" * 64,
    "SIGNING_SECRET": "s" * 64,
    "S3_ACCESS_KEY": "k" * 64,
    "S3_SECRET_KEY": "x" * 64,
}


def interpolated(text: str) -> str:
    """The file as compose reads it; a variable that example.env lacks is an error."""
    return re.sub(r"\$\{(\w+)(:\?[^}]*)?\}", lambda found: EXAMPLE[found[1]], text)


FILE: dict[str, Any] = yaml.safe_load(interpolated((DEPLOY / "compose.yaml").read_text()))
SERVICES: dict[str, Any] = FILE["services"]
OURS = [name for name in SERVICES if name.startswith(("api-", "worker-"))]
NGINX = (DEPLOY / "nginx.conf").read_text()
IMAGE = dict(re.findall(r"(BACKCLOTH_\w+)=(\S+)", (DEPLOY / "Dockerfile").read_text()))


def seconds(text: str) -> int:
    """A duration such as 40s."""
    return int(text.removesuffix("s"))


def test_the_example_names_every_variable() -> None:
    """Who copies example.env has everything that the file asks for, and nothing that it does not."""
    lines = (DEPLOY / "example.env").read_text().splitlines()
    given = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    wanted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert given == wanted == set(EXAMPLE)


def test_two_accept_and_two_work() -> None:
    """And no two workers have the same id."""
    assert sorted(OURS) == ["api-0", "api-1", "worker-0", "worker-1"]
    ids = [understood(SERVICES[name]["command"])["executor_id"] for name in OURS if "worker" in name]
    assert ids == ["worker-0", "worker-1"]


@pytest.mark.parametrize("name", OURS)
def test_processes_would_start(name: str) -> None:
    """Their settings are valid, they share database, store and limits, and their commands are understood."""
    service = SERVICES[name]
    settings = settings_of(IMAGE | service["environment"])
    assert settings.distributed
    assert settings.database_url.endswith("@database/backcloth")
    assert settings.store.url == "s3://pictures"
    assert settings.store.links == "service"
    assert settings.limits_url.startswith("valkey://limits:")
    assert settings.signing_secret is not None
    options = understood(service["command"])
    assert options.get("works", True) is not name.startswith("api")
    assert set(service["depends_on"]) == {"database", "limits", "bucket"}


@pytest.mark.parametrize("name", OURS)
def test_processes_have_time_to_end(name: str) -> None:
    """Whoever is told to stop is not killed before its own patience ends."""
    settings = settings_of(IMAGE | SERVICES[name]["environment"])
    grace = seconds(SERVICES[name]["stop_grace_period"])
    accepts = name.startswith("api")
    assert grace > (settings.drain_notice_s + 30 if accepts else settings.job.drain_s)


@pytest.mark.parametrize("name", [*OURS, "proxy"])
def test_processes_have_no_rights_to_lose(name: str) -> None:
    """Nothing runs with capabilities, and no root file system can be written."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_images_are_pinned() -> None:
    """Every image of others names its version."""
    for name in set(SERVICES) - set(OURS):
        assert re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", SERVICES[name]["image"]), name


def test_the_proxy_leads_to_the_api_processes() -> None:
    """It names each of them with the port that the image listens on, and is believed about its clients."""
    upstreams = re.findall(r"server ([\w-]+):(\d+)", NGINX)
    accepting = [name for name in OURS if name.startswith("api")]
    assert upstreams == [(name, IMAGE["BACKCLOTH_PORT"]) for name in accepting]
    (published,) = SERVICES["proxy"]["ports"]
    assert f"listen {published.partition(':')[2]};" in NGINX
    (network,) = FILE["networks"]["outside"]["ipam"]["config"]
    for name in accepting:
        assert settings_of(SERVICES[name]["environment"]).trusted_proxies == (ip_network(network["subnet"]),)
        assert "outside" in SERVICES[name]["networks"]
    assert SERVICES["proxy"]["networks"] == ["outside"]


def test_the_proxy_allows_what_the_service_does() -> None:
    """A body that the service would take passes the proxy, and its token with it."""
    settings = settings_of({})
    (size,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(size) * 1024 * 1024 == settings.body.max_bytes
    (wait,) = re.findall(r"^        proxy_read_timeout (\d+)s;", NGINX, re.MULTILINE)
    assert int(wait) > settings.job.sync_deadline_s
    assert "underscores_in_headers on;" in NGINX


def test_what_answers_to_nobody_outside() -> None:
    """Metrics are not published; they are a path of the service's."""
    assert "/metrics" in HEALTH
    assert "location = /metrics" in NGINX
    assert FILE["networks"]["inside"] == {"internal": True}
    for name in ("database", "limits", "store"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]
