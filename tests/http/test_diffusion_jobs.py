"""Jobs over HTTP through diffusion engines and their processes, on tiny random weights."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from harness.answers import accepted, finished, image, image_file, refusal
from harness.command import backcloth
from harness.extra import needs_diffusion
from harness.pictures import encoded
from harness.service_process import ServiceProcess
from harness.tiny_presets import tiny

pytestmark = needs_diffusion

TESTS = Path(__file__).parents[1]


def tables(folder: Path, **more: Any) -> dict[str, dict[str, Any]]:
    """An engine for the fast mode and one for the others."""
    from harness.tiny_models import built  # noqa: PLC0415  # imports torch

    plain = {"warm_up": False, "check": False, **more}
    return {
        "quick": {"preset": str(tiny(folder, "klein-fast")), "model_dir": str(built("klein-fast")), **plain},
        "careful": {
            "preset": str(tiny(folder, "klein-regular")),
            "model_dir": str(built("klein-regular")),
            "max_batch": 3,
            "max_wait_ms": 1000,
            **plain,
        },
    }


def written(folder: Path, engines: dict[str, dict[str, Any]]) -> str:
    """The operator's file, an engine a mode in their order, the last one for the rest; its path."""
    lines = []
    for name, table in engines.items():
        lines += [f"[engines.{name}]", 'kind = "diffusion"']
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    names = [*engines, *[[*engines][-1]] * 2]
    for mode, name in zip(("fast", "base", "high_control"), names, strict=False):
        lines += ["[[route]]", f'modes = ["{mode}"]', f'engines = ["{name}"]']
    path = folder / "engines.toml"
    path.write_text("\n".join(lines))
    return str(path)


def process(folder: Path, engines: dict[str, dict[str, Any]], **environment: str) -> ServiceProcess:
    """A service with these engines."""
    settings = {"BACKCLOTH_ENGINES": written(folder, engines), "BACKCLOTH_JOB_SYNC_DEADLINE_S": "240"}
    # One thread a process: for models this small more only wait for one another.
    return ServiceProcess(folder, {**settings, "OMP_NUM_THREADS": "1", **environment})


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One service for the tests that do not break it."""
    folder = tmp_path_factory.mktemp("painter")
    engines = tables(folder)
    (folder / "long").mkdir()
    long = {
        "preset": str(tiny(folder / "long", "klein-regular", steps=200)),
        "preload": True,
        "timeout_s": 1.5,
    }
    engines["hurried"] = {**engines["careful"], "max_batch": 1, **long}
    running = process(folder, engines).start()
    yield running
    running.kill()


def subject(width: int = 160, height: int = 120) -> Image.Image:
    """A block of noise, cut out by its own alpha channel with a soft edge."""
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 4), dtype=np.uint8)
    pixels[..., 3] = 0
    pixels[height // 4 : -height // 8, width // 4 : -width // 4, 3] = 128
    pixels[height // 4 + 2 : -height // 8 - 2, width // 4 + 2 : -width // 4 - 2, 3] = 255
    return Image.fromarray(pixels, "RGBA")


def text(picture: Image.Image) -> str:
    """A picture as a request carries it."""
    return base64.b64encode(encoded(picture)).decode()


def body(**fields: Any) -> dict[str, Any]:
    """A request at the photo's own size, whose answer is awaited."""
    plain = {"image": text(subject()), "original_quality": True, "sync": True, "refine_prompt": False}
    return {**plain, **({} if "ref_images" in fields else {"prompt": "on a beach"}), **fields}


def result(service: ServiceProcess, **fields: Any) -> dict[str, Any]:
    """The result of a request that works out."""
    return finished(service.post(body(**fields), timeout=300))


def pixels(service: ServiceProcess, **fields: Any) -> npt.NDArray[np.uint8]:
    """Its picture."""
    return np.asarray(image(result(service, **fields)))


