"""Times a picture's stages, tells whoever listens, and stops the work on a job that nobody wants any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from backcloth.errors import Cancelled


def _unheard(_value: object) -> None:
    """Nobody listens."""


def _bare(_name: str) -> AbstractContextManager[None]:
    return nullcontext()


def _never() -> bool:
    return False


@dataclass(slots=True)
class Watch:
    """Goes with one job through the pipeline.

    Attributes:
        on_stage: Hears each stage's name as it begins.
        around: What each stage runs in.
        on_progress: Hears which share of the plate is painted, 0..1, from engines that can tell.
        cancelled: Asked before each stage, and by engines while they paint; True ends the job.
        seconds: Wall time of each stage that has ended.
    """

    on_stage: Callable[[str], None] = _unheard
    around: Callable[[str], AbstractContextManager[None]] = _bare
    on_progress: Callable[[float], None] = _unheard
    cancelled: Callable[[], bool] = _never
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times one stage.

        Raises:
            Cancelled: before it begins.
        """
        if self.cancelled():
            raise Cancelled
        self.on_stage(name)
        begun = time.perf_counter()
        try:
            with self.around(name):
                yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begun, 4)
