"""The tool's side of the bench: a process that loads once and then cuts out photo after photo.

Runs in the environment of every contestant, so it knows numpy and the standard library alone.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

Cut = Callable[[Pixels], Pixels]
"""(H, W, 3) uint8 sRGB to (H, W, 4) with straight alpha."""


def serve(load: Callable[[], Cut]) -> None:
    """Answers on standard output, a line of JSON for each line of standard input, until that ends.

    The first line out is `{}`, or `{"unavailable": reason}` where `load` raises. A line in names a photo
    (`in`, an .npy file) and where the cut-out belongs (`out`, likewise). The answer has `wall_s`, `cpu_s`
    (all threads) and `peak_mib` of the process so far, or `refused` with the reason and no cut-out.
    """
    # What libraries print must not end up between our lines.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        cut = load()
    except Exception as error:  # noqa: BLE001 - whatever keeps a tool from opening is a line in the report
        answers.write(json.dumps({"unavailable": f"{type(error).__name__}: {error}"}) + "\n")
        return
    answers.write("{}\n")
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(json.dumps(_answer(cut, request["in"], request["out"])) + "\n")


def _answer(cut: Cut, source: str, target: str) -> dict[str, float | str]:
    picture = np.load(source)
    wall, cpu = time.perf_counter(), time.process_time()
    refusal = ""
    try:
        cutout = cut(picture)
    except Exception as error:  # noqa: BLE001 - a photo that a tool cannot do is a figure of the report
        refusal = f"{type(error).__name__}: {error}"
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    cost: dict[str, float | str] = {"wall_s": wall, "cpu_s": cpu, "peak_mib": _peak_mib()}
    if refusal:
        return cost | {"refused": refusal}
    np.save(target, cutout)
    return cost


def _peak_mib() -> float:
    """The most resident memory so far.

    Not `ru_maxrss`: that begins with what the process was forked from.
    """
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
