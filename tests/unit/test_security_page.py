"""SECURITY.md names controls, files and tests that there are."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = (ROOT / "src" / "backcloth", ROOT)
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")


def rows() -> list[tuple[str, str, str]]:
    """Control, places and tests of each row of the table."""
    text = (ROOT / "SECURITY.md").read_text().partition("## Controls")[2].partition("\n## ")[0]
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [(row[0].strip(), row[2], row[3]) for row in cells[2:]]


@functools.cache
def functions_of(path: Path) -> frozenset[str]:
    """The names of what a file defines."""
    return frozenset(
        node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)
    )


def test_the_table_is_read() -> None:
    """As long as it is written."""
    assert len(rows()) > 20


@pytest.mark.parametrize(("control", "places", "tests"), rows(), ids=lambda cell: cell[:40])
def test_each_control_has_its_places_and_its_tests(control: str, places: str, tests: str) -> None:
    """A control that lost its test, or moved away, is noticed."""
    named = re.findall(r"`([^`]+)`", places)
    assert named, control
    for place in named:
        assert any((root / place).exists() for root in PLACES), f"{control}: {place}"
    found = TEST.findall(tests)
    assert len(found) == tests.count("`") / 2 > 0, f"{control}: {tests}"
    for path, name in found:
        assert name in functions_of(ROOT / path), f"{control}: {path} has no {name}"


def test_no_other_test_is_named_that_does_not_exist() -> None:
    """In the deeper page neither."""
    for page in ("SECURITY.md", "docs/security.md"):
        for path, name in TEST.findall((ROOT / page).read_text()):
            assert name in functions_of(ROOT / path), f"{page}: {path} has no {name}"
