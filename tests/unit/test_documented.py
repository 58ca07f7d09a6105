"""The documents name what there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from backcloth.api.wire import ReplaceBackgroundBody
from backcloth.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def variables() -> list[str]:
    """Every setting as its environment variable."""
    names = []
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            names += [f"BACKCLOTH_{name}_{knob}".upper() for knob in group.model_fields]
        else:
            names.append(f"BACKCLOTH_{name}".upper())
    return names


@pytest.mark.parametrize("variable", variables())
def test_every_setting_is_documented(variable: str) -> None:
    """docs/configuration.md has a row for the setting."""
    assert f"| `{variable}` |" in (DOCS / "configuration.md").read_text()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """No row outlives its setting."""
    rows = [
        line.split("`")[1] for line in (DOCS / "configuration.md").read_text().splitlines() if "| `B" in line
    ]
    assert sorted(rows) == sorted(variables())


@pytest.mark.parametrize("field", ReplaceBackgroundBody.model_fields)
def test_every_field_is_documented(field: str) -> None:
    """docs/compatibility.md has a row for the request field."""
    assert f"| `{field}` |" in (DOCS / "compatibility.md").read_text()
