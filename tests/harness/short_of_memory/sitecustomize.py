"""On the import path of a process it makes torch's attention run out of memory, as often as a file says.

A CPU does not run out of memory on demand, and the engine has no switch for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_WORKER = "backcloth.scene.diffusion.worker"


def _arrange(left: Path) -> None:
    import torch  # noqa: PLC0415  # an extra

    real = torch.nn.functional.scaled_dot_product_attention

    def attention(*arguments: Any, **options: Any) -> Any:
        failures = int(left.read_text())
        if failures:
            left.write_text(str(failures - 1))
            raise torch.OutOfMemoryError("no memory left, as the test wants it")
        return real(*arguments, **options)

    torch.nn.functional.scaled_dot_product_attention = attention


if _WORKER in sys.orig_argv and "TEST_FAILURES_LEFT" in os.environ:
    _arrange(Path(os.environ["TEST_FAILURES_LEFT"]))
