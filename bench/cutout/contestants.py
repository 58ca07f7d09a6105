"""Who is measured, and each of them as a running process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from bench import peer_rembg
from bench.cutout import peer_selfie

ROOT = Path(__file__).parents[2]


class CannotRun(Exception):
    """A contestant is not available on this machine; says why."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A tool in one setting.

    Attributes:
        name: As in tables and in `--tools`.
        command: Gives the program and its arguments, once all that it needs is in place.
    """

    name: str
    command: Callable[[], list[str]]


def everyone(models: Path, environments: Path) -> list[Contestant]:
    """All contestants, ours first.

    Args:
        models: Where our pulled weights lie.
        environments: Where the peers' virtual environments lie or will be made.
    """
    ours = [
        Contestant(name, partial(_ours, preset, models, refine))
        for name, preset, refine in (
            ("floor", "floor", "refined"),
            ("floor-unrefined", "floor", "unrefined"),
            ("standard", "standard", "refined"),
            ("quality", "quality", "refined"),
        )
    ]
    variants = ("plain", "putalpha", "decontaminated", "matting")
    rembg = [
        Contestant(f"rembg-{model}-{variant}", partial(_rembg, model, variant, models, environments))
        for model in ("u2netp", "u2net")
        for variant in variants
    ]
    return [*ours, *rembg, Contestant("mediapipe-selfie", partial(_selfie, environments))]


def _ours(preset: str, models: Path, refine: str) -> list[str]:
    return [sys.executable, "-m", "bench.cutout.own_worker", preset, str(models), refine]


def _rembg(model: str, variant: str, models: Path, environments: Path) -> list[str]:
    environment = environments / "rembg-venv"
    peer_rembg.install(environment)
    if model == "u2net":
        weights, place = models / "u2net.onnx", environment / "models" / "u2net.onnx"
        if not weights.is_file():
            raise CannotRun(f"{weights.name} is not among our models, and rembg must run on the same file")
        if not place.exists():
            shutil.copyfile(weights, place)
    return [_python(environment), "-m", "bench.cutout.peer_rembg_worker", model, variant]


def _selfie(environments: Path) -> list[str]:
    environment = environments / "selfie-venv"
    network = peer_selfie.install(environment)
    return [_python(environment), "-m", "bench.cutout.peer_selfie_worker", str(network)]


def _python(environment: Path) -> str:
    return str(environment.resolve() / "bin" / "python")


class Running:
    """A contestant's process, loaded and waiting for photos.

    Args:
        contestant: Who.
        environments: As for `everyone`; rembg finds its weights there.
        log: Where its own output goes.

    Raises:
        CannotRun: something that it needs is missing, or it did not open.
    """

    def __init__(self, contestant: Contestant, environments: Path, log: Path) -> None:
        self.name = contestant.name
        self._log = log
        try:
            command = contestant.command()
        except subprocess.CalledProcessError as error:
            raise CannotRun(f"could not be installed: {error}") from error
        began = time.perf_counter()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                # Each finds our loop by the folder it starts in, and rembg our weights by the variable.
                cwd=ROOT,
                env=os.environ | {"U2NET_HOME": str((environments / "rembg-venv" / "models").resolve())},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        try:
            reason = self._answer().get("unavailable")
        except BaseException:
            self.stop()
            raise
        if reason:
            self.stop()
            raise CannotRun(str(reason))
        self.start_s = time.perf_counter() - began
        """From nothing to loaded: imports, whatever they compile, and the network."""

    def cut(self, photo: Path, cutout: Path) -> dict[str, Any]:
        """Has one photo cut out; both are .npy files. Returns what `loop.serve` answers.

        Raises:
            CannotRun: the process ended.
        """
        sending = _stream(self._process.stdin)
        try:
            sending.write(json.dumps({"in": str(photo), "out": str(cutout)}) + "\n")
            sending.flush()
        except BrokenPipeError:
            raise CannotRun(f"ended; see {self._log}") from None
        return self._answer()

    def stop(self) -> None:
        """Lets the process end."""
        _stream(self._process.stdin).close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _stream(self._process.stdout).close()

    def _answer(self) -> dict[str, Any]:
        line = _stream(self._process.stdout).readline()
        if not line:
            raise CannotRun(f"ended; see {self._log}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _stream(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise AssertionError("the process was started with pipes")
    return stream
