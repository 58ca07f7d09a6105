"""Refusals over HTTP: what they name, what becomes of the pictures, what is logged, and what a failure is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from backcloth.pipeline.policy import Policy, key_of
from backcloth.storage.sign import load_secret
from harness.answers import accepted, failure, finished, image_file, refusal
from harness.moderation_server import KEY, MARK, MODEL, WORD, ModerationServer
from harness.pictures import encoded, subject_picture
from harness.quick_job import SIZE, quick_job
from harness.service_process import ServiceProcess

BOTH = {"visual_input_content_moderation": True, "visual_output_content_moderation": True}
CASTLE = f"a castle made of {WORD} stripes"
PHOTOS = Path(__file__).parents[2] / "demo" / "photos"


def base(picture: Image.Image, kind: str = "PNG", **options: Any) -> str:
    """A picture as a request carries it."""
    return base64.b64encode(encoded(picture, kind, **options)).decode()


MARKED = base(Image.new("RGB", SIZE, MARK))
PLAIN = base(subject_picture(*SIZE))


@pytest.fixture(scope="module")
def judge() -> Iterator[ModerationServer]:
    """Flags what is marked."""
    with ModerationServer() as running:
        yield running
        running.gate.set()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, judge: ModerationServer) -> Iterator[ServiceProcess]:
    """A service whose pictures are judged by the embedded network and then by the server, words too."""
    backends = {
        "BACKCLOTH_MODERATION_PROMPT": "embedded,openai",
        "BACKCLOTH_MODERATION_INPUT": "nudity,openai",
        "BACKCLOTH_MODERATION_OUTPUT": "nudity,openai",
        "BACKCLOTH_MODERATION_REQUIRE": "sexual,violence",
        "BACKCLOTH_MODERATION_TIMEOUT_S": "3",
    }
    running = ServiceProcess(tmp_path_factory.mktemp("moderated"), {**backends, **judge.settings()}).start()
    yield running
    running.stop()
    assert judge.problems == []


def stored(service: ServiceProcess) -> list[str]:
    """Every file in the service's store, once no input is left behind."""
    deadline = time.monotonic() + 5
    folder = service.data_dir / "data" / "pictures"
    while True:
        files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        left = [name for name in files if not name.startswith(("results/", "ping/"))]
        if not left or time.monotonic() > deadline:
            return files
        time.sleep(0.05)


def lines(service: ServiceProcess, event: str) -> list[dict[str, Any]]:
    """The log's lines of one event."""
    found = (json.loads(line) for line in service.log.splitlines() if line.startswith("{"))
    return [line for line in found if line.get("event") == event]


def test_a_harmless_photo_passes_every_check(service: ServiceProcess, judge: ModerationServer) -> None:
    """By the embedded network and by the server, before and after; the picture is served."""
    judge.pictures.clear()
    photo = base64.b64encode((PHOTOS / "sheep.jpg").read_bytes()).decode()
    answer = service.post(quick_job(image=photo, sync=True, original_quality=False, **BOTH))
    assert image_file(finished(answer))
    assert len(judge.pictures) == 2


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"image": MARKED}, "image"),
        ({"prompt": None, "ref_images": [PLAIN, MARKED]}, "ref_images[1]"),
        ({"prompt": "#FF00FF"}, "result"),
    ],
)
def test_a_refused_picture_is_named_and_gone(
    service: ServiceProcess, fields: dict[str, Any], parameter: str
) -> None:
    """422 to who waits and in the job of who does not; nothing of it is stored, before or after."""
    before = [name for name in stored(service) if name.startswith("results/")]
    body = quick_job(**BOTH, **fields)
    said = refusal(service.post({**body, "sync": True}), 422, f"'{parameter}'", "violence")
    request_id = accepted(service.post(body), service.url)
    ended = service.finished(request_id)
    assert set(ended) == {"request_id", "status", "error"}
    assert ended["status"] == "ERROR"
    assert failure(ended["error"], 422) == said
    assert [name for name in stored(service) if not name.startswith("ping/")] == before


def test_the_log_says_all_but_the_picture(service: ServiceProcess) -> None:
    """Request, parameter, category, score, who decided, and a mark that only the service's key gives."""
    request_id = accepted(service.post(quick_job(image=MARKED, **BOTH)), service.url)
    service.finished(request_id)
    [line] = [line for line in lines(service, "moderation_refused") if line["request_id"] == request_id]
    assert (line["parameter"], line["category"], line["score"]) == ("image", "violence", 0.9)
    assert line["detector"] == f"server/{MODEL}"
    pixels = Image.open(io.BytesIO(base64.b64decode(MARKED))).convert("RGB").tobytes()
    told = f"picture {(SIZE[1], SIZE[0], 3)}\n".encode() + pixels
    assert line["content"] == hmac.digest(_key(service), told, "sha256").hex()
    assert line["content"] not in (hashlib.sha256(pixels).hexdigest(), hashlib.sha256(told).hexdigest())
    assert MARKED not in service.log
    assert KEY not in service.log


