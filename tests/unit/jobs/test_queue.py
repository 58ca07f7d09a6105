"""The queue and what runs it, on both databases: jobs/queue.py and jobs/runner.py."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.job import Failure, State, Webhook
from backcloth.domain.request import Remote, ReplaceBackground
from backcloth.jobs.again import do_again
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.queue import Queue
from backcloth.jobs.runner import Duties, Runner


class Recorder:
    """Duties that note what they were called with.

    Attributes:
        worked: Jobs, in the order in which they were begun.
        told: Jobs whose webhook was tried, with the attempt's number.
        fails: How many times `work` fails before it does not.
        free: While not set, `work` does not end.
        answers: While not set, telling a job whose id begins with `slow` does not end.
        later: What telling gives back.
    """

    def __init__(self) -> None:
        self.worked: list[str] = []
        self.told: list[tuple[str, int]] = []
        self.fails = 0
        self.free = threading.Event()
        self.free.set()
        self.answers = threading.Event()
        self.later: dict[int, tuple[int, float]] = {}
        self.changed = threading.Condition()

    def work(self, job_id: str) -> None:
        """Notes a job, and fails if it has to."""
        with self.changed:
            self.worked.append(job_id)
            self.changed.notify_all()
        self.free.wait(60)
        with self.changed:
            if self.fails:
                self.fails -= 1
                raise OSError("the store is away")

    def tell(self, job_id: str, attempt: int) -> tuple[int, float] | None:
        """Notes a delivery."""
        with self.changed:
            self.told.append((job_id, attempt))
            self.changed.notify_all()
        if job_id.startswith("slow"):
            self.answers.wait(60)
        return self.later.get(attempt)

    def wait(self, enough: Callable[[], bool]) -> None:
        """Returns once there is enough."""
        with self.changed:
            assert self.changed.wait_for(enough, timeout=60), (self.worked, self.told)


@pytest.fixture
def queue(engine: sa.Engine, database_url: str) -> Iterator[Queue]:
    """The accepting side."""
    opened = Queue(engine, database_url)
    yield opened
    opened.close()


@pytest.fixture
def recorder(engine: sa.Engine, database_url: str, queue: Queue) -> Iterator[Recorder]:
    """What a worker with one slot does."""
    noted = Recorder()
    duties = Duties(noted.work, lambda _job_id: None, noted.tell)
    runner = Runner(engine, database_url, queue, executor_id="one", duties=duties)
    runner.open(workers=1, poll_s=0.02)
    yield noted
    runner.close(drain_s=5)


def test_what_is_committed_runs_and_nothing_else(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """A job exists with its transaction: rolled back, it never was."""
    with engine.connect() as connection:
        queue.enqueue(connection, "rolled-back", 1)
        connection.rollback()
    with engine.begin() as connection:
        queue.enqueue(connection, "committed", 1)
        queue.enqueue_webhook(connection, "committed", "https://example.com/hook")
    recorder.wait(lambda: bool(recorder.worked and recorder.told))
    assert (recorder.worked, recorder.told) == (["committed"], [("committed", 1)])
    assert queue.stranded({"rolled-back"}) == {"rolled-back"}


def test_a_failed_job_is_done_again_by_a_worker(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """A new job of the same organisation and request is enqueued with its row; the failed one stays."""
    ledger = Ledger(engine, boot="now", retention_s=60, on_webhook=queue.enqueue_webhook)
    request = ReplaceBackground(Remote("https://example.com/a.png"), Solid(Colour(1, 2, 3)), seed=4)
    with engine.begin() as connection:
        webhook = Webhook("https://example.com/hook", b"key")
        ledger.insert(connection, "failed", "agency", request, webhook, turn=1)
    ledger.fail("failed", Failure(404, "Image not found", "The picture is gone."))
    again = do_again(engine, ledger, queue, "failed")
    recorder.wait(lambda: bool(recorder.worked and recorder.told))
    assert (recorder.worked, recorder.told) == ([again], [("failed", 1)])
    job = ledger.find(again)
    assert job is not None
    assert (job.organisation, job.state, ledger.request(again)) == ("agency", State.QUEUED, request)
    assert ledger.webhook(again) == webhook
    with pytest.raises(ValueError, match="queued"):
        do_again(engine, ledger, queue, again)


def test_a_failing_store_is_tried_again(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """A job whose work fails for a reason that may pass is worked on again."""
    recorder.fails = 2
    with engine.begin() as connection:
        queue.enqueue(connection, "unlucky", 1)
    recorder.wait(lambda: len(recorder.worked) == 3)
    assert recorder.worked == ["unlucky"] * 3


def test_a_slow_receiver_keeps_no_other_waiting(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """Hundreds of webhooks that one receiver does not answer are tried a few at a time, another's at once."""
    with engine.begin() as connection:
        for number in range(200):
            queue.enqueue_webhook(connection, f"slow-{number}", f"https://slow.example/{number}")
    recorder.wait(lambda: len(recorder.told) >= 4)
    with engine.begin() as connection:
        queue.enqueue_webhook(connection, "good", "https://good.example/")
    recorder.wait(lambda: ("good", 1) in recorder.told)
    assert len(recorder.told) == 5
    assert queue.webhooks_waiting() == 200 - 4
    queue.forget([f"slow-{number}" for number in range(200)])
    recorder.answers.set()


