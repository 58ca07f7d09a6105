"""What files in deploy/ say about the service, and what the service says of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from fastapi.routing import APIRoute
from pydantic import BaseModel
from typer import Context
from typer.main import get_group

from backcloth.api import health
from backcloth.cli.main import app
from backcloth.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

HEALTH = {route.path for route in health.router.routes if isinstance(route, APIRoute)}
"""The paths that `serve` and `worker` both answer without a token."""


def setting_names() -> set[str]:
    """Every variable that the service reads."""
    names = set()
    for name, knob in Settings.model_fields.items():
        kind = knob.annotation
        inner = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {"": None}
        names |= {f"BACKCLOTH_{name}_{part}".rstrip("_").upper() for part in inner}
    return names


def named_settings(text: str) -> set[str]:
    """Every variable of the service that a text names."""
    return set(re.findall(r"BACKCLOTH_[A-Z0-9_]*[A-Z0-9]", text))


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings that a process with this environment would have, and no other.

    Raises:
        pydantic.ValidationError: it would not start.
        AssertionError: a variable is none of ours.
    """
    unknown = {name for name in environment if name.startswith("BACKCLOTH_")} - setting_names()
    assert not unknown, f"no such settings: {unknown}"
    with mock.patch.dict(os.environ, environment, clear=True):
        return Settings()


def understood(arguments: Sequence[str]) -> dict[str, Any]:
    """The options that the command line reads from these arguments; nothing is run.

    Raises:
        click.UsageError: it does not understand them.
    """
    name, *options = arguments
    group = get_group(app)
    command = group.get_command(Context(group), name)
    assert command, f"no such command: {name}"
    return dict(command.make_context(name, list(options)).params)
