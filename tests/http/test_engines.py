"""The operator's file of engines at work: who made what, who stands in, and how a wrong file is told."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from harness.answers import accepted, finished, image, refusal
from harness.command import backcloth
from harness.images_server import KEY, MODEL, ImagesServer
from harness.pictures import encoded
from harness.quick_job import quick_job, quick_picture
from harness.service_process import ServiceProcess

HEADER = "x-backcloth-engine"

ROUTES = """
[engines.painter]
kind = "remote"
flavour = "vllm-omni"
model = "{model}"
base_urls = ["{url}"]
api_key_env = "PAINTER_KEY"
check = false
health_s = 0.2
least_area = 4096

[[route]]
modes = ["fast"]
references = false
engines = ["studio"]

[[route]]
modes = ["base"]
engines = ["painter"]
fallback = "studio"

[[route]]
engines = ["painter"]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ImagesServer]:
    """Who paints."""
    with ImagesServer() as running:
        yield running


@pytest.fixture(scope="module")
def routed(server: ImagesServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that draws fast jobs itself, and has the others painted; only in `base` may it stand in."""
    folder = tmp_path_factory.mktemp("routed")
    path = folder / "engines.toml"
    path.write_text(ROUTES.format(model=MODEL, url=server.url))
    settings = {"BACKCLOTH_ENGINES": str(path), "PAINTER_KEY": KEY}
    running = ServiceProcess(folder, environment=settings).start()
    yield running
    running.kill()
    assert server.problems == []


@pytest.fixture
def ill(server: ImagesServer) -> Iterator[None]:
    """The server says that it is not well, for longer than a look counts."""
    server.well = False
    time.sleep(0.3)
    yield
    server.well = True
    time.sleep(0.3)


def job(**fields: Any) -> dict[str, Any]:
    """A small job with a prompt whose answer is awaited."""
    return quick_job(sync=True, prompt="on a beach", seed=3, refine_prompt=False, **fields)


def test_a_server_elsewhere_paints_and_is_named(routed: ServiceProcess, server: ImagesServer) -> None:
    """In the header of the answer and of the status, and in the notes; the subject stays the caller's own."""
    before = server.painted
    answer = routed.post(job(mode="base"))
    made = np.asarray(image(finished(answer)))
    assert server.painted == before + 1
    assert answer.headers[HEADER] == f"painter vllm-omni {MODEL}"
    request_id = answer.json()["request_id"]
    assert routed.status(request_id).headers[HEADER] == answer.headers[HEADER]
    url = f"{routed.url}/v2/status/{request_id}/notes"
    notes = httpx.get(url, headers={"api_token": routed.token}).json()
    assert notes["engine"] == answer.headers[HEADER]
    assert notes["remote"]["model"] == MODEL
    own = np.asarray(Image.open(io.BytesIO(quick_picture())))
    opaque = own[..., 3] == 255
    assert (made[opaque] == own[opaque][:, :3]).all()
    assert made[own[..., 3] == 0].std() > 50, "noise, as the server paints it"


def test_references_go_to_the_server_too(routed: ServiceProcess, server: ImagesServer) -> None:
    """It takes one picture, and the caller is told about the other one."""
    pictures = [
        base64.b64encode(encoded(Image.new("RGB", (80, 60), colour))).decode()
        for colour in ("#204080", "#c0a040")
    ]
    body = {name: value for name, value in job(mode="base").items() if name != "prompt"}
    answer = routed.post({**body, "ref_images": pictures})
    finished(answer)
    assert answer.headers[HEADER].startswith("painter ")
    assert answer.json()["notes"] == ["ref_images: 1 pictures were used, 1 were not."]
    assert len(server.received[-1].references) == 1


@pytest.mark.parametrize(
    ("fields", "engine"), [({}, "studio "), ({"mode": "base", "prompt": "#336699"}, "solid ")]
)
def test_what_is_routed_elsewhere_stays_there(
    routed: ServiceProcess, server: ImagesServer, fields: dict[str, Any], engine: str
) -> None:
    """Fast prompts go to the studio, and a colour is a colour in every mode."""
    before = server.painted
    answer = routed.post({**job(), **fields})
    finished(answer)
    assert answer.headers[HEADER].startswith(engine)
    assert server.painted == before


def test_a_negative_prompt_that_nobody_would_honour_is_refused(routed: ServiceProcess) -> None:
    """Before the job is accepted, naming the field and the engine."""
    answer = routed.post(job(mode="base", negative_prompt="people"))
    refusal(answer, 400, "negative_prompt", "painter")


@pytest.mark.usefixtures("ill")
def test_where_the_operator_says_so_the_studio_stands_in(routed: ServiceProcess) -> None:
    """And the caller is told, in the notes and by the header."""
    answer = routed.post(job(mode="base"))
    finished(answer)
    assert answer.headers[HEADER].startswith("studio ")
    assert any(note.startswith("painter could not run: studio") for note in answer.json()["notes"])
    report = httpx.get(f"{routed.url}/health/ready").json()
    assert report["status"] == "ok"


@pytest.mark.usefixtures("ill")
def test_elsewhere_an_engine_that_cannot_run_is_a_503(routed: ServiceProcess) -> None:
    """That says when to come again; nothing lesser takes its place."""
    answer = routed.post(job(mode="high_control"))
    refusal(answer, 503)
    assert int(answer.headers["retry-after"]) > 0


def test_an_engine_that_cannot_begin_is_passed_over_within_the_job(
    routed: ServiceProcess, server: ImagesServer
) -> None:
    """It said that it is well, and then wanted to be asked later than the job can wait: the studio draws."""
    server.failures = ["status 503 after 3600"]
    answer = routed.post(job(mode="base"))
    finished(answer)
    assert answer.headers[HEADER].startswith("studio ")


def test_a_failure_is_the_jobs_own(routed: ServiceProcess, server: ImagesServer) -> None:
    """Something may have been paid for: no other engine takes over, and the status tells the 503."""
    server.failures = ["break off"]
    request_id = accepted(routed.post({**job(mode="base"), "sync": False}), routed.url)
    ended = routed.finished(request_id)
    assert ended["status"] == "ERROR"
    assert ended["error"]["code"] == 503
    assert HEADER not in routed.status(request_id).headers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[route]]\nengines = ["klein"]', "engines.toml: route 1: there is no engine klein"),
        (
            '[[route]]\nreferences = false\nengines = ["studio"]',
            "no route serves the mode fast with reference",
        ),
    ],
)
def test_a_wrong_file_stops_the_start_and_the_doctor_shows_it(tmp_path: Path, text: str, says: str) -> None:
    """With one sentence, and no trace of code."""
    path = tmp_path / "engines.toml"
    path.write_text(text)
    folder = str(tmp_path / "data")
    for command in (["serve", "--port", "0"], ["doctor"]):
        ended = backcloth(
            *command, "--data-dir", folder, BACKCLOTH_ENGINES=str(path), BACKCLOTH_CUTOUT_PRESET="floor"
        )
        assert ended.returncode == 1
        assert says in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