def test_a_further_attempt_comes_when_it_is_due(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """With its number, after the wait that the last attempt asked for, and none after none is due."""
    recorder.later = {1: (3, 0.3)}
    with engine.begin() as connection:
        queue.enqueue_webhook(connection, "a", "https://example.com/hook")
    recorder.wait(lambda: len(recorder.told) == 2)
    assert recorder.told == [("a", 1), ("a", 3)]


def test_low_turns_go_first(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """Whatever the order in which they were accepted; equal turns by age."""
    recorder.free.clear()
    with engine.begin() as connection:
        queue.enqueue(connection, "busy", 1)
    recorder.wait(lambda: recorder.worked == ["busy"])
    with engine.begin() as connection:
        for name, turn in (("late", 9), ("first", 2), ("second", 2), ("early", 1)):
            queue.enqueue(connection, name, turn)
            time.sleep(0.005)  # ages are told in milliseconds
    recorder.free.set()
    recorder.wait(lambda: len(recorder.worked) == 5)
    assert recorder.worked[1:] == ["early", "first", "second", "late"]


@pytest.mark.parametrize(("owner", "worked"), [("one", ["job"]), ("another", [])])
def test_a_worker_that_was_silent_works_on_what_is_still_its_own(
    engine: sa.Engine, database_url: str, queue: Queue, owner: str, worked: list[str]
) -> None:
    """Whoever was taken for dead while a job waited to begin leaves it to whoever has it by now."""
    schema = "dbos" if engine.dialect.name == "postgresql" else None
    workflows = sa.table("workflow_status", sa.column("executor_id"), schema=schema)
    woken = threading.Event()

    def wait_alive() -> bool:
        with engine.begin() as connection:
            connection.execute(sa.update(workflows).values(executor_id=owner))
        woken.set()
        return True

    noted = Recorder()
    duties = Duties(noted.work, lambda _job_id: None, noted.tell)
    runner = Runner(engine, database_url, queue, executor_id="one", duties=duties, wait_alive=wait_alive)
    runner.open(workers=1, poll_s=0.02)
    with engine.begin() as connection:
        queue.enqueue(connection, "job", 1)
    assert woken.wait(timeout=60)
    deadline = time.monotonic() + 30
    while not queue.stranded({"job"}) and time.monotonic() < deadline:
        time.sleep(0.05)
    runner.close(drain_s=5)
    assert noted.worked == worked


def test_a_claim_that_nobody_works_on_goes_back(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """What a worker took when its connection broke is begun; what it runs is left alone."""
    recorder.free.clear()
    with engine.begin() as connection:
        queue.enqueue(connection, "running", 1)
    recorder.wait(lambda: recorder.worked == ["running"])
    schema = "dbos" if engine.dialect.name == "postgresql" else None
    names = ("workflow_uuid", "status", "executor_id", "started_at_epoch_ms")
    workflows = sa.table("workflow_status", *map(sa.column, names), schema=schema)
    claimed = {"status": "PENDING", "executor_id": "one", "started_at_epoch_ms": 1}
    with engine.begin() as connection:
        queue.enqueue(connection, "lost", 1)
        connection.execute(sa.update(workflows).where(workflows.c.workflow_uuid == "lost").values(claimed))
    assert queue.take_back("one", but=lambda: {"running"}, older_than_s=3600) == 1
    recorder.free.set()
    recorder.wait(lambda: len(recorder.worked) == 2)
    assert recorder.worked == ["running", "lost"]
    assert queue.take_back("another") == 0


def test_ended_workflows_are_known_and_forgotten(engine: sa.Engine, queue: Queue, recorder: Recorder) -> None:
    """An unfinished job whose workflow ended is found; a removed job leaves no workflow."""
    with engine.begin() as connection:
        queue.enqueue(connection, "ended", 1)
    deadline = time.monotonic() + 30
    while not queue.stranded({"ended"}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert recorder.worked == ["ended"]
    assert queue.stranded({"ended"}) == {"ended"}
    queue.forget(["ended"])
    schema = "dbos" if engine.dialect.name == "postgresql" else None
    workflows = sa.table("workflow_status", schema=schema)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(workflows)).scalar() == 0