def notes(service: ServiceProcess, request_id: str) -> dict[str, Any]:
    """How a job was made."""
    import httpx  # noqa: PLC0415  # beside its use

    headers = {"api_token": service.token}
    answer: dict[str, Any] = httpx.get(f"{service.url}/v2/status/{request_id}/notes", headers=headers).json()
    return answer


def workers(service: ServiceProcess) -> list[int]:
    """The ids of the service's painting processes."""
    assert service.process
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if parent == service.process.pid and b"diffusion.worker" in command:
            found.append(int(stat.parent.name))
    return found


def test_same_seed_same_bytes(painter: ServiceProcess) -> None:
    """The same request gives the same file, another seed another picture; the notes say what painted it."""
    answer = painter.post(body(seed=7), timeout=300)
    first = finished(answer)
    assert image_file(first) == image_file(result(painter, seed=7))
    assert image_file(first) != image_file(result(painter, seed=8))
    told = notes(painter, answer.json()["request_id"])
    assert told["engine"].startswith("quick ")
    assert answer.headers["x-backcloth-engine"] == told["engine"]
    assert told["diffusion"]["preset"] == "klein-fast"
    assert told["diffusion"]["peak_bytes"] > 100 * 2**20, "the process, as there is no GPU"
    assert told["subject_pixels_changed"] == 0


def test_a_negative_prompt_works_in_the_regular_mode_and_is_refused_in_the_fast_one(
    painter: ServiceProcess,
) -> None:
    """With `mode: base` it changes the picture; with `fast: true` it is a 400 that names the field."""
    with_it, without = (
        pixels(painter, seed=1, mode="base", **more) for more in ({"negative_prompt": "umbrellas"}, {})
    )
    assert not np.array_equal(with_it, without)
    refusal(painter.post(body(fast=True, negative_prompt="umbrellas")), 400, "negative_prompt")


@pytest.mark.parametrize("mode", ["fast", "base"])
def test_references_paint_the_background(painter: ServiceProcess, mode: str) -> None:
    """Each set of reference pictures gives a background of its own, in every mode."""
    shades = [text(Image.new("RGB", (200, 150), colour)) for colour in ("#204080", "#c0a040")]
    one, both = (pixels(painter, seed=1, mode=mode, ref_images=shades[:count]) for count in (1, 2))
    assert not np.array_equal(one, both)
    assert not np.array_equal(one, pixels(painter, seed=1, mode=mode))


@pytest.mark.parametrize("size", [(1023, 1025), (4000, 300), (64, 64)])
def test_the_subject_is_kept_at_every_size(painter: ServiceProcess, size: tuple[int, int]) -> None:
    """Where alpha is 255 the result equals the photo, in sizes that pipelines would squash."""
    photo = subject(*size)
    out = pixels(painter, seed=1, image=text(photo))
    own = np.asarray(photo)
    opaque = own[..., 3] == 255
    assert out.shape == (size[1], size[0], 3)
    assert np.array_equal(out[opaque], own[..., :3][opaque])
    assert out[own[..., 3] == 0].std() > 1


def test_jobs_that_come_together_are_painted_together(painter: ServiceProcess) -> None:
    """Three jobs of one size and mode make one batch, and each picture is nearly the one it is alone."""
    alone = [pixels(painter, seed=seed, mode="base").astype(int) for seed in range(3)]
    ids = [accepted(painter.post(body(seed=seed, mode="base", sync=False)), painter.url) for seed in range(3)]
    together = [painter.finished(each, within_s=240)["result"] for each in ids]
    assert max(notes(painter, each)["diffusion"]["batch"] for each in ids) > 1
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one - np.asarray(image(other)).astype(int)).max() <= 3


