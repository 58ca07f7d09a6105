"""Whether the diffusion extra is installed, for the tests that need it."""

from __future__ import annotations

import importlib.util

import pytest

DIFFUSION = all(importlib.util.find_spec(name) for name in ("torch", "diffusers", "transformers", "peft"))

NOT_TESTED = (
    "the diffusion extra is not installed; `make test WITH=diffusion` installs it and runs these tests"
)

needs_diffusion = [
    pytest.mark.skipif(not DIFFUSION, reason=NOT_TESTED),
    pytest.mark.filterwarnings("default"),  # warnings of torch and diffusers are not ours to mend
]
"""The `pytestmark` of a module that loads models."""
