from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from supply import licences
from supply.licences import allowed, judged, stated
from supply.lock import BASE, Locked, locked

Installed = Callable[[str], Distribution]


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """A package that states its licence in the lines given."""

    def make(lines: str) -> Distribution:
        (tmp_path / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: x\nVersion: 1\n{lines}\n\nAbout it.\n"
        )
        return Distribution.at(tmp_path)

    return make


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: MIT AND PSF-2.0", "MIT AND PSF-2.0"),
        ("License: mit", "MIT"),
        ("License: Apache 2.0", "Apache-2.0"),
        ("License: 3-Clause BSD License", "BSD-3-Clause"),
        ("License: AGPL-3.0-only\nClassifier: License :: OSI Approved :: MIT License", "AGPL-3.0-only"),
        ("License: see LICENSE\nClassifier: License :: OSI Approved :: MIT License", "MIT"),
        ("Classifier: License :: OSI Approved :: ISC License (ISCL)", "ISC"),
        ("Classifier: License :: OSI Approved :: BSD License", ""),
        ("Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)", ""),
        ("License: proprietary", ""),
        ("", ""),
    ],
)
def test_a_licence_is_read_where_it_is_stated_clearly(installed: Installed, lines: str, licence: str) -> None:
    """By the newest of the ways to state it; what is vague stays empty, and so is refused."""
    assert stated(installed(lines).metadata) == licence


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("MPL-2.0", False),
        ("LGPL-3.0-only", False),
        ("", False),
        ("MIT OR GPL-2.0-only", True),
        ("GPL-2.0-only OR MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("GPL-2.0-only AND MIT OR ISC", True),
        ("(MIT OR GPL-2.0-only) AND AGPL-3.0-only", False),
        ("MIT AND (GPL-2.0-only OR ISC)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only WITH GCC-exception-3.1", False),
    ],
)
def test_an_expression_is_met_by_licences_on_the_list_or_refused(expression: str, may: bool) -> None:
    """OR leaves a choice, AND does not, brackets bind."""
    assert allowed(expression) is may


def test_the_services_closure_has_licences_on_the_list() -> None:
    """No GPL and no AGPL: what an operator installs may be used, changed and sold."""
    findings = list(judged(locked(BASE)))
    assert len(findings) > 40
    assert [f"{finding.package.name}: {finding.problem}" for finding in findings if finding.problem] == []


def test_a_copyleft_package_would_be_found(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with 1 and names it, and so it does for one that is not installed."""
    monkeypatch.setattr(licences, "metadata", lambda _name: installed("License: AGPL-3.0-only").metadata)
    package = Locked("copyleft", "1", here=True, hashes=())
    (finding,) = judged([package])
    assert "AGPL-3.0-only" in finding.problem
    assert not list(judged([Locked("elsewhere", "1", here=False, hashes=())]))
    assert licences.main([]) == 1
    assert "has the licence AGPL-3.0-only" in capsys.readouterr().err
    monkeypatch.undo()
    (missing,) = judged([package])
    assert "not installed" in missing.problem


def test_an_exception_holds_for_one_package_and_one_licence(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One may stay as it is; neither another package nor another licence of psycopg slips in with it."""
    monkeypatch.setattr(licences, "metadata", lambda _name: installed("License: LGPL-3.0-only").metadata)
    problems = [
        finding.problem
        for finding in judged(Locked(name, "1", here=True, hashes=()) for name in ("psycopg", "x"))
    ]
    assert [bool(problem) for problem in problems] == [False, True]
    monkeypatch.setattr(licences, "metadata", lambda _name: installed("License: GPL-3.0-only").metadata)
    (finding,) = judged([Locked("psycopg", "1", here=True, hashes=())])
    assert finding.problem
