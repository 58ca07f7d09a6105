"""Processes, one a device, and the jobs that wait for them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from backcloth.errors import EngineDown, Unavailable
from backcloth.scene.diffusion.preset import DiffusionError
from backcloth.scene.diffusion.process import Died, Fault, OutOfMemory, Process, Stopped
from backcloth.scene.diffusion.task import Batch
from backcloth.scene.diffusion.ticket import Leaving, Ticket

_log = structlog.get_logger(__name__)

_DEATHS = 2
"""Processes that a job may take with it: one may have died of anything, two died of the job."""

_PAUSE_S = 30.0
"""After a process could not be started, jobs are refused for so long before another start is tried."""

_LOOK_S = 0.05

Open = Callable[[str], Process]
"""Starts a process on a device."""


class Pool:
    """Runs tickets on a process a device, which starts with its first job and is replaced when it dies.

    Args:
        open_process: Starts one.
        devices: Where.
        max_batch: Most tickets painted at once.
        max_wait_s: How long a ticket waits for company.
    """

    def __init__(
        self, open_process: Open, devices: tuple[str, ...], *, max_batch: int, max_wait_s: float
    ) -> None:
        self._open_process = open_process
        self._max_batch = max_batch
        self._max_wait_s = max_wait_s
        self._devices = devices
        self._waiting: deque[Ticket] = deque()
        self._changed = threading.Condition()
        self._runners: list[threading.Thread] = []
        self._processes: dict[str, Process] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._leaving = False

    def start(self) -> None:
        """Starts the processes, without waiting for them."""
        with self._changed:
            self._run(eager=True)

    def paint(self, ticket: Ticket, watch: Callable[[float], None]) -> None:
        """Waits until the ticket has a picture.

        Args:
            ticket: The job.
            watch: Told some twenty times a second what share is done; what it raises ends the waiting and
                the painting.

        Raises:
            Unavailable: it could not be painted.
            Leaving: the pool was closed.
        """
        with self._changed:
            if self._leaving:
                raise Leaving
            self._run(eager=False)
            self._waiting.append(ticket)
            self._changed.notify_all()
        try:
            while not ticket.done.wait(_LOOK_S):
                watch(ticket.share)
        except BaseException:
            ticket.unwanted = True
            raise
        if ticket.error:
            raise ticket.error

    def trouble(self) -> str:
        """Why nothing can be painted at present; empty when something can, or another start is due."""
        with self._changed:
            if not all(map(self._paused, self._devices)):
                return ""
            return next(iter(self._failed.values()))[1]

    def pids(self) -> dict[str, int]:
        """The process id on each device that has a process."""
        with self._changed:
            return {device: process.pid for device, process in self._processes.items()}

    def close(self) -> None:
        """Ends the processes; whoever waits leaves."""
        with self._changed:
            self._leaving = True
            for ticket in self._waiting:
                ticket.end(Leaving())
            self._waiting.clear()
            processes = list(self._processes.values())
            self._changed.notify_all()
        for process in processes:
            process.kill()
        for runner in self._runners:
            runner.join(timeout=10)

    def _run(self, *, eager: bool) -> None:
        if not self._runners:
            self._runners = [
                threading.Thread(
                    target=self._serve, args=(device, eager), daemon=True, name=f"paint-{device}"
                )
                for device in self._devices
            ]
            for runner in self._runners:
                runner.start()

    def _serve(self, device: str, eager: bool) -> None:
        """One device's thread: takes what waits, and has its process paint it."""
        if eager:
            self._process(device)
        while batch := self._take(device):
            try:
                self._paint(device, batch)
            except Exception as problem:  # noqa: BLE001  # a fault of ours must not leave the device without its thread
                _log.exception("painting_failed", device=device)
                for ticket in batch:
                    ticket.end(problem)

    def _take(self, device: str) -> list[Ticket]:
        """The tickets to paint next; none when the pool closes. Waits."""
        with self._changed:
            while True:
                while not self._changed.wait_for(lambda: self._leaving or self._serves(device), timeout=1.0):
                    pass
                if self._leaving:
                    return []
                first = self._waiting.popleft()
                if not first.unwanted:
                    break
            batch = [first]
            deadline = time.monotonic() + self._max_wait_s
            while len(batch) < self._max_batch and not first.alone:
                company = next(
                    (each for each in self._waiting if each.fits(first) and not each.unwanted), None
                )
                if company:
                    self._waiting.remove(company)
                    batch.append(company)
                elif not self._changed.wait(deadline - time.monotonic()) or time.monotonic() >= deadline:
                    break
            return batch

    def _serves(self, device: str) -> bool:
        """Whether the device has something to do: one that fails leaves it to those that do not."""
        return bool(self._waiting) and (not self._paused(device) or all(map(self._paused, self._devices)))

    def _paused(self, device: str) -> bool:
        failed = self._failed.get(device)
        return failed is not None and time.monotonic() - failed[0] < _PAUSE_S

    def _paint(self, device: str, batch: list[Ticket]) -> None:
        process = self._process(device)
        if process is None:
            for ticket in batch:
                ticket.end(self._refusal(device))
            return

        def watch(share: float) -> bool:
            for ticket in batch:
                ticket.share = share
            return all(ticket.unwanted for ticket in batch)

        try:
            painted = process.paint(Batch(batch[0].mode, tuple(ticket.task for ticket in batch)), watch)
        except Stopped:
            return
        except (OutOfMemory, Fault) as problem:
            self._regret(device, batch, problem)
        except Died as problem:
            self._bury(device, process, batch, str(problem))
        else:
            for ticket, picture in zip(batch, painted.pictures, strict=True):
                ticket.picture, ticket.painted, ticket.facts = picture, painted, process.facts
                ticket.done.set()

    def _regret(self, device: str, batch: list[Ticket], problem: Exception) -> None:
        """The process goes on, and its jobs end without a picture."""
        if isinstance(problem, OutOfMemory):
            size = batch[0].task.size
            _log.warning("out_of_memory", device=device, size=size, batch=len(batch), offload=str(problem))
            for ticket in batch:
                ticket.end(Unavailable("The picture does not fit the generator's memory.", retry_after=60))
            return
        _log.error("pipeline_failed", device=device, reason=str(problem))
        for ticket in batch:
            ticket.end(RuntimeError(str(problem)))

    def _bury(self, device: str, process: Process, batch: list[Ticket], reason: str) -> None:
        """The process is gone: its jobs wait again, each alone, so that a second death has one culprit."""
        process.kill()
        with self._changed:
            self._processes.pop(device, None)
            if self._leaving:
                for ticket in batch:
                    ticket.end(Leaving())
                return
            _log.error("process_died", device=device, reason=reason, jobs=len(batch))
            for ticket in reversed(batch):
                ticket.deaths += 1
                ticket.alone = True
                ticket.share = 0.0
                if ticket.deaths >= _DEATHS:
                    ticket.end(
                        Unavailable("The generator stopped twice while it painted this.", retry_after=60)
                    )
                elif not ticket.unwanted:
                    self._waiting.appendleft(ticket)
            self._changed.notify_all()

    def _process(self, device: str) -> Process | None:
        """The device's process, started where there is none; None where that fails or lately did."""
        with self._changed:
            if self._leaving:
                return None
            held = self._processes.get(device)
            if held and held.alive:
                return held
            if held:
                # It ended while nothing was painted, which no job is to be blamed for.
                _log.error("process_died", device=device, reason="it ended while it was idle", jobs=0)
                held.kill()
                del self._processes[device]
            if self._paused(device):
                return None
        begun = time.monotonic()
        try:
            process = self._open_process(device)
        except (DiffusionError, Died, OSError) as problem:
            _log.error("process_not_started", device=device, reason=str(problem))
            with self._changed:
                self._failed[device] = (time.monotonic(), str(problem))
            return None
        seconds = round(time.monotonic() - begun, 1)
        _log.info("process_ready", device=device, seconds=seconds, facts=process.facts)
        with self._changed:
            self._failed.pop(device, None)
            self._processes[device] = process
            leaving = self._leaving
        if leaving:
            process.kill()
            return None
        return process

    def _refusal(self, device: str) -> BaseException:
        if self._leaving:
            return Leaving()
        _log.warning("no_process", device=device, reason=self._failed.get(device, (0, ""))[1])
        return EngineDown("The generator could not be started.", retry_after=int(_PAUSE_S))
