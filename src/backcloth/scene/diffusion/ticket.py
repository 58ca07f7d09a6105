"""A job that waits for a process, is painted by one, and ends."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from backcloth.domain.request import Mode
from backcloth.scene.diffusion.process import Painted
from backcloth.scene.diffusion.task import Pixels, Task


class Leaving(BaseException):
    """The service is going down: the job is neither done nor failed, and runs again at the next start.

    No `Exception`, so that nothing on its way takes it for the job's end.
    """


@dataclass(slots=True, eq=False)
class Ticket:
    """A job in the pool.

    Attributes:
        task: What to paint.
        mode: How.
        alone: Whether it must not share a batch.
        share: How much is done, 0..1.
        unwanted: Nobody waits for it any more.
        deaths: Processes that ended under it.
        picture: What came of it.
        seconds: In the pipeline.
        painted: How it was painted.
        facts: Of the process that did.
        error: Why nothing came of it.
        done: Set at its end.
    """

    task: Task
    mode: Mode
    alone: bool
    share: float = 0.0
    unwanted: bool = False
    deaths: int = 0
    picture: Pixels | None = None
    painted: Painted | None = None
    facts: dict[str, str] = field(default_factory=dict)
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def fits(self, other: Ticket) -> bool:
        """Whether the two may be painted at once."""
        return (self.mode, self.task.size, False) == (other.mode, other.task.size, self.alone or other.alone)

    def end(self, error: BaseException) -> None:
        """Ends it without a picture."""
        self.error = error
        self.done.set()
