"""Processes, one a device, and the jobs that wait for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from backcloth.domain.request import Mode
from backcloth.errors import Unavailable
from backcloth.scene.diffusion import pool as module
from backcloth.scene.diffusion.pool import Pool
from backcloth.scene.diffusion.preset import DiffusionError
from backcloth.scene.diffusion.process import Died, Fault, OutOfMemory, Painted, Stopped, Watch
from backcloth.scene.diffusion.task import Batch, Task
from backcloth.scene.diffusion.ticket import Leaving, Ticket

Script = Callable[[Batch, Watch], None]


@dataclass
class ScriptedProcess:
    """A process that does what the test says, then answers each task's own picture."""

    script: Script
    facts: dict[str, str] = field(default_factory=dict)
    pid: int = 1
    alive: bool = True
    killed: bool = False

    def paint(self, batch: Batch, watch: Watch) -> Painted:
        """Runs the script."""
        self.script(batch, watch)
        return Painted([task.picture for task in batch.tasks], 0.1, "none", None)

    def kill(self) -> None:
        """Remembers it."""
        self.killed = True


def nothing(_batch: Batch, _watch: Watch) -> None:
    """Paints at once."""


def ticket(seed: int = 1, *, side: int = 8, mode: Mode = Mode.FAST, alone: bool = False) -> Ticket:
    """A job whose picture is filled with its seed."""
    picture = np.full((side, side, 3), seed, np.uint8)
    return Ticket(Task("a beach", "", seed, picture, picture[..., 0]), mode, alone)


Pools = Callable[..., Pool]


@pytest.fixture
def pools() -> Iterator[Pools]:
    """Opens pools of scripted processes, and closes them."""
    opened: list[Pool] = []

    def open_pool(*scripts: Any, devices: tuple[str, ...] = ("a",), max_batch: int = 1) -> Pool:
        left = list(scripts)

        def open_process(_device: str) -> Any:
            script = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(script, Exception):
                raise script
            return ScriptedProcess(script)

        opened.append(Pool(open_process, devices, max_batch=max_batch, max_wait_s=0.3))
        return opened[-1]

    yield open_pool
    for each in opened:
        each.close()


def paint(pool: Pool, job: Ticket) -> int:
    """The shade of the job's picture."""
    pool.paint(job, lambda _share: None)
    assert job.picture is not None
    return int(job.picture[0, 0, 0])


