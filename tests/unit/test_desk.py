"""What a process opens that accepts jobs and runs none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backcloth.desk import open_desk
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.settings import ModerationSettings, Settings
from backcloth.storage.store import open_store

SECRET = b"s" * 32


def test_judges_of_pictures_are_known_by_name() -> None:
    """Whether a check can be asked for is as the settings say, though the network is not opened here."""
    desk = open_desk(
        Settings(moderation=ModerationSettings.model_validate({"input": "nudity", "output": "none"})),
        open_store("memory://"),
        SECRET,
    )
    assert desk.image_moderator
    assert desk.image_moderator.name == "nudity"
    assert desk.result_moderator is None
    desk.close()


def test_a_forced_check_needs_somebody_here_too() -> None:
    """What stops a worker's start stops this one."""
    moderation = ModerationSettings.model_validate({"force": "image", "input": "none"})
    with pytest.raises(ModeratorUnavailable, match="BACKCLOTH_MODERATION_INPUT names nobody"):
        open_desk(Settings(moderation=moderation), open_store("memory://"), SECRET)


def test_nothing_is_loaded_that_only_jobs_use() -> None:
    """With all its defaults, a process that only accepts jobs has neither a network runtime nor a cut-out."""
    program = """
import sys
from backcloth.desk import open_desk
from backcloth.service import Service
from backcloth.settings import Settings
from backcloth.storage.store import open_store
open_desk(Settings(), open_store("memory://"), bytes(32))
loaded = {"onnxruntime", "backcloth.engines", "backcloth.cutout.presets", "backcloth.jobs.crew"}
sys.exit(", ".join(loaded & sys.modules.keys()) or 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
