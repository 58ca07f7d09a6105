"""Reads the lock files in requirements/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements"

BASE = REQUIREMENTS / "base.txt"
"""What an install of the service without extras gets."""

LOCKS = tuple(path for path in sorted(REQUIREMENTS.glob("*.txt")) if path.stem != "without-torch")
"""All lock files; the other file keeps torch out of one of them."""

_ENTRY = re.compile(
    r"^(?P<requirement>[A-Za-z0-9][^\\\n]*?)\s*\\?\n(?P<hashes>(?:\s+--hash=.*\n)*)", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")


class LockError(ValueError):
    """A lock file holds something that is not pinned and hashed."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of a lock file.

    Attributes:
        name: The package, normalised.
        version: The one version that may be installed.
        here: Whether this Python on this machine installs it; the lock serves all of them.
        hashes: SHA-256 of the files that may be installed.
    """

    name: str
    version: str
    here: bool
    hashes: tuple[str, ...]


def locked(path: Path) -> Iterator[Locked]:
    """The entries of a lock file, in its order.

    Raises:
        LockError: an entry has no exact version or no hash.
        OSError: the file cannot be read.
    """
    for entry in _ENTRY.finditer(path.read_text(encoding="utf-8") + "\n"):
        requirement = Requirement(entry["requirement"])
        pins = [pin for pin in requirement.specifier if pin.operator == "=="]
        hashes = tuple(_HASH.findall(entry["hashes"]))
        if len(requirement.specifier) != 1 or not pins or not hashes:
            raise LockError(f"{path.name}: {requirement.name} is not pinned to one version with hashes")
        here = requirement.marker is None or requirement.marker.evaluate()
        yield Locked(requirement.name, pins[0].version, here, hashes)