def together(pool: Pool, jobs: list[Ticket]) -> list[int]:
    """Shades of jobs that come at the same time."""
    threads = [threading.Thread(target=paint, args=(pool, job)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert all(job.picture is not None for job in jobs)
    return [int(job.picture[0, 0, 0]) for job in jobs if job.picture is not None]


def test_every_job_gets_its_own_picture(pools: Pools) -> None:
    """Jobs of many threads are not mixed up."""
    assert together(pools(nothing), [ticket(seed) for seed in range(12)]) == list(range(12))


def test_nothing_starts_before_the_first_job(pools: Pools) -> None:
    """A pool that was only opened holds no device."""
    pool = pools(nothing)
    time.sleep(0.1)
    assert pool.pids() == {}
    paint(pool, ticket())
    assert pool.pids() == {"a": 1}


def test_equal_jobs_are_painted_at_once(pools: Pools) -> None:
    """Jobs of one size and mode share a batch, up to the limit; others, and those alone, do not."""
    sizes: list[int] = []

    def count(batch: Batch, _watch: Watch) -> None:
        sizes.append(len(batch.tasks))

    pool = pools(count, max_batch=3)
    equal = [ticket(seed) for seed in range(3)]
    assert together(pool, equal) == [0, 1, 2]
    assert sizes == [3]
    different = [ticket(3, side=16), ticket(4, mode=Mode.BASE), ticket(5, alone=True), ticket(6)]
    assert together(pool, different) == [3, 4, 5, 6]
    assert sizes == [3, 1, 1, 1, 1]


def test_two_devices_work_at_once(pools: Pools) -> None:
    """Two jobs that wait for one another end when there are two devices."""
    both = threading.Barrier(2, timeout=10)
    assert together(pools(lambda *_: both.wait(), devices=("a", "b")), [ticket(1), ticket(2)]) == [1, 2]


def dies(_batch: Batch, _watch: Watch) -> None:
    """Is killed at work."""
    raise Died("signal 9")


def test_a_process_that_dies_is_replaced_and_its_job_repeated(pools: Pools) -> None:
    """A job survives the first death under it."""
    job = ticket(7)
    assert paint(pools(dies, nothing), job) == 7
    assert job.deaths == 1


def test_a_job_under_which_two_processes_die_is_given_up(pools: Pools) -> None:
    """The second death ends the job, and the next job finds a live process."""
    pool = pools(dies, dies, nothing)
    with pytest.raises(Unavailable, match="stopped twice"):
        paint(pool, ticket())
    assert paint(pool, ticket(5)) == 5


def test_the_innocent_of_a_batch_outlive_its_culprit(pools: Pools) -> None:
    """After a death each job of the batch runs alone, so that only the culprit is blamed."""

    def dies_of_two(batch: Batch, _watch: Watch) -> None:
        if any(task.seed == 2 for task in batch.tasks):
            raise Died("signal 9")

    pool = pools(dies_of_two, max_batch=2)
    innocent, culprit = ticket(1), ticket(2)
    ends: list[Exception] = []

    def run(job: Ticket) -> None:
        try:
            paint(pool, job)
        except Unavailable as end:
            ends.append(end)

    threads = [threading.Thread(target=run, args=(job,)) for job in (innocent, culprit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert innocent.picture is not None
    assert culprit.picture is None
    assert len(ends) == 1


def test_a_process_that_died_idle_is_no_job_s_fault(pools: Pools) -> None:
    """It is replaced before the next job, which has its two tries still."""
    pool = pools(nothing, dies, nothing)
    paint(pool, ticket(1))
    pool._processes["a"].alive = False  # type: ignore[misc]  # scripted
    job = ticket(2)
    assert paint(pool, job) == 2
    assert job.deaths == 1


def test_too_little_memory_is_a_503(pools: Pools) -> None:
    """A job that does not fit is refused, and the process goes on."""

    def too_large(batch: Batch, _watch: Watch) -> None:
        if batch.tasks[0].seed == 1:
            raise OutOfMemory("group")

    pool = pools(too_large)
    with pytest.raises(Unavailable, match="memory"):
        paint(pool, ticket(1))
    assert paint(pool, ticket(2)) == 2


def test_a_failing_pipeline_is_a_fault_of_ours(pools: Pools) -> None:
    """What the pipeline raises ends its job as an internal error, not as one that a retry mends."""

    def fault(_batch: Batch, _watch: Watch) -> None:
        raise Fault("ValueError: no")

    with pytest.raises(RuntimeError, match="ValueError: no"):
        paint(pools(fault), ticket())


def test_a_job_that_nobody_waits_for_is_stopped(pools: Pools) -> None:
    """When the waiting ends, the process hears of it at its next step."""
    stopped = threading.Event()

    def until_stopped(batch: Batch, watch: Watch) -> None:
        if batch.tasks[0].seed != 1:
            return
        while not watch(0.5):
            time.sleep(0.01)
        stopped.set()
        raise Stopped

    pool = pools(until_stopped)
    shares: list[float] = []

    def give_up(share: float) -> None:
        shares.append(share)
        if share == 0.5:
            raise Unavailable("The job was cancelled.")

    with pytest.raises(Unavailable, match="cancelled"):
        pool.paint(ticket(1), give_up)
    assert stopped.wait(timeout=10)
    assert shares[-1] == 0.5
    assert paint(pool, ticket(2)) == 2


def test_a_process_that_cannot_start_is_a_503_and_tried_again_later(
    pools: Pools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs are refused at once while the start's failure is fresh, and then another start is tried."""
    pool = pools(DiffusionError("no such device"), nothing)
    with pytest.raises(Unavailable, match="could not be started"):
        paint(pool, ticket())
    assert pool.trouble() == "no such device"
    with pytest.raises(Unavailable, match="could not be started"):
        paint(pool, ticket())
    monkeypatch.setattr(module, "_PAUSE_S", 0.0)
    assert pool.trouble() == "", "who routes jobs by it would never send one again"
    assert paint(pool, ticket(4)) == 4
    assert pool.trouble() == ""


def test_a_device_that_fails_leaves_the_work_to_the_others(pools: Pools) -> None:
    """One broken device of two costs the jobs it met, and no more."""
    pool = pools(DiffusionError("no such device"), nothing, devices=("a", "b"))
    ends = []
    for seed in range(6):
        try:
            ends.append(paint(pool, ticket(seed)))
        except Unavailable:
            ends.append(-1)
    assert ends.count(-1) <= 1
    assert ends[2:] == [2, 3, 4, 5]
    assert pool.trouble() == ""


def test_closing_neither_ends_nor_fails_a_job(pools: Pools) -> None:
    """Jobs in work and in line leave by an exception that nothing takes for their end."""
    begun = threading.Event()

    def for_ever(_batch: Batch, _watch: Watch) -> None:
        begun.set()
        while not closing.wait(0.01):
            pass
        raise Died("killed")

    closing = threading.Event()
    pool = pools(for_ever)
    ends: list[BaseException] = []

    def run(seed: int) -> None:
        try:
            paint(pool, ticket(seed))
        except BaseException as end:  # noqa: BLE001  # the one that is expected is no Exception
            ends.append(end)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    assert begun.wait(timeout=10)
    threading.Timer(0.1, closing.set).start()
    pool.close()
    for thread in threads:
        thread.join(timeout=10)
    assert [type(end) for end in ends] == [Leaving] * 3
    assert not issubclass(Leaving, Exception)
    with pytest.raises(Leaving):
        paint(pool, ticket())