def test_refusals_are_counted(service: ServiceProcess) -> None:
    """By parameter and category, before acceptance and in the job."""

    def counted(parameter: str) -> float:
        text = httpx.get(f"{service.url}/metrics", timeout=30).text
        sample = f'backcloth_moderation_refusals_total{{category="violence",parameter="{parameter}"}}'
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(sample))

    before = counted("prompt"), counted("ref_images")
    service.post(quick_job(prompt=CASTLE))
    service.post(quick_job(prompt=None, ref_images=[PLAIN, MARKED], sync=True, **BOTH))
    assert (counted("prompt"), counted("ref_images")) == (before[0] + 1, before[1] + 1)


def test_refused_words_are_not_logged(service: ServiceProcess, judge: ModerationServer) -> None:
    """A prompt is refused at once, by the server too; the log has its mark alone."""
    answer = service.post(quick_job(prompt=CASTLE))
    refusal(answer, 422, "'prompt'", "violence")
    assert judge.words[-1] == CASTLE
    line = lines(service, "moderation_refused")[-1]
    assert line["request_id"] == answer.json()["request_id"]
    assert line["content"] == Policy(_key(service)).text_mark(CASTLE)
    assert WORD not in service.log


def _key(service: ServiceProcess) -> bytes:
    return key_of(load_secret(service.data_dir / "data" / "signing.key"))


def test_what_is_see_through_is_judged_on_white_and_on_black(
    service: ServiceProcess, judge: ModerationServer
) -> None:
    """And a photo upright, as its EXIF orientation says."""
    judge.pictures.clear()
    service.post(quick_job(sync=True, visual_input_content_moderation=True))
    assert [picture.getpixel((0, 0)) for picture in judge.pictures] == [(255, 255, 255), (0, 0, 0)]
    judge.pictures.clear()
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = base(subject_picture(*SIZE), "JPEG", exif=exif)
    service.post(quick_job(image=sideways, sync=True, visual_input_content_moderation=True))
    assert [picture.size for picture in judge.pictures] == [(SIZE[1], SIZE[0])]


@pytest.mark.parametrize("how", ["status 500", "status 302", "garbage", "blind", "hang"])
def test_a_check_that_breaks_is_no_pass(service: ServiceProcess, judge: ModerationServer, how: str) -> None:
    """The job fails with a 503 that names the parameter, and nothing is stored; the next is judged again."""
    before = stored(service)
    judge.failures = [how]
    answer = service.post(quick_job(sync=True, visual_output_content_moderation=True))
    refusal(answer, 503, "result", "could not run")
    assert answer.headers["Retry-After"] == "30"
    assert stored(service) == before
    assert lines(service, "moderation_could_not_run")[-1]["parameter"] == "result"
    finished(service.post(quick_job(sync=True, visual_output_content_moderation=True)))


def test_words_that_cannot_be_judged_are_503_at_once(
    service: ServiceProcess, judge: ModerationServer
) -> None:
    """Before there is a job."""
    judge.failures = ["status 503"]
    refusal(service.post(quick_job(prompt="a marble table")), 503, "prompt", "could not run")


def test_who_asks_for_no_check_gets_none(service: ServiceProcess, judge: ModerationServer) -> None:
    """Marked pictures pass, and nobody was asked."""
    judge.pictures.clear()
    finished(service.post(quick_job(prompt="#FF00FF", sync=True)))
    assert judge.pictures == []


def test_ready_tells_who_judges(service: ServiceProcess) -> None:
    """For each of the three points."""
    report = httpx.get(f"{service.url}/health/ready", timeout=30).json()
    chain = f"open-nsfw/1 + server/{MODEL}"
    assert report["moderation"]["image"] == report["moderation"]["result"] == chain
    assert report["moderation"]["prompt"].endswith(f" + server/{MODEL}")


def test_an_operator_forces_checks_and_excuses_what_was_refused_by_mistake(
    service: ServiceProcess, tmp_path: Path
) -> None:
    """A forced check runs whatever the request says; what the log's mark names is let through."""
    marks = [Policy(_key(service)).text_mark(CASTLE)]
    request_id = accepted(service.post(quick_job(prompt="#FF00FF", **BOTH)), service.url)
    service.finished(request_id)
    marks.append(lines(service, "moderation_refused")[-1]["content"])
    key = service.data_dir / "data" / "signing.key"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "signing.key").write_bytes(key.read_bytes())
    forced = {
        **service.environment,
        "BACKCLOTH_MODERATION_FORCE": "prompt,image,result",
        "BACKCLOTH_MODERATION_EXCUSED": ",".join(marks),
        "BACKCLOTH_MODERATION_LOG_RAW": "true",
    }
    strict = ServiceProcess(tmp_path, forced).start()
    try:
        refusal(strict.post(quick_job(image=MARKED, sync=True)), 422, "'image'")
        refusal(strict.post(quick_job(prompt="#FF05FA", sync=True)), 422, "'result'")
        finished(strict.post(quick_job(prompt="#FF00FF", sync=True)))
        unasked = {"prompt_content_moderation": False, "sync": True}
        refusal(strict.post(quick_job(prompt=f"{WORD} fur", **unasked)), 422, "'prompt'")
        finished(strict.post(quick_job(prompt=CASTLE, **unasked)))
        assert [line["parameter"] for line in lines(strict, "moderation_excused")] == ["result", "prompt"]
        assert lines(strict, "moderation_refused")[-1]["text"] == f"{WORD} fur"
    finally:
        strict.stop()
