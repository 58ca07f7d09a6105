"""Command lines of the service with something around them, given to Python's -c."""

from __future__ import annotations

TOY_S = 0.05

_TOY = f"""
import hashlib, time
from backcloth.cli.main import app
from backcloth.scene.solid import SolidEngine

made = SolidEngine.generate

def generate(engine, job):
    until = time.thread_time() + {TOY_S}
    while time.thread_time() < until:
        hashlib.sha256(bytes(1 << 18))  # lets other threads run, as a network does
    return made(engine, job)

SolidEngine.generate = generate
app()
"""

TOY = ("-c", _TOY)
"""The whole service, its engine of flat colours made to cost 50 ms of CPU more a job."""


def pinned(core: int) -> tuple[str, str]:
    """The service as it is, on one core, as if that were its machine."""
    return "-c", f"import os; os.sched_setaffinity(0, {{{core}}}); from backcloth.cli.main import app; app()"