def test_a_job_that_takes_too_long_is_cancelled(painter: ServiceProcess) -> None:
    """It is answered 503 in time, and its process stops painting instead of finishing for nobody."""
    for mode in ("fast", "base"):
        result(painter, seed=1, mode=mode)
    deadline = time.monotonic() + 240
    while painter.log.count("process_ready") < 3:  # the third loads by itself
        assert time.monotonic() < deadline
        time.sleep(0.2)
    begun = time.monotonic()
    refusal(painter.post(body(mode="high_control"), timeout=120), 503, "in time")
    assert time.monotonic() - begun < 60
    alive = workers(painter)
    time.sleep(3.0)
    before = [_worked(worker) for worker in alive]
    time.sleep(1.0)
    assert [_worked(worker) for worker in alive] == pytest.approx(before, abs=5)
    assert workers(painter) == alive


def _worked(process_id: int) -> int:
    """Hundredths of a second that a process has computed."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_killed_process_is_replaced_and_its_job_ends(painter: ServiceProcess) -> None:
    """`kill -9` of the process that paints costs time, and neither the job nor its bytes."""
    whole = image_file(result(painter, seed=21))
    before = workers(painter)
    assert before
    for worker in before:
        os.kill(worker, signal.SIGSTOP)
    request_id = accepted(painter.post(body(seed=21, sync=False)), painter.url)
    time.sleep(1.0)
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    ended = painter.finished(request_id, within_s=240)
    assert ended["status"] == "COMPLETED"
    assert image_file(ended["result"]) == whole
    assert "process_died" in painter.log
    assert not set(workers(painter)) & set(before)


def test_a_stop_in_the_middle_of_a_job_leaves_it_for_the_next_start(tmp_path: Path) -> None:
    """SIGTERM while a picture is painted: all processes end, and the job is done after the next start."""
    service = process(tmp_path, tables(tmp_path)).start()
    try:
        result(service, seed=1)
        before = workers(service)
        for worker in before:
            os.kill(worker, signal.SIGSTOP)
        request_id = accepted(service.post(body(seed=2, sync=False)), service.url)
        time.sleep(1.0)
        assert service.stop() == 0
        assert all(not Path(f"/proc/{worker}").exists() for worker in before)
        service.start()
        assert service.finished(request_id, within_s=240)["status"] == "COMPLETED"
    finally:
        service.kill()


def test_memory_that_runs_out(tmp_path: Path) -> None:
    """Once is mended by offload, and the notes say so; again is a 503, and the next job is painted."""
    left = tmp_path / "failures-left"
    left.write_text("1")
    short = TESTS / "harness" / "short_of_memory"
    environment = {"PYTHONPATH": str(short), "TEST_FAILURES_LEFT": str(left)}
    service = process(tmp_path, tables(tmp_path, check=True), **environment).start()
    try:
        answer = service.post(body(seed=1), timeout=300)
        finished(answer)
        told = notes(service, answer.json()["request_id"])
        assert told["diffusion"]["offload"] == "group"
        assert 1 <= told["plate_check"]["tries"] <= 3
        left.write_text("2")
        refusal(service.post(body(seed=1), timeout=300), 503, "memory")
        assert left.read_text() == "1"
        left.write_text("0")
        result(service, seed=1)
    finally:
        service.kill()


def start(folder: Path, table: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """A service that is meant not to start."""
    return backcloth(
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(folder),
        BACKCLOTH_CUTOUT_PRESET="floor",
        BACKCLOTH_ENGINES=written(folder, {"quick": table}),
    )


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"preset": "klein-fast", "model_dir": "/nowhere"}, "there is no model of klein-fast in /nowhere"),
        ({"preset": "sdxl-lowvram"}, "accept_license = true"),
        ({"preset": "klein-fast", "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_work_stops_the_start(tmp_path: Path, table: dict[str, Any], complaint: str) -> None:
    """Missing weights, a licence to accept and a wrong key each end the start with one sentence."""
    ended = start(tmp_path, table)
    assert ended.returncode != 0
    assert complaint in " ".join(ended.stderr.split())
    assert "engines.quick" in ended.stderr
    assert "Traceback" not in ended.stderr
