from __future__ import annotations

import re
from pathlib import Path

import pytest
from supply.lock import BASE, LOCKS, LockError, locked

HASH = f"--hash=sha256:{'ab' * 32}"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_is_pinned_and_hashed(path: Path) -> None:
    """What is installed is what was locked, byte for byte; no entry is overlooked."""
    entries = list(locked(path))
    lines = [line for line in path.read_text().splitlines() if line[:1].isalnum()]
    assert len(entries) == len(lines) > 5


def test_nothing_is_installed_from_a_lock_without_its_hashes() -> None:
    """Only `--require-hashes` makes pip look at them all."""
    root = BASE.parents[1]
    recipes = [root / "Makefile", root / "training" / "moderation" / "README.md"]
    installs = [
        line for path in recipes for line in path.read_text().splitlines() if " -r requirements/" in line
    ]
    installed = {name for line in installs for name in re.findall(r"-r requirements/([a-z]+)\.txt", line)}
    assert installed == {path.stem for path in LOCKS} - {"base", "cluster"}  # which are for others
    assert all("--require-hashes" in line for line in installs)


def test_the_service_is_locked_as_it_is_developed() -> None:
    """Its own closure is part of those that tests and training run with, version for version."""
    service = {(each.name, each.version) for each in locked(BASE)}
    for name in ("dev.txt", "training.txt"):
        assert service <= {(each.name, each.version) for each in locked(BASE.with_name(name))}, name


@pytest.mark.parametrize(
    "entry", [f"pillow>=13 \\\n    {HASH}\n", "pillow==13.0.0\n", f"pillow \\\n    {HASH}\n", "pillow==1.*\n"]
)
def test_an_entry_without_version_or_hash_is_refused(entry: str, tmp_path: Path) -> None:
    """Such a line would let anything in."""
    path = tmp_path / "lock.txt"
    path.write_text(entry)
    with pytest.raises(LockError, match="pillow"):
        list(locked(path))


def test_markers_say_what_is_installed_here(tmp_path: Path) -> None:
    """One lock file serves every machine."""
    path = tmp_path / "lock.txt"
    path.write_text(f"one==1 ; python_version < '3' \\\n    {HASH}\ntwo==2.5 \\\n    {HASH} \\\n    {HASH}\n")
    one, two = locked(path)
    assert (one.name, one.version, one.here) == ("one", "1", False)
    assert (two.name, two.version, two.here, two.hashes) == ("two", "2.5", True, ("ab" * 32,) * 2)
