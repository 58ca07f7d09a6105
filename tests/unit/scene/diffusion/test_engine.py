"""The engine with a process of its own, on tiny random weights."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backcloth.domain.background import Prompt, References, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import Mode
from backcloth.errors import InvalidRequest, Unavailable
from backcloth.scene.diffusion.engine import DiffusionEngine, open_diffusion
from backcloth.scene.protocol import SceneJob
from harness.extra import needs_diffusion
from harness.tiny_presets import tiny

pytestmark = needs_diffusion


def job(**more: Any) -> SceneJob:
    """A small job in the fast mode."""
    matte = np.zeros((80, 96), np.float32)
    matte[20:60, 30:60] = 1
    subject = np.full((80, 96, 3), 90, np.uint8)
    return replace(SceneJob("x", Prompt("a beach"), (96, 80), subject, matte, seed=1), **more)


def opened(folder: Path, **table: Any) -> DiffusionEngine:
    """FLUX.2 klein, distilled, in a process with one thread."""
    from harness.tiny_models import built  # noqa: PLC0415  # imports torch

    preset = tiny(folder, "klein-fast", steps=table.pop("steps", 2))
    settings = {"model_dir": str(built("klein-fast")), "warm_up": False, **table}
    return open_diffusion({"preset": str(preset), **settings}, name="quick")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiffusionEngine]:
    """Two processes on the CPU, as if it were two devices."""
    patch = pytest.MonkeyPatch()
    patch.setenv("OMP_NUM_THREADS", "1")
    made = opened(tmp_path_factory.mktemp("engine"), devices=["auto", "cpu"])
    made.generate(job())
    yield made
    made.close()
    patch.undo()


def test_what_it_says_of_itself_is_the_preset_s(engine: DiffusionEngine) -> None:
    """Capabilities are the preset's; the check is on unless the table says otherwise."""
    can = engine.capabilities()
    assert (can.modes, can.backgrounds, can.max_references) == ((Mode.FAST,), (Prompt, References), 4)
    assert (can.negative_prompt, can.deterministic, can.may_extend, can.may_move) == (
        False,
        True,
        True,
        False,
    )
    assert (can.licence, can.commercial_use) == ("Apache-2.0", True)


def test_both_devices_paint_the_same(engine: DiffusionEngine) -> None:
    """Jobs of several threads go to two processes, and equal jobs give equal bytes whoever paints them."""
    with ThreadPoolExecutor(6) as threads:
        plates = list(threads.map(lambda seed: engine.generate(job(seed=seed % 2)), range(6)))
    assert len(engine.pids()) == 2
    assert len({plate.picture.tobytes() for plate in plates}) == 2
    assert len({plate.engine for plate in plates}) == 1


def test_the_job_s_arrays_are_left_as_they_are(engine: DiffusionEngine) -> None:
    """The pipeline composites from them afterwards."""
    reference = np.full((70, 70, 3), 200, np.uint8)
    asked = job(background=References(1), references=(reference,))
    given = (asked.subject, asked.matte.astype(np.uint8), reference)
    before = [pixels.copy() for pixels in given]
    engine.generate(asked)
    assert all(np.array_equal(one, other) for one, other in zip(before, given, strict=True))
    assert np.array_equal(asked.matte, before[1])


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"mode": Mode.BASE}, "mode"),
        ({"background": Prompt("a beach", "people")}, "negative_prompt"),
        ({"background": Solid(Colour(1, 2, 3))}, "background"),
    ],
)
def test_what_it_cannot_do_is_refused(engine: DiffusionEngine, more: dict[str, Any], named: str) -> None:
    """A mode without a table, a negative prompt without guidance and a flat colour are 400s."""
    with pytest.raises(InvalidRequest, match=named):
        engine.generate(job(**more))


def test_progress_is_told_and_a_cancelled_job_ends_at_its_next_step(tmp_path: Path) -> None:
    """The job hears how far it is; once it says so it ends, and its process paints the next one."""
    slow = opened(tmp_path, steps=150)
    try:
        shares: list[float] = []
        with pytest.raises(Unavailable, match="cancelled"):
            slow.generate(job(progress=shares.append, cancelled=lambda: bool(shares) and shares[-1] > 0))
        assert 0 < shares[-1] < 0.9
        pids, again = slow.pids(), list[float]()
        slow.generate(job(progress=again.append))
        assert slow.pids() == pids
        assert again == sorted(again)
        assert len(set(again)) > 2
        with pytest.raises(Unavailable, match="in time"):
            slow.generate(job(deadline=time.monotonic() + 0.2))
    finally:
        slow.close()


def test_a_job_outlives_its_process_once(engine: DiffusionEngine) -> None:
    """`kill -9` under a job: another process paints it, with the same bytes."""
    whole = engine.generate(job(seed=3)).picture
    for pid in engine.pids().values():
        os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        painting = thread.submit(engine.generate, job(seed=3))
        time.sleep(0.5)
        for pid in engine.pids().values():
            os.kill(pid, signal.SIGKILL)
        assert np.array_equal(painting.result(timeout=240).picture, whole)


def test_weights_that_cannot_be_loaded_are_a_503_and_a_reason(tmp_path: Path) -> None:
    """A file that is no weights: jobs are refused, and the operator can read why."""
    from harness.tiny_models import klein  # noqa: PLC0415  # imports torch

    folder = klein(tmp_path / "model", distilled=True)
    next((folder / "transformer").glob("*.safetensors")).write_bytes(b"not weights")
    broken = opened(tmp_path, model_dir=str(folder))
    try:
        with pytest.raises(Unavailable, match="could not be started"):
            broken.generate(job())
        assert broken.trouble()
    finally:
        broken.close()


def test_the_fingerprint_changes_with_how_it_is_run(engine: DiffusionEngine, tmp_path: Path) -> None:
    """Fewer bits are another engine to whoever compares bytes; preloading and offload are not."""
    plain = engine.generate(job()).engine
    other = opened(tmp_path, dtype="bfloat16", preload=True)
    try:
        assert other.generate(job()).engine != plain
        assert plain.startswith("quick ")
    finally:
        other.close()
