"""Results go when their time is over, and everything of theirs with them."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from backcloth.jobs.deliveries import Deliveries, Delivery
from backcloth.storage.database import open_database
from harness import command
from harness.service_process import Launch

SECONDS = 3


def test_results_and_rows_are_removed(tmp_path: Path, launch: Launch, photo_base64: str) -> None:
    """After the retention time neither the picture, nor the row, nor the workflow is left; its bill is.

    A log of a webhook that is older than such logs are kept goes in the same sweep.
    """
    short = {"BACKCLOTH_JOB_RETENTION_DAYS": str(SECONDS / 86_400), "BACKCLOTH_JOB_SWEEP_S": "0.5"}
    service = launch(**short)
    engine = open_database(f"sqlite:///{tmp_path / 'data' / 'backcloth.db'}")
    Deliveries(engine).add(Delivery("a" * 32, 1, "example.com:443", 1000.0, 0.1, "delivered", "", None))
    engine.dispose()
    answer = service.post(
        {"image": photo_base64, "prompt": "#000000", "sync": True, "original_quality": True}
    ).json()
    url, request_id = answer["result"]["image_url"], answer["request_id"]
    assert httpx.get(url).status_code == 200

    deadline = time.monotonic() + 30
    while service.status(request_id).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert service.status(request_id).json() == {"status": "NOT_FOUND"}
    assert httpx.get(url).status_code == 404
    swept = 'backcloth_swept_total{what="expired"} 1.0'
    while swept not in httpx.get(f"{service.url}/metrics").text and time.monotonic() < deadline:
        time.sleep(0.05)
    assert time.monotonic() < deadline
    service.stop()
    assert not [path for path in (tmp_path / "data" / "pictures").rglob("*") if path.is_file()]
    with closing(sqlite3.connect(tmp_path / "data" / "backcloth.db")) as database:
        assert database.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM workflow_status").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)
        assert database.execute("SELECT job_id FROM usage").fetchall() == [(request_id,)]


def test_an_organisation_has_its_own_retention(tmp_path: Path, launch: Launch, photo_base64: str) -> None:
    """Set while the service runs, it ends that organisation's jobs and URLs, and nobody else's."""
    service = launch(BACKCLOTH_JOB_SWEEP_S="0.5")
    token = service.new_token("brief")
    days = f"{SECONDS / 86_400:.8f}"
    set_it = command.backcloth("retention", "set", "brief", days, "--data-dir", str(tmp_path / "data"))
    assert set_it.returncode == 0, set_it.stderr
    body = {"image": photo_base64, "prompt": "#000000", "sync": True, "original_quality": True}
    brief, other = service.post(body, token=token).json(), service.post(body).json()
    lives = [
        int(parse_qs(urlsplit(each["result"]["image_url"]).query)["exp"][0]) - time.time()
        for each in (brief, other)
    ]
    assert lives[0] < SECONDS
    assert lives[1] > 86_400

    deadline = time.monotonic() + 30
    while service.status(brief["request_id"], token=token).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert httpx.get(brief["result"]["image_url"]).status_code in {403, 404}
    assert httpx.get(other["result"]["image_url"]).status_code == 200
    results = [path.stem for path in (tmp_path / "data" / "pictures" / "results").iterdir()]
    assert results == [other["request_id"]]
    service.stop()


def test_inputs_without_a_job_are_removed_when_they_are_old(launch: Launch, tmp_path: Path) -> None:
    """A picture stored for a request that was never accepted goes; one that may just be accepted stays."""
    service = launch(BACKCLOTH_JOB_SWEEP_S="0.5")
    inputs = tmp_path / "data" / "pictures" / "inputs"
    inputs.mkdir(exist_ok=True)
    old, young = inputs / f"{'a' * 32}-0", inputs / f"{'b' * 32}-0"
    for path in (old, young):
        path.write_bytes(b"picture")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    deadline = time.monotonic() + 20
    while old.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not old.exists()
    assert young.exists()
    service.stop()


def test_results_without_a_job_are_removed_when_they_are_old(launch: Launch, tmp_path: Path) -> None:
    """A picture that no row knows goes; a young one stays, as does what is neither input nor result."""
    results = tmp_path / "data" / "pictures" / "results"
    results.mkdir(parents=True)
    old, young, other = results / f"{'a' * 32}.png", results / f"{'b' * 32}.png", results.parent / "other"
    for path in (old, young, other):
        path.write_bytes(b"picture")
    for path in (old, other):
        os.utime(path, (time.time() - 7200,) * 2)
    launch(BACKCLOTH_JOB_SWEEP_S="0.5")
    deadline = time.monotonic() + 20
    while old.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not old.exists()
    assert young.exists()
    assert other.exists()


def test_inputs_go_with_the_end_of_the_job(tmp_path: Path, launch: Launch, photo_base64: str) -> None:
    """Input pictures are deleted when the job has ended, whichever way."""
    service = launch()
    good = {"image": photo_base64, "prompt": "#000", "original_quality": True}
    assert service.post({**good, "sync": True}).status_code == 200
    cut_short = photo_base64[: len(photo_base64) // 2 // 4 * 4]
    assert service.post({**good, "image": cut_short, "sync": True}).status_code == 400
    inputs = tmp_path / "data" / "pictures" / "inputs"
    deadline = time.monotonic() + 10
    while [path for path in inputs.rglob("*") if path.is_file()] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [path for path in inputs.rglob("*") if path.is_file()]
    service.stop()
