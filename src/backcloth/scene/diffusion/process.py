"""One process with a model on a device, as the engine sees it."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from backcloth.scene.diffusion.config import Config
from backcloth.scene.diffusion.folder import Model
from backcloth.scene.diffusion.preset import DiffusionError
from backcloth.scene.diffusion.task import Batch, Pixels
from backcloth.scene.diffusion.wire import receive, send

_log = structlog.get_logger(__name__)

LOAD_S = 1800.0
"""Loading from a slow disk and compiling for many buckets takes its time; a hang has to end all the same."""

STOP_S = 120.0
"""A process that was told to stop does so after its step; on a CPU one may take a minute."""

_LOOK_S = 0.02
_WORKER = "backcloth.scene.diffusion.worker"

Watch = Callable[[float], bool]
"""Told the share that is done, some fifty times a second; True wants the painting stopped."""


class Died(Exception):
    """The process ended, or had to be ended, while it was at work."""


class Stopped(Exception):
    """The painting was stopped as wanted."""


class OutOfMemory(Exception):
    """The model does not fit, also with parts of it in main memory."""


class Fault(Exception):
    """The pipeline failed; the process goes on."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What came of a batch.

    Attributes:
        pictures: (H, W, 3) uint8 sRGB, one a task.
        seconds: Spent in the pipeline.
        offload: What waited in main memory.
        peak_bytes: Most held so far: by torch on a GPU, by the whole process on a CPU; None on other devices.
    """

    pictures: list[Pixels]
    seconds: float
    offload: str
    peak_bytes: int | None


def order_of(model: Model, config: Config, device: str) -> dict[str, Any]:
    """What a process is told to load."""
    preset = model.preset
    sizes: tuple[tuple[int, int], ...] = ()
    if config.warm_up:
        side = int(preset.pixel_area**0.5) // preset.multiple * preset.multiple
        sizes = config.buckets or ((side, side),)
    return {
        "preset": preset.model_dump(mode="json"),
        "folder": str(model.folder),
        "parts": {name: str(path) for name, path in model.parts.items()},
        "fingerprint": model.fingerprint,
        "hardware": config.hardware.model_dump(mode="json"),
        "device": device,
        "warm_up": sizes,
    }


class Process:
    """A live process. Not for several threads at once.

    Args:
        order: What it loads, from `order_of`.

    Raises:
        DiffusionError: it could not load it; says why.
        Died: it ended before it was ready.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self._number = 0
        self._child = subprocess.Popen(  # noqa: S603  # fixed words, no shell
            [sys.executable, "-m", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ
            | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"},
        )
        self._heard: queue.Queue[tuple[dict[str, Any], list[Pixels]] | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self._tell(order)
            self.facts = self._ready()
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def paint(self, batch: Batch, watch: Watch) -> Painted:
        """Paints a batch.

        Raises:
            Stopped: `watch` wanted it.
            OutOfMemory, Fault: it did not work out.
            Died: the process is gone, or did not stop in time and was killed.
        """
        self._number += 1
        pictures = [picture for task in batch.tasks for picture in task.pictures]
        words = [task.words for task in batch.tasks]
        self._tell({"do": "paint", "number": self._number, "mode": batch.mode, "tasks": words}, pictures)
        share, told = 0.0, 0.0
        while True:
            message = self._hear(_LOOK_S)
            if message and message[0]["number"] == self._number:
                facts, painted = message
                if facts["say"] != "step":
                    return self._end(facts, painted)
                # The last tenth is for decoding.
                share = 0.9 * facts["step"] / facts["of"]
            if watch(share):
                told = told or self._tell_to_stop()
                if time.monotonic() - told > STOP_S:
                    self.kill()
                    raise Died("it did not stop when it was told to")

    def kill(self) -> None:
        """Ends it at once."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # what was not yet written finds nobody to read it
                    pipe.close()

    def _end(self, facts: dict[str, Any], painted: list[Pixels]) -> Painted:
        match facts["say"]:
            case "painted":
                return Painted(painted, facts["seconds"], facts["offload"], facts["peak_bytes"])
            case "stopped":
                raise Stopped
            case "memory":
                raise OutOfMemory(facts["offload"])
            case _:
                raise Fault(facts["reason"])

    def _ready(self) -> dict[str, str]:
        deadline = time.monotonic() + LOAD_S
        while time.monotonic() < deadline:
            message = self._hear(1.0)
            if message is None:
                continue
            if message[0]["say"] == "ready":
                facts: dict[str, str] = message[0]["facts"]
                return facts
            raise DiffusionError(message[0]["reason"])
        raise DiffusionError(f"it was not ready after {LOAD_S:.0f} s")

    def _tell(self, facts: dict[str, Any], pictures: list[Pixels] | None = None) -> None:
        if self._child.stdin is None:
            raise Died
        try:
            send(self._child.stdin, facts, pictures or ())
        except (OSError, ValueError) as error:
            raise Died(self._how()) from error

    def _tell_to_stop(self) -> float:
        self._tell({"do": "stop", "number": self._number})
        return time.monotonic()

    def _hear(self, wait_s: float) -> tuple[dict[str, Any], list[Pixels]] | None:
        """The next message; None when none came in time."""
        try:
            message = self._heard.get(timeout=wait_s)
        except queue.Empty:
            return None
        if message is None:
            self._heard.put(None)
            raise Died(self._how())
        return message

    def _listen(self) -> None:
        try:
            while self._child.stdout:
                self._heard.put(receive(self._child.stdout))
        except (EOFError, OSError, ValueError):
            self._heard.put(None)

    def _how(self) -> str:
        status = self._child.wait()
        return f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}"
