from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment import DEPLOY, ROOT, named_settings, setting_names

FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(DEPLOY).as_posix())
def test_every_named_setting_exists(path: Path) -> None:
    """A setting that is renamed or removed cannot go on being set in deploy/, to no effect."""
    assert named_settings(path.read_text()) <= setting_names()


def test_names_are_found() -> None:
    """The search above finds settings, those in comments too, and would miss none that is misspelt."""
    assert named_settings("x: ${BACKCLOTH_JOB_DRAIN_S}, BACKCLOTH_JOBS_DRAIN_S.") == {
        "BACKCLOTH_JOB_DRAIN_S",
        "BACKCLOTH_JOBS_DRAIN_S",
    }
    assert "BACKCLOTH_JOB_DRAIN_S" in setting_names()
    assert "BACKCLOTH_JOBS_DRAIN_S" not in setting_names()


def test_every_setting_is_described() -> None:
    """The page of settings names each."""
    described = named_settings((ROOT / "docs" / "configuration.md").read_text())
    assert setting_names() <= described
