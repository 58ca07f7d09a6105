"""What every scene engine owes the pipeline, run on each of them."""

from __future__ import annotations

import json
import os
import threading
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.background import Background, Prompt, References, Solid, Staged
from backcloth.domain.colour import Colour
from backcloth.domain.provenance import Origin
from backcloth.domain.request import Mode
from backcloth.errors import InvalidRequest, Unavailable
from backcloth.scene.protocol import Capabilities, Closable, Frail, Plate, SceneEngine, SceneJob
from backcloth.scene.reference.engine import ReferenceEngine
from backcloth.scene.remote.engine import open_remote
from backcloth.scene.router import StandIn
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import StudioEngine
from harness.comfy_server import WORKFLOW, ComfyServer
from harness.extra import DIFFUSION, NOT_TESTED
from harness.fakes import DECODER, noise
from harness.images_server import KEY, ImagesServer

KINDS: dict[type, Background] = {
    Solid: Solid(Colour(200, 90, 40)),
    Prompt: Prompt("a wooden table by a window"),
    Staged: Staged({"setting": "table"}),
    References: References(1),
}
"""A background of each kind."""

SIZES = [(96, 80), (64, 64), (201, 150), (300, 40)]


@dataclass(frozen=True)
class Case:
    """An engine under test.

    Attributes:
        engine: It.
        can: What it says of itself.
    """

    engine: SceneEngine
    can: Capabilities

    @property
    def jobs(self) -> list[SceneJob]:
        """A job for each kind of background and mode that it claims."""
        return [job(KINDS[kind], mode=mode) for kind in self.can.backgrounds for mode in self.can.modes]


