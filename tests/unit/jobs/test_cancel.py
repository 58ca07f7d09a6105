"""Jobs that are taken back, on both databases."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa

from backcloth.domain.background import Prompt
from backcloth.domain.job import Job, Result, State, Webhook
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.errors import Unavailable
from backcloth.jobs.cancel import cancel, was_cancelled
from backcloth.jobs.keys import result_key
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.metrics import Metrics
from backcloth.jobs.progress import Progress
from backcloth.jobs.waiters import Waiters
from backcloth.jobs.work import Worker
from backcloth.pipeline.engines import Engines
from backcloth.scene.protocol import Plate, SceneJob
from harness.fakes import NoiseScene, engines_around
from harness.quick_job import quick_picture

INPUT = "inputs/a-0"
REQUEST = ReplaceBackground(Stored(INPUT), Prompt("a beach"), seed=4, refine_prompt=False)


class Shelf:
    """A ledger, a store, and what was told.

    Args:
        engine: The database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.told: list[str] = []
        self.ledger = Ledger(
            engine,
            boot="now",
            retention_s=60,
            on_webhook=lambda _connection, job_id, _url: self.told.append(f"webhook {job_id}"),
            on_end=lambda _connection, job_id: self.told.append(f"end {job_id}"),
        )
        self._engine = engine
        self.engines: Engines = engines_around(lambda height, width: np.ones((height, width), np.float32))
        self.engines.store.put(INPUT, quick_picture())

    def accept(self, turn: int = 1) -> str:
        """A queued job with a webhook."""
        job_id = uuid.uuid4().hex
        with self._engine.begin() as connection:
            webhook = Webhook("https://example.com/", b"key")
            self.ledger.insert(connection, job_id, "agency", REQUEST, webhook, turn=turn)
        return job_id

    def cancel(self, job_id: str) -> bool:
        """Takes it back."""
        return cancel(self.ledger, self.engines.store, job_id)

    def job(self, job_id: str) -> Job:
        """As its row is now."""
        job = self.ledger.find(job_id)
        assert job
        return job


@pytest.fixture
def shelf(engine: sa.Engine) -> Shelf:
    """One on each database."""
    return Shelf(engine)


def test_a_waiting_job_ends_at_once(shelf: Shelf) -> None:
    """With its webhook told once, its inputs gone, and nobody starting it afterwards."""
    job_id = shelf.accept()
    assert [shelf.cancel(job_id) for _ in range(2)] == [True, False]
    job = shelf.job(job_id)
    assert (job.state, was_cancelled(job)) == (State.FAILED, True)
    assert shelf.told == [f"end {job_id}", f"webhook {job_id}"]
    assert shelf.engines.store.size(INPUT) is None
    assert shelf.ledger.start(job_id) is None


def test_a_job_in_work_keeps_its_inputs_until_its_worker_lets_go(shelf: Shelf) -> None:
    """The row has ended all the same."""
    job_id = shelf.accept()
    shelf.ledger.start(job_id)
    assert shelf.cancel(job_id)
    assert was_cancelled(shelf.job(job_id))
    assert shelf.engines.store.size(INPUT)


def test_what_has_ended_or_never_was_cannot_be_cancelled(shelf: Shelf) -> None:
    """The first end stands."""
    job_id = shelf.accept()
    record = {"engine": "solid", "size": [4, 3], "seconds": {}}
    assert shelf.ledger.complete(job_id, Result(key="results/a.png", size=1, seed=4, record=record))
    assert not shelf.cancel(job_id)
    assert not shelf.cancel("0" * 32)
    assert shelf.job(job_id).state is State.COMPLETED


class Patient(NoiseScene):
    """An engine that paints until it is told to stop."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def generate(self, job: SceneJob) -> Plate:
        """Never a plate."""
        job.progress(0.25)
        self.begun.set()
        for _ in range(3000):
            if job.cancelled():
                raise Unavailable("The job was cancelled.")
            threading.Event().wait(0.01)
        raise TimeoutError("nobody cancelled")


@pytest.fixture
def progress(shelf: Shelf) -> Iterator[Progress]:
    """Looks often."""
    made = Progress(shelf.ledger, every_s=0.02)
    made.open()
    yield made
    made.close()


def test_the_engine_hears_of_it_and_others_of_the_engine(shelf: Shelf, progress: Progress) -> None:
    """The row says what is being done; once it has ended, painting stops, and inputs and result are gone."""
    patient = Patient()
    engines = replace(shelf.engines, scenes={Prompt: patient})
    worker = Worker(shelf.ledger, engines, Waiters(), Metrics(), progress)
    job_id = shelf.accept()
    thread = threading.Thread(target=worker.work, args=(job_id,))
    thread.start()
    assert patient.begun.wait(30)
    for _ in range(300):
        job = shelf.job(job_id)
        if job.progress is not None:
            break
        threading.Event().wait(0.02)
    assert (job.state, job.stage, job.progress) == (State.RUNNING, "plate", 0.25)
    assert shelf.cancel(job_id)
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert was_cancelled(shelf.job(job_id))
    assert shelf.told == [f"end {job_id}", f"webhook {job_id}"]
    assert not list(shelf.engines.store.keys())


class Deaf(NoiseScene):
    """An engine that finishes whatever happens meanwhile.

    Args:
        meanwhile: Called while it paints.
    """

    def __init__(self, meanwhile: threading.Event, go_on: threading.Event) -> None:
        self._meanwhile = meanwhile
        self._go_on = go_on

    def generate(self, job: SceneJob) -> Plate:
        """A plate, late."""
        self._meanwhile.set()
        assert self._go_on.wait(30)
        return super().generate(job)


def test_a_result_that_comes_too_late_is_dropped(shelf: Shelf) -> None:
    """Where nobody looked at the row in time, the picture is stored, and refused by the guarded end."""
    painting, go_on = threading.Event(), threading.Event()
    engines = replace(shelf.engines, scenes={Prompt: Deaf(painting, go_on)})
    blind = Progress(shelf.ledger)
    worker = Worker(shelf.ledger, engines, Waiters(), Metrics(), blind)
    job_id = shelf.accept()
    thread = threading.Thread(target=worker.work, args=(job_id,))
    thread.start()
    assert painting.wait(30)
    assert shelf.cancel(job_id)
    go_on.set()
    thread.join(timeout=30)
    assert was_cancelled(shelf.job(job_id))
    assert shelf.engines.store.size(result_key(job_id)) is None
    assert not list(shelf.engines.store.keys())


def test_the_place_in_line_is_the_order_of_the_queue(shelf: Shelf) -> None:
    """Lower turns first, equal ones by age; what is in work does not count."""
    late, first, second, working = (shelf.accept(turn) for turn in (2, 1, 1, 1))
    shelf.ledger.start(working)
    assert [shelf.ledger.before(job_id) for job_id in (first, second, late)] == [0, 1, 2]
    shelf.cancel(first)
    assert [shelf.ledger.before(job_id) for job_id in (second, late)] == [0, 1]
