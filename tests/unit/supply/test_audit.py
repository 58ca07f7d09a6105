from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from supply.audit import CANARY, NoAnswer, audit, rounds
from supply.lock import Locked

HOLE = {"id": "PYSEC-2022-8", "fix_versions": ["9.0.1"], "aliases": ["CVE-2022-22815"]}


def package(name: str, version: str = "1") -> Locked:
    """A locked package."""
    return Locked(name, version, here=True, hashes=("ab" * 32,))


class Database:
    """Answers as pip-audit does; knows the canary's hole unless told otherwise."""

    def __init__(
        self, *, holes: Iterable[str] = (), unknown: Iterable[str] = (), knows_canary: bool = True
    ) -> None:
        self._holes, self._unknown, self._knows = set(holes), set(unknown), knows_canary
        self.asked: list[str] = []

    def __call__(self, packages: Iterable[Locked]) -> list[dict[str, Any]]:
        """An entry for each."""
        answers: list[dict[str, Any]] = []
        for each in packages:
            self.asked.append(each.name)
            if each is CANARY:
                answers.append(self._entry(each, HOLE if self._knows else None))
            elif each.name in self._unknown:
                answers.append({"name": each.name, "skip_reason": "not found"})
            else:
                answers.append(self._entry(each, HOLE if each.name in self._holes else None))
        return answers

    @staticmethod
    def _entry(of: Locked, hole: dict[str, Any] | None) -> dict[str, Any]:
        return {"name": of.name, "version": of.version, "vulns": [hole] if hole else []}


def test_clean_versions_pass() -> None:
    """After the database has shown that it knows holes at all."""
    database = Database()
    status, lines = audit([package("one"), package("two")], database)
    assert status == 0, lines
    assert database.asked == [CANARY.name, "one", "two"]


def test_a_hole_fails_and_is_named() -> None:
    """With the version that closes it."""
    status, (line,) = audit([package("one"), package("two", "2.5")], Database(holes=["two"]))
    assert status == 1
    for word in ("two 2.5", "PYSEC-2022-8", "CVE-2022-22815", "9.0.1"):
        assert word in line


def test_a_database_without_advisories_is_none() -> None:
    """A mirror that answers everything with nothing must not look like good news; nothing else is asked."""
    database = Database(knows_canary=False)
    status, (line,) = audit([package("one")], database)
    assert status == 2
    assert "nothing was checked" in line
    assert database.asked == [CANARY.name]


def test_a_package_that_is_skipped_is_not_clean() -> None:
    """It is named as not checked; holes elsewhere count for more."""
    status, lines = audit([package("one"), package("two")], Database(unknown=["two"]))
    assert status == 2
    assert any("two" in line for line in lines)
    assert audit([package("one"), package("two")], Database(unknown=["two"], holes=["one"]))[0] == 1


def test_a_package_without_an_answer_is_not_clean() -> None:
    """However the database comes to leave it out."""

    def forgetful(packages: Iterable[Locked]) -> list[dict[str, Any]]:
        return [each for each in Database()(packages) if each["name"] != "two"]

    status, lines = audit([package("one"), package("two")], forgetful)
    assert status == 2
    assert any(line.startswith("two") for line in lines)


def test_an_unreachable_database_is_told() -> None:
    """With the reason."""

    def away(_packages: Iterable[Locked]) -> list[dict[str, Any]]:
        raise NoAnswer("no route")

    status, (line,) = audit([package("one")], away)
    assert status == 2
    assert line.endswith("nothing was checked: no route")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_version_is_asked_for_once(count: int) -> None:
    """A lock for several Pythons holds several versions of a package, which go into lists of their own."""
    entries = [package("one"), *(package("two", str(n)) for n in range(count)), package("one")]
    lists = list(rounds(entries))
    flat = [(each.name, each.version) for part in lists for each in part]
    assert sorted(flat) == sorted({(each.name, each.version) for each in entries})
    assert all(len({each.name for each in part}) == len(part) for part in lists)
