"""What is compared: our own moderator in its modes, and others' on the same texts."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from backcloth.moderation.protocol import TextModerator
from backcloth.moderation.words import WordModerator
from backcloth.settings import ModerationSettings
from backcloth.text_moderator import open_text_moderator

PEERS = {"safetext": "safetext==0.3.3", "alt-profanity-check": "alt-profanity-check==1.9.1"}
"""Name → what pip installs for it, each in an environment of its own."""
MODES: tuple[Literal["lax", "standard", "strict"], ...] = ("lax", "standard", "strict")
_WORKER = Path(__file__).parent / "peer_worker.py"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one text got.

    Attributes:
        refused: Whether it would be refused.
        ms: Time the judgement took, in milliseconds.
    """

    refused: bool
    ms: float


@dataclass(frozen=True, slots=True)
class Contestant:
    """One column of the tables.

    Attributes:
        name: Its heading.
        judge: Judges one text.
    """

    name: str
    judge: Callable[[str], Answer]


def own() -> list[Contestant]:
    """Our word list alone, and what the service opens for each of its modes."""
    services = [(mode, open_text_moderator(ModerationSettings(mode=mode))) for mode in MODES]
    return [_timed("words", WordModerator()), *(_timed(mode, moderator) for mode, moderator in services)]


@contextlib.contextmanager
def peer(name: str, environments: Path) -> Iterator[Contestant]:
    """A profanity package from the registry, in a process and an environment of its own."""
    python = _install(environments / f"{name}-venv", PEERS[name])
    command = [str(python), str(_WORKER), name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        sending, answers = _stream(worker.stdin), _stream(worker.stdout)

        def judge(text: str) -> Answer:
            sending.write(json.dumps(text) + "\n")
            sending.flush()
            return Answer(**json.loads(answers.readline()))

        try:
            yield Contestant(name, judge)
        finally:
            sending.close()


def _timed(name: str, moderator: TextModerator) -> Contestant:
    def judge(text: str) -> Answer:
        started = time.perf_counter()
        verdict = moderator.check(text)
        return Answer(not verdict.allowed, 1000 * (time.perf_counter() - started))

    return Contestant(name, judge)


def _stream(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the process was started without this pipe")
    return pipe


def _install(environment: Path, wanted: str) -> Path:
    """Makes the virtual environment unless it is there. Returns its Python."""
    done = environment / ".installed"
    if not done.exists():
        print(f"installing {wanted} into {environment} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", wanted], check=True)
        done.touch()
    return environment / "bin" / "python"
