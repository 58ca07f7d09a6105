"""Every hostile picture through the real HTTP API: a picture or a refusal, within bounds; then a good one."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from backcloth.errors import BackclothError
from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.decode_wire import Limits
from backcloth.imaging.decoder import Decoder
from harness import command, process_tree
from harness.answers import finished, image, refusal
from harness.hostile_site import HostileSite
from harness.quick_job import SIZE, quick_job, quick_picture
from harness.service_process import ServiceProcess
from security.bombs import bombs
from security.bombs.bomb import DAMAGED, NO_PICTURE, PICTURE, TOO_LARGE, Bomb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

BOMBS = bombs()
BY_NAME = {bomb.name: bomb for bomb in BOMBS}

MOST_CPU_S = 2.0
"""More than a good picture costs."""

MOST_MEMORY = 600 * 2**20
"""Above what the service held before: a process that decodes, with its 256 MiB, and copies of the file."""


@pytest.fixture(scope="module")
def service(besieged: ServiceProcess) -> ServiceProcess:
    """It."""
    return besieged


@pytest.fixture(scope="module")
def good(service: ServiceProcess) -> tuple[float, int]:
    """CPU seconds that a large good file takes at most, and bytes that the service holds after it."""
    costs = []
    for _ in range(3):
        with process_tree.Watched(pid(service)) as watched:
            finished(sent(service, BY_NAME["comments-of-13-MiB.jpg"].data))
        costs.append(watched.cpu_s)
    return max(costs), process_tree.resident(pid(service))


def pid(service: ServiceProcess) -> int:
    """The service's process id; it must be alive."""
    assert service.process
    assert service.process.poll() is None
    return service.process.pid


def sent(service: ServiceProcess, data: bytes, **fields: Any) -> httpx.Response:
    """The answer to a sync job with this file as its photo."""
    encoded = base64.b64encode(data).decode()
    return service.post(quick_job(image=encoded, sync=True, **fields), timeout=120)


def judged(answer: httpx.Response, answers: tuple[int, ...], parameter: str) -> None:
    """Asserts one of these statuses, with a picture or our error body about the parameter."""
    assert answer.status_code in answers, answer.text
    if answer.status_code == PICTURE:
        image(finished(answer)).load()
    else:
        details = refusal(answer, answer.status_code)
        assert parameter in details or "subject" in details


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_hostile_picture_is_answered_within_bounds(
    service: ServiceProcess, good: tuple[float, int], bomb: Bomb
) -> None:
    """The status that is right for it, at most two CPU seconds above a good job's, and bounded memory."""
    usual_cpu, usual_memory = good
    with process_tree.Watched(pid(service)) as watched:
        answer = sent(service, bomb.data)
    judged(answer, bomb.answers, "image")
    assert watched.cpu_s < usual_cpu + MOST_CPU_S
    assert watched.peak < usual_memory + MOST_MEMORY
    pid(service)


@pytest.mark.parametrize(
    "name",
    [
        "claims-65535x65535.png",
        "iTXt-inflates-100-MiB.png",
        "cut-at-50-percent.webp",
        "page.png",
    ],
)
def test_a_hostile_reference_is_named(service: ServiceProcess, name: str) -> None:
    """Among the references the refusal says which."""
    bomb = BY_NAME.get(name) or BY_NAME[f"disguised-{name}"]
    references = [base64.b64encode(data).decode() for data in (quick_picture(), bomb.data)]
    answer = service.post(quick_job(prompt="", ref_images=references, sync=True), timeout=120)
    assert answer.status_code in set(bomb.answers) - {PICTURE}, answer.text
    refusal(answer, answer.status_code, "ref_images[1]")


@pytest.fixture(scope="module")
def site() -> Iterator[HostileSite]:
    """Somebody's web server."""
    with HostileSite(quick_picture()) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("drip", (460,)),
        ("silence", (460,)),
        ("headers", (460,)),
        ("endless", (TOO_LARGE, 460)),
        ("inflates", (NO_PICTURE,)),
        ("says-more", (460,)),
        ("says-less", (DAMAGED, 460)),
        ("says-too-much", (TOO_LARGE,)),
        ("says-nonsense", (460,)),
        ("says-page", (PICTURE,)),
    ],
)
def test_a_hostile_server_is_answered_within_bounds(
    service: ServiceProcess, good: tuple[float, int], site: HostileSite, path: str, answers: tuple[int, ...]
) -> None:
    """Slow, endless, packed and lying answers to a picture's URL end in time, and in bounded memory."""
    with process_tree.Watched(pid(service)) as watched:
        answer = service.post(quick_job(image=f"{site.origin}/{path}", sync=True))
    judged(answer, answers, "image")
    assert watched.cpu_s < good[0] + MOST_CPU_S
    assert watched.peak < good[1] + MOST_MEMORY


def test_a_good_picture_succeeds_after_all_of_them(service: ServiceProcess) -> None:
    """The service that took all of that still works, in the same process and without a fault in its log."""
    assert image(finished(service.post(quick_job(sync=True)))).size == SIZE
    assert "Traceback" not in service.log
    assert "job_failed" not in service.log


def test_the_command_line_refuses_them_with_a_sentence(tmp_path: Path) -> None:
    """Files on disk are no more trusted than those that are sent."""
    path = tmp_path / "bomb.jpg"
    path.write_bytes(BY_NAME["scans-50000-empty.jpg"].data)
    done = command.backcloth(
        *("cutout", str(path), "-o", str(tmp_path / "out.png")),
        BACKCLOTH_CUTOUT_PRESET="floor",
        BACKCLOTH_IMAGE_DECODE_S="0.2",
        BACKCLOTH_IMAGE_DECODE_MEGAPIXEL_S="0.1",
    )
    assert done.returncode == 1
    assert "image: decoding the picture takes more time or memory than one may take" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.filterwarnings("ignore::UserWarning")  # of broken files, by Pillow
def test_the_process_gives_what_decoding_here_gives() -> None:
    """The same pixels or the same refusal, to the bit, over all files that do not take their time."""
    limits = Limits(50_000_000, 10, 1, 256 * 2**20, 32)
    decoder = Decoder(limits)
    made = 0
    for bomb in BOMBS:
        if NO_PICTURE in bomb.answers or TOO_LARGE in bomb.answers:
            continue
        there, here = outcome(bomb, limits, decoder), outcome(bomb, limits)
        assert type(there) is type(here), bomb.name
        if isinstance(there, Photo) and isinstance(here, Photo):
            made += 1
            assert np.array_equal(there.picture, here.picture), bomb.name
            assert (there.alpha is None) == (here.alpha is None), bomb.name
            assert there.alpha is None or here.alpha is None or np.array_equal(there.alpha, here.alpha)
        else:
            assert there == here, bomb.name
    decoder.close()
    assert made > 40


def outcome(bomb: Bomb, limits: Limits, decoder: Decoder | None = None) -> Photo | str:
    """The photo, or the sentence of the refusal."""
    try:
        if decoder:
            return decoder.decode(bomb.data, parameter="image")
        return decode(bomb.data, parameter="image", max_pixels=limits.max_pixels)
    except BackclothError as refused:
        return refused.details
