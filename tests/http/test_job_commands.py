"""`backcloth jobs` beside a running service."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.answers import accepted, failure, image
from harness.in_process import run
from harness.quick_job import SIZE, quick_job, quick_picture
from harness.service_process import ServiceProcess
from harness.site import Page, Site


@pytest.fixture
def site() -> Iterator[Site]:
    """The caller's own web server."""
    with Site() as running:
        yield running


@pytest.fixture
def folder(service: ServiceProcess) -> Path:
    """Where the service keeps everything."""
    return service.data_dir / "data"


def submitted(service: ServiceProcess, **fields: str) -> str:
    """The id of an accepted job."""
    return accepted(service.post(quick_job(**fields)), service.url)


def test_a_failed_job_is_done_again(service: ServiceProcess, site: Site, folder: Path) -> None:
    """Under a new id that its caller's token opens; the old one stays failed, and says why."""
    failed = submitted(service, image=site.url("/late.png"), webhook_url=site.url("/hook"))
    failure(service.finished(failed)["error"], 404)
    site.pages["/late.png"] = Page(quick_picture())
    done = run(folder, "jobs", "retry", failed)
    assert done.exit_code == 0
    again = done.stdout.strip()
    assert again != failed
    assert image(service.finished(again)["result"]).size == SIZE
    assert service.status(failed).json()["status"] == "ERROR"
    told_ids = {site.deliveries.get(timeout=30).headers["Bria-Webhook-Id"] for _ in range(2)}
    assert told_ids == {failed, again}
    told = json.loads(run(folder, "jobs", "show", failed).stdout)
    assert (told["state"], told["failure"]["code"], told["attempts"]) == ("failed", 404, 1)
    assert "webhook_key" not in told


def test_only_what_can_be_done_again_is(service: ServiceProcess, folder: Path) -> None:
    """Not a job that went well, not one whose pictures are gone, not one that nobody knows."""
    well = submitted(service)
    service.finished(well)
    inline = submitted(service, image="iVBORw0KGgo=")
    service.finished(inline)
    for job_id, reason in ((well, "completed"), (inline, "deleted at its end"), ("0" * 32, "no job")):
        refused = run(folder, "jobs", "retry", job_id)
        assert refused.exit_code == 1
        assert reason in refused.stderr


def test_a_job_is_cancelled(service: ServiceProcess, site: Site, folder: Path) -> None:
    """Also in the middle of its work; a second time there is nothing to cancel."""
    gate = threading.Event()
    site.pages["/held.png"] = Page(quick_picture(), gate=gate)
    job_id = submitted(service, image=site.url("/held.png"))
    assert run(folder, "jobs", "cancel", job_id).exit_code == 0
    ended = service.status(job_id).json()
    assert ended["status"] == "ERROR"
    gate.set()
    assert run(folder, "jobs", "cancel", job_id).exit_code == 1
    assert service.status(job_id).json() == ended


def test_jobs_are_listed(service: ServiceProcess, site: Site, folder: Path) -> None:
    """The newest first, for people and for programs, by state; a failed one with its reason."""
    failed = submitted(service, image=site.url("/missing.png"))
    service.finished(failed)
    well = submitted(service)
    service.finished(well)
    newest = [line.split()[2:4] for line in run(folder, "jobs", "list", "--limit", "2").stdout.splitlines()]
    assert newest == [[well, "local"], [failed, "local"]]
    listed = run(folder, "jobs", "list", "--state", "failed", "--organisation", "local", "--json").stdout
    first = json.loads(listed.splitlines()[0])
    assert (first["id"], first["state"], first["code"], first["starts"]) == (failed, "failed", 404, 1)
    assert first["finished_at"] >= first["created_at"]
    assert "404: " in run(folder, "jobs", "list", "--state", "failed", "--limit", "1").stdout
    assert run(folder, "jobs", "list", "--organisation", "nobody").stdout == ""
    assert run(folder, "jobs", "show", "0" * 32).exit_code == 1
