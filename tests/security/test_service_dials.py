"""A whole service, with every connection that its process asks for written down."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.answers import accepted, refusal
from harness.quick_job import quick_job, quick_picture
from harness.service_process import ServiceProcess
from harness.site import Page, Site

TOLD_SOCKETS = Path(__file__).parents[1] / "harness" / "told_sockets"
FRIEND = "127.0.0.2"
"""Stands for a public address, where none can be dialled."""


HOSTS = [
    *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "①②⑦.0.0.1", "127.0.0.1."),
    *("[::1]", "[::ffff:127.0.0.1]", "[::1%25lo]"),
]


class FriendlySite(Site):
    """A site at that address."""

    host = FRIEND


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of dialled addresses."""
    return tmp_path_factory.mktemp("told") / "dialled"


@pytest.fixture(scope="module")
def dialling(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that may dial one address of loopback and no other."""
    environment = {
        "BACKCLOTH_FETCH_ALLOW": f"{FRIEND}/32",
        "PYTHONPATH": str(TOLD_SOCKETS),
        "TEST_SOCKETS_TOLD_IN": str(told),
    }
    running = ServiceProcess(tmp_path_factory.mktemp("dialling"), environment).start()
    yield running
    running.stop()


def test_a_service_dials_only_what_it_may(dialling: ServiceProcess, told: Path) -> None:
    """For pictures, references and webhooks, straight or through a redirect, and it does dial what it may."""
    with FriendlySite({"/a.png": Page(quick_picture())}) as site:
        port = int(site.origin.rpartition(":")[2])
        for path, host in (("/moved", "127.0.0.1"), ("/moved-by-name", "localhost"), ("/moved-v6", "[::1]")):
            site.pages[path] = Page(status=302, location=f"http://{host}:{port}/a.png")
        forbidden = [
            *(f"http://{host}:{port}/a.png" for host in HOSTS),
            *(site.url(path) for path in ("/moved", "/moved-by-name", "/moved-v6")),
            *(
                "http://169.254.169.254/latest/meta-data/",
                "http://[fd00:ec2::254]/",
                "http://100.100.100.200/",
            ),
        ]
        for url in forbidden:
            refusal(dialling.post(quick_job(image=url, sync=True)), 460, "image:")
        for url in forbidden[::4]:
            references = [quick_job()["image"], url]
            body = quick_job(prompt=None, ref_images=references, sync=True)
            refusal(dialling.post(body), 460, "ref_images[1]:")
        jobs = [accepted(dialling.post(quick_job(webhook_url=url)), dialling.url) for url in forbidden[::2]]
        for job in jobs:
            assert dialling.finished(job)["status"] == "COMPLETED"
        fetched = quick_job(image=site.url("/a.png"), webhook_url=site.url("/hook"))
        friendly = accepted(dialling.post(fetched), dialling.url)
        # Those that were blocked are tried again later; the redirects among them were delivered nowhere.
        while site.deliveries.get(timeout=30).headers["Bria-Webhook-Id"] != friendly:
            pass
        deadline = time.monotonic() + 30
        while dialling.log.count('"event": "webhook"') < len(jobs) + 1 and time.monotonic() < deadline:
            time.sleep(0.05)
    told_by_log = [json.loads(line) for line in dialling.log.splitlines() if '"event": "webhook"' in line]
    reasons = {line["request_id"]: line["reason"] for line in told_by_log}
    assert set(reasons) == {*jobs, friendly}
    assert "blocked" in reasons.values()
    assert set(told.read_text().split()) == {FRIEND}
