from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import psycopg
import pytest
import yaml

from backcloth.storage.database import create_tables, open_database
from harness.deployment import DEPLOY, HEALTH, settings_of, understood
from harness.postgres import Postgres

FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
RESOURCES: dict[tuple[str, str], dict[str, Any]] = {
    (found["kind"], found["metadata"]["name"]): found
    for name in KUSTOMIZATION["resources"]
    for found in yaml.safe_load_all((FOLDER / name).read_text())
}
OLDEST, NEWEST = "1.30", "1.37"
"""Versions of Kubernetes whose schemas the manifests are held against."""

SECRET = {
    "BACKCLOTH_DATABASE_URL": "postgresql://backcloth:secret@database/backcloth",
    "BACKCLOTH_SIGNING_SECRET": "s" * 64,
    "BACKCLOTH_LIMITS_URL": "valkey://limits:6379/0",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
}
"""What deploy/README.md has the operator put into the Secret."""


def pod(kind: str, name: str) -> dict[str, Any]:
    """The pod's specification."""
    found: dict[str, Any] = RESOURCES[kind, name]["spec"]["template"]["spec"]
    return found


PODS = [("Deployment", "api"), ("StatefulSet", "worker")]


def environment(container: dict[str, Any]) -> dict[str, str]:
    """What a container gets, the name of its pod filled in."""
    (generated,) = KUSTOMIZATION["configMapGenerator"]
    shared = dict(line.split("=", 1) for line in generated["literals"])
    own = {each["name"]: each.get("value", "worker-0") for each in container["env"]}
    return shared | SECRET | own


def test_every_file_is_part_of_it() -> None:
    """No manifest lies beside the kustomization unused."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == {
        *KUSTOMIZATION["resources"],
        "kustomization.yaml",
    }


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_manifests_follow_the_schemas(version: str) -> None:
    """Kubernetes' own schemas, strictly: an unknown field is an error. KEDA's kinds are not among them."""
    known = {name: found for name, found in RESOURCES.items() if "keda.sh" not in found["apiVersion"]}
    assert len(known) == len(RESOURCES) - 2
    for found in known.values():
        kubernetes_validate.validate(found, version, strict=True)


def test_the_schemas_would_notice() -> None:
    """A field that does not exist is refused."""
    wrong = RESOURCES["Service", "api"] | {"specification": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, NEWEST, strict=True)


@pytest.mark.parametrize(("kind", "name"), PODS)
def test_processes_would_start(kind: str, name: str) -> None:
    """Settings are valid, the command is understood, and probes ask for paths that exist, at the port."""
    (container,) = pod(kind, name)["containers"]
    image = {"BACKCLOTH_PORT": "8000", "BACKCLOTH_WORKER_PORT": "8000"}
    settings = settings_of(image | environment(container))
    assert settings.distributed
    assert settings.store.url
    assert settings.trusted_proxies
    understood(container["args"])
    (port,) = container["ports"]
    assert port == {"name": "http", "containerPort": settings.port}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in HEALTH
        assert container[probe]["httpGet"]["port"] == "http"
    assert container["livenessProbe"]["httpGet"]["path"] != container["readinessProbe"]["httpGet"]["path"]


@pytest.mark.parametrize(("kind", "name"), PODS)
def test_processes_have_time_to_end(kind: str, name: str) -> None:
    """Whoever is told to stop is not killed before its own patience ends."""
    (container,) = pod(kind, name)["containers"]
    settings = settings_of(environment(container))
    patience = settings.drain_notice_s + 30 if name == "api" else settings.job.drain_s
    assert pod(kind, name)["terminationGracePeriodSeconds"] > patience
    if name == "api":
        probe = container["readinessProbe"]
        failures = probe.get("failureThreshold", 3)
        assert settings.drain_notice_s > probe["periodSeconds"] * failures


@pytest.mark.parametrize(("kind", "name"), PODS)
def test_selectors_find_their_pods(kind: str, name: str) -> None:
    """Pods, service and disruption budget speak of the same label."""
    labels = RESOURCES[kind, name]["spec"]["template"]["metadata"]["labels"]
    assert RESOURCES[kind, name]["spec"]["selector"]["matchLabels"] == labels
    assert RESOURCES["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"] == labels
    assert RESOURCES["Service", name]["spec"]["selector"] == labels


def test_a_workers_id_is_its_pods_name() -> None:
    """A stateful set never runs two pods of one name, and gives a new pod the old one's."""
    assert RESOURCES["StatefulSet", "worker"]["spec"]["serviceName"] == "worker"
    (container,) = pod("StatefulSet", "worker")["containers"]
    source = {each["name"]: each.get("valueFrom") for each in container["env"]}
    assert source["BACKCLOTH_EXECUTOR_ID"] == {"fieldRef": {"fieldPath": "metadata.name"}}


@pytest.fixture
def tables(postgres: Postgres) -> Iterator[psycopg.Connection]:
    """A connection to a database with the service's tables."""
    url = postgres.new_database()
    engine = open_database(url)
    create_tables(engine)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_workers_are_scaled_by_the_age_of_the_oldest_waiting_job(tables: psycopg.Connection) -> None:
    """The autoscaler's query gives whole seconds: 0 with nothing waiting, however much is in work."""
    (trigger,) = RESOURCES["ScaledObject", "worker"]["spec"]["triggers"]
    query = trigger["metadata"]["query"].encode()
    assert tables.execute(query).fetchone() == (0,)
    insert = (
        "INSERT INTO jobs (id, organisation, state, seed, request, attempts, created_at)"
        " VALUES (%s, 'shop', %s, 1, '{}', 0, %s)"
    )
    for name, state, age in (("a", "running", 500), ("b", "queued", 40), ("c", "queued", 5)):
        tables.execute(insert, (name, state, time.time() - age))
    (found,) = tables.execute(query).fetchone() or (None,)
    assert isinstance(found, int)
    assert 40 <= found <= 45
    assert trigger["metadata"]["targetQueryValue"].isdigit()


def test_the_autoscaler_reads_the_services_own_secret() -> None:
    """Its connection is the database's URL, and it scales the workers."""
    authentication = RESOURCES["TriggerAuthentication", "backcloth-database"]["spec"]
    (given,) = authentication["secretTargetRef"]
    assert given == {"parameter": "connection", "name": "backcloth", "key": "BACKCLOTH_DATABASE_URL"}
    scaled = RESOURCES["ScaledObject", "worker"]["spec"]
    assert (scaled["scaleTargetRef"]["kind"], scaled["scaleTargetRef"]["name"]) in RESOURCES
    assert scaled["triggers"][0]["authenticationRef"]["name"] == "backcloth-database"
