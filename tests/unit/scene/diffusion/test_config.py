"""The operator's table."""

from __future__ import annotations

from typing import Any

import pytest

from backcloth.scene.diffusion.config import Hardware, read_config
from backcloth.scene.diffusion.preset import DiffusionError


def test_the_defaults_are_safe() -> None:
    """A table with a preset alone paints one job at a time, on one device, and asks about licences."""
    config = read_config({"kind": "diffusion", "preset": "klein-fast"})
    assert (config.max_batch, config.devices, config.accept_license, config.check) == (
        1,
        ("auto",),
        False,
        True,
    )
    assert config.hardware == Hardware()


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({}, "preset"),
        ({"preset": "klein-fast", "stepps": 3}, "stepps"),
        ({"preset": "klein-fast", "devices": ["gpu"]}, "devices.0"),
        ({"preset": "klein-fast", "devices": ["cuda:0", "cuda:0"]}, "named once"),
        ({"preset": "klein-fast", "dtype": "float8"}, "dtype"),
        ({"preset": "klein-fast", "compile": True}, "needs buckets"),
        (
            {"preset": "klein-fast", "compile": True, "buckets": [[64, 64]], "offload": "group"},
            "offload = group",
        ),
        ({"preset": "klein-fast", "attention": "Flash; rm"}, "attention"),
        ({"preset": "klein-fast", "timeout_s": 0}, "timeout_s"),
        ({"preset": "klein-fast", "buckets": [[10, 10]]}, "buckets.0"),
    ],
)
def test_a_wrong_key_is_named(table: dict[str, Any], complaint: str) -> None:
    """Whatever is wrong with a table is one sentence with the key in it."""
    with pytest.raises(DiffusionError, match=complaint):
        read_config(table)
