from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import backcloth
from harness.answers import finished
from harness.cluster import Cluster
from harness.postgres import Postgres
from harness.quick_job import quick_job, quick_picture
from harness.service_process import Launch, ServiceProcess
from harness.site import Page, Site

PAGE = Path(backcloth.__file__).parents[2] / "docs" / "backup.md"


def run_lines(number: int, **environment: str) -> None:
    """Runs one of the page's blocks of commands, as an operator would."""
    block = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[number]
    subprocess.run(["sh", "-euc", block], env={**os.environ, **environment}, check=True)


def test_a_copy_of_a_running_service_is_a_service(tmp_path: Path, launch: Launch) -> None:
    """The page's commands take a working service's copy; started elsewhere it has everything, and goes on.

    One job has ended, one is in work and one waits with a picture of its own in the store. The first service
    is killed after the copy.
    """
    original = launch(BACKCLOTH_JOB_WORKERS="1")
    gate = threading.Event()
    with Site() as site:
        site.pages["/held"] = Page(quick_picture(), gate=gate)
        done = original.post(quick_job(sync=True)).json()
        other = original.new_token("shop")
        running = original.post(quick_job(image=site.url("/held"))).json()["request_id"]
        waiting = original.post(quick_job(), token=other).json()["request_id"]
        copy = tmp_path / "copy"
        run_lines(0, DATA=str(original.data_dir / "data"), BACKUP=str(copy / "data"))
        original.kill()
        gate.set()
        restored = ServiceProcess(copy, token=original.token).start()
        try:
            assert restored.finished(running)["status"] == "COMPLETED"
            assert restored.status(done["request_id"]).json()["result"]["seed"] == done["result"]["seed"]
            url = urlsplit(done["result"]["image_url"])
            assert httpx.get(f"{restored.url}{url.path}?{url.query}").content.startswith(b"\x89PNG")
            finished(restored.post(quick_job(sync=True), token=other))
            assert restored.status(waiting, token=other).json()["status"] == "COMPLETED"
        finally:
            restored.kill()


@pytest.mark.skipif("TEST_HARD" not in os.environ, reason="needs three more processes: make test-hard")
def test_a_dump_of_postgresql_is_a_cluster(postgres: Postgres, tmp_path: Path) -> None:
    """The page's commands dump a database with a waiting job; a worker on the restored one ends it."""
    path = f"{postgres.program('pg_dump').parent}:{os.environ['PATH']}"
    first = Cluster(tmp_path, postgres.new_database())
    second = Cluster(tmp_path, postgres.new_database(), token=first.token)
    try:
        first.add_apis(1)
        waiting = first.apis[0].post(quick_job()).json()["request_id"]
        run_lines(1, PATH=path, DATABASE=first.database_url, BACKUP=str(tmp_path))
        first.end()
        run_lines(2, PATH=path, DATABASE=second.database_url, BACKUP=str(tmp_path))
        second.add_apis(1)
        second.add_workers(1)
        assert second.apis[0].finished(waiting)["status"] == "COMPLETED"
    finally:
        first.end()
        second.end()
