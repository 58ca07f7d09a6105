"""The process that holds one model on one device: `python -m backcloth.scene.diffusion.worker`.

It is told what to load and what to paint through its standard input, answers through its standard output, and
ends when the input does, so that it never outlives the service. What libraries print goes to standard error.
"""

from __future__ import annotations

import os
import queue
import resource
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from backcloth.domain.request import Mode
from backcloth.scene.diffusion.config import Hardware
from backcloth.scene.diffusion.folder import Model
from backcloth.scene.diffusion.generate import OnStep, Stopped, paint
from backcloth.scene.diffusion.load import Loaded, free_memory, load
from backcloth.scene.diffusion.preset import Preset
from backcloth.scene.diffusion.task import Batch, Pixels, Task, task_of
from backcloth.scene.diffusion.wire import receive, send


class OutOfMemory(Exception):
    """There was too little memory, also with more of the model out of the way."""


def main() -> None:
    """Loads what the first message names, then paints until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    orders = sys.stdin.buffer
    order, _ = receive(orders)
    try:
        loaded = _loaded(order)
    except Exception as problem:  # noqa: BLE001  # the files may be anything; whatever is wrong has to be told
        traceback.print_exc()
        send(answers, {"say": "unusable", "reason": f"{type(problem).__name__}: {problem}"})
        return
    send(answers, {"say": "ready", "facts": loaded.facts})
    _work(loaded, orders, answers)


def _loaded(order: dict[str, Any]) -> Loaded:
    model = Model(
        Preset.model_validate(order["preset"]),
        Path(order["folder"]),
        {name: Path(path) for name, path in order["parts"].items()},
        order["fingerprint"],
    )
    loaded = load(model, Hardware.model_validate(order["hardware"]), order["device"])
    for width, height in order["warm_up"]:
        _warm_up(loaded, (width, height))
    return loaded


def _warm_up(loaded: Loaded, size: tuple[int, int]) -> None:
    """Paints one canvas, so that kernels are chosen and compiled before anybody waits."""
    width, height = size
    task = Task(
        "warm up", "", 0, np.full((height, width, 3), 127, np.uint8), np.full((height, width), 255, np.uint8)
    )
    mode = loaded.preset.modes[0]
    paint_relieved(loaded, Batch(mode, (task,)), lambda _step, _of: False)


def _work(loaded: Loaded, orders: BinaryIO, answers: BinaryIO) -> None:
    todo: queue.Queue[tuple[int, Batch] | None] = queue.Queue()
    stopped: set[int] = set()
    threading.Thread(target=_listen, args=(orders, todo, stopped), daemon=True).start()
    while (order := todo.get()) is not None:
        number, batch = order

        def on_step(step: int, of: int, number: int = number) -> bool:
            send(answers, {"say": "step", "number": number, "step": step, "of": of})
            return number in stopped

        send(answers, *_painted(loaded, batch, on_step, number))


def _listen(orders: BinaryIO, todo: queue.Queue[tuple[int, Batch] | None], stopped: set[int]) -> None:
    """Takes orders while painting goes on, so that one of them can stop it."""
    try:
        while True:
            order, pictures = receive(orders)
            if order["do"] == "stop":
                stopped.add(order["number"])
                continue
            tasks = tuple(task_of(words, pictures) for words in order["tasks"])
            todo.put((order["number"], Batch(Mode(order["mode"]), tasks)))
    except EOFError:
        # The service is gone or wants this process gone. A picture in work is nobody's any more.
        os._exit(0)


def _painted(
    loaded: Loaded, batch: Batch, on_step: OnStep, number: int
) -> tuple[dict[str, Any], list[Pixels]]:
    begun = time.perf_counter()
    try:
        pictures = paint_relieved(loaded, batch, on_step)
    except Stopped:
        return {"say": "stopped", "number": number}, []
    except OutOfMemory:
        return {"say": "memory", "number": number, "offload": loaded.offload}, []
    except Exception as problem:  # noqa: BLE001  # a pipeline raises what it likes; the process goes on
        traceback.print_exc()
        return {"say": "fault", "number": number, "reason": f"{type(problem).__name__}: {problem}"}, []
    facts = {
        "say": "painted",
        "number": number,
        "seconds": round(time.perf_counter() - begun, 4),
        "offload": loaded.offload,
        "peak_bytes": _peak(loaded),
    }
    return facts, pictures


def paint_relieved(loaded: Loaded, batch: Batch, on_step: OnStep) -> list[Pixels]:
    """Paints; where memory runs out, once more with more of the model in main memory, where it stays.

    Raises:
        OutOfMemory: that was too little, or nothing was left to move.
        Stopped: the step's hook said so.
    """
    try:
        return paint(loaded, batch, on_step)
    except Exception as problem:
        if not is_out_of_memory(problem):
            raise
    # Out of the handler, so that the failed call's tensors are no longer held by its traceback.
    if not loaded.relieve():
        raise OutOfMemory
    try:
        return paint(loaded, batch, on_step)
    except Exception as problem:
        if not is_out_of_memory(problem):
            raise
        free_memory(loaded.device)
        raise OutOfMemory from None


def is_out_of_memory(problem: Exception) -> bool:
    """Whether a device or the machine had no memory left. The CPU's allocator has no class for it."""
    import torch  # noqa: PLC0415  # an extra

    return isinstance(problem, torch.OutOfMemoryError | MemoryError) or (
        isinstance(problem, RuntimeError) and "allocate memory" in str(problem)
    )


def _peak(loaded: Loaded) -> int | None:
    """Most bytes held so far: by torch on a GPU, by the whole process on a CPU; None on other devices."""
    import torch  # noqa: PLC0415  # an extra

    if loaded.device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(loaded.device))
    if loaded.device.type == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return None


if __name__ == "__main__":
    main()