def job(
    background: Background, size: tuple[int, int] = SIZES[0], *, mode: Mode = Mode.FAST, seed: int = 5
) -> SceneJob:
    """A job with a structured subject that stands in the lower half, and references where they are due."""
    width, height = size
    matte = np.zeros((height, width), np.float32)
    matte[height // 4 : -max(1, height // 8), width // 4 : -width // 4] = 1.0
    count = background.count if isinstance(background, References) else 0
    return SceneJob(
        id="job",
        background=background,
        size=size,
        subject=noise(1, height, width),
        matte=matte,
        seed=seed,
        mode=mode,
        references=tuple(view(each) for each in range(count)),
    )


def view(number: int) -> npt.NDArray[np.uint8]:
    """(90, 120, 3) a picture with a sky and a ground."""
    picture = noise(number, 90, 120) // 8
    picture[:45] += np.array([120, 150, 200], np.uint8)
    picture[45:] += np.array([90, 120 - 20 * (number % 3), 60], np.uint8)
    return picture


def _remote(flavour: str, stack: ExitStack, folder: Path) -> SceneEngine:
    del folder
    server = stack.enter_context(ImagesServer(flavour))
    stack.callback(lambda: check_all(server))
    return open_remote(server.table(), DECODER, name=flavour, environment={"PAINTER_KEY": KEY})


def _comfy(stack: ExitStack, folder: Path) -> SceneEngine:
    server = stack.enter_context(ComfyServer())
    path = folder / "workflow.json"
    path.write_text(json.dumps(WORKFLOW))
    table = {"kind": "remote", "flavour": "comfyui", "base_urls": [server.url], "workflow": str(path)}
    return open_remote({**table, "least_area": 4096}, DECODER, name="comfyui")


def _real(stack: ExitStack, folder: Path) -> SceneEngine:
    """Against a server of one's own: the environment's TEST_REMOTE names a file with the engine's table."""
    del stack, folder
    path = os.environ.get("TEST_REMOTE")
    if not path:
        pytest.skip("TEST_REMOTE names no file with the table of a remote engine")
    return open_remote(tomllib.loads(Path(path).read_text(encoding="utf-8")), DECODER, name="real")


def check_all(server: ImagesServer) -> None:
    """Whatever the suite had it send, every field of every request was right."""
    assert server.problems == []
    assert server.received


def _diffusion(preset: str, stack: ExitStack, folder: Path) -> SceneEngine:
    if not DIFFUSION:
        pytest.skip(NOT_TESTED)
    from backcloth.scene.diffusion.engine import open_diffusion  # noqa: PLC0415  # beside the extra's own
    from harness.tiny_models import built  # noqa: PLC0415  # imports torch
    from harness.tiny_presets import tiny  # noqa: PLC0415  # beside it

    table = {"preset": str(tiny(folder, preset)), "model_dir": str(built(preset)), "warm_up": False}
    engine = open_diffusion({**table, "check": False}, name=preset)
    stack.callback(engine.close)
    return engine


OPENERS: dict[str, Callable[[ExitStack, Path], SceneEngine]] = {
    "solid": lambda _stack, _folder: SolidEngine(),
    "studio": lambda _stack, _folder: StudioEngine(),
    "reference": lambda _stack, _folder: ReferenceEngine(),
    "stand-in": lambda _stack, _folder: StandIn(StudioEngine(), ("painter",)),
    **{f"remote-{flavour}": partial(_remote, flavour) for flavour in ("vllm-omni", "sglang", "openai")},
    "remote-comfyui": _comfy,
    "remote-real": _real,
    **{f"diffusion-{preset}": partial(_diffusion, preset) for preset in ("klein-fast", "klein-regular")},
}


@pytest.fixture(scope="module", params=OPENERS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Each engine, opened once."""
    with ExitStack() as stack:
        engine = OPENERS[request.param](stack, tmp_path_factory.mktemp("engine"))
        yield Case(engine, engine.capabilities())


def test_it_describes_itself_without_contradiction(case: Case) -> None:
    """A name, at least one kind and one mode, and references exactly where it makes something of them."""
    assert case.engine.name
    assert case.can.backgrounds
    assert case.can.modes
    assert len(set(case.can.modes)) == len(case.can.modes)
    assert (case.can.max_references > 0) == (References in case.can.backgrounds)
    assert case.can.pixel_limit > 0
    assert case.can.licence
    assert case.engine.capabilities() == case.can
    if isinstance(case.engine, Frail):
        assert case.engine.trouble() == ""


def test_it_makes_what_it_claims_at_the_size_it_is_told(case: Case) -> None:
    """Every kind of background in every mode, as opaque 8-bit pixels."""
    for each in case.jobs:
        assert_plate(case.engine.generate(each), each)


@pytest.mark.parametrize("size", SIZES[1:])
def test_it_makes_any_size(case: Case, size: tuple[int, int]) -> None:
    """A stamp, an odd one, a strip: none of them a multiple of what a model works on."""
    each = job(KINDS[case.can.backgrounds[0]], size, mode=case.can.modes[0])
    assert_plate(case.engine.generate(each), each)


def assert_plate(plate: Plate, of: SceneJob) -> None:
    """A plate that the pipeline can use."""
    assert plate.picture.shape == (of.size[1], of.size[0], 3)
    assert plate.picture.dtype == np.uint8
    assert plate.engine
    assert "\n" not in plate.engine
    assert all(notice.strip() for notice in plate.notices)


ORIGINS = {
    "solid": Origin.FLAT,
    "studio": Origin.DRAWN,
    "reference": Origin.PICTURES,
}
"""The engines in which no generative model can be, by name; a stand-in has the name of the one it is."""


def test_it_says_what_made_its_pixels(case: Case) -> None:
    """Whatever may have been painted by a generative model is marked as that."""
    for each in case.jobs:
        assert case.engine.generate(each).origin is ORIGINS.get(case.engine.name, Origin.GENERATED)


def test_where_it_claims_so_the_same_job_gives_the_same_bytes(case: Case) -> None:
    """And the same fingerprint, which is what the promise hangs on."""
    if not case.can.deterministic:
        pytest.skip("it does not claim so")
    for each in case.jobs:
        first, second = case.engine.generate(each), case.engine.generate(each)
        assert (first.picture == second.picture).all()
        assert first.engine == second.engine


def test_it_leaves_the_job_as_it_was(case: Case) -> None:
    """The pipeline goes on with the same arrays."""
    for each in case.jobs:
        before = [array.tobytes() for array in _arrays(each)]
        case.engine.generate(each)
        assert [array.tobytes() for array in _arrays(each)] == before


def _arrays(of: SceneJob) -> tuple[npt.NDArray[Any], ...]:
    return (of.subject, of.matte, *of.references)


def test_several_threads_may_use_it(case: Case) -> None:
    """Each gets the plate of its own job."""
    jobs = [replace(case.jobs[-1], seed=seed) for seed in range(4)]
    alone = [case.engine.generate(each).picture for each in jobs]
    with ThreadPoolExecutor(4) as threads:
        together = [plate.picture for plate in threads.map(case.engine.generate, jobs)]
    for one, other in zip(alone, together, strict=True):
        assert one.shape == other.shape
        if case.can.deterministic:
            assert (one == other).all()


def test_it_refuses_a_kind_that_it_does_not_make(case: Case) -> None:
    """Never with a plate that shows something else."""
    for kind in KINDS.keys() - set(case.can.backgrounds):
        with pytest.raises((TypeError, InvalidRequest)):
            case.engine.generate(job(KINDS[kind], mode=case.can.modes[0]))


def test_it_refuses_a_mode_that_it_does_not_have(case: Case) -> None:
    """Naming it."""
    for mode in set(Mode) - set(case.can.modes):
        with pytest.raises(InvalidRequest, match="mode"):
            case.engine.generate(job(KINDS[case.can.backgrounds[0]], mode=mode))


def test_a_negative_prompt_is_taken_or_refused_by_its_name(case: Case) -> None:
    """Who says that it honours one takes it outside the fast mode; who does not must not ignore it."""
    if Prompt not in case.can.backgrounds:
        pytest.skip("it reads no prompts")
    mode = case.can.modes[-1]
    unwanted = job(Prompt("a wooden table by a window", "a window, flowers"), mode=mode)
    if case.can.negative_prompt and mode is not Mode.FAST:
        plate = case.engine.generate(unwanted)
        assert_plate(plate, unwanted)
        plain = case.engine.generate(replace(unwanted, background=Prompt("a wooden table by a window")))
        assert (plate.picture != plain.picture).any()
    elif not case.can.negative_prompt:
        with pytest.raises(InvalidRequest, match="negative_prompt"):
            case.engine.generate(unwanted)


def test_references_that_are_not_used_are_told(case: Case) -> None:
    """The caller learns that one picture more than it takes was left out."""
    if References not in case.can.backgrounds:
        pytest.skip("it takes no pictures")
    plate = case.engine.generate(job(References(case.can.max_references + 1), mode=case.can.modes[0]))
    assert any("ref_images" in notice and "not" in notice.lower() for notice in plate.notices)


def test_it_tells_its_progress_in_order_or_not_at_all(case: Case) -> None:
    """Shares from 0 to 1, never backwards, told in the thread that asked."""
    told: list[float] = []
    threads: set[int] = set()

    def hear(share: float) -> None:
        told.append(share)
        threads.add(threading.get_ident())

    case.engine.generate(replace(case.jobs[0], progress=hear))
    assert told == sorted(told)
    assert all(0 <= share <= 1 for share in told)
    assert threads <= {threading.get_ident()}


def test_a_cancelled_job_is_finished_or_given_up(case: Case) -> None:
    """By the one exception that says so."""
    each = replace(case.jobs[0], cancelled=lambda: True)
    try:
        plate = case.engine.generate(each)
    except Unavailable:
        return
    assert_plate(plate, each)


def test_closing_it_twice_is_harmless(case: Case) -> None:
    """The last test of each engine: it may be held in two places."""
    if not isinstance(case.engine, Closable):
        pytest.skip("it holds nothing")
    case.engine.close()
    case.engine.close()
