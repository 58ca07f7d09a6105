"""What commands show of the database's records, run as `backcloth` is, but in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backcloth.cli.main import app
from backcloth.jobs.deliveries import Deliveries, Delivery
from backcloth.storage.database import create_tables, open_database

FAILED = Delivery("a" * 32, 1, "example.com:443", 1000.5, 0.25, "failed", "status 500", 1060.75)
TAKEN = Delivery("a" * 32, 2, "example.com:443", 1060.75, 0.1, "delivered", "", None)
GIVEN_UP = Delivery("b" * 32, 5, "example.org:80", 4000.0, 10.0, "failed", "timeout", None)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder whose service has told two jobs' ends."""
    engine = open_database(f"sqlite:///{tmp_path / 'backcloth.db'}")
    create_tables(engine)
    for delivery in (FAILED, TAKEN, GIVEN_UP):
        Deliveries(engine).add(delivery)
    engine.dispose()
    return tmp_path


def run(data_dir: Path, *arguments: str) -> Result:
    """A command's end."""
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(data_dir)])


def test_deliveries_are_shown_to_people(data_dir: Path) -> None:
    """The newest first, with what comes next."""
    shown = run(data_dir, "deliveries")
    assert shown.exit_code == 0
    assert [line.rsplit("  ", 2)[1:] for line in shown.stdout.splitlines()] == [
        ["example.org:80", "failed: timeout, given up"],
        ["example.com:443", "delivered"],
        ["example.com:443", "failed: status 500, again at 1970-01-01 00:17:40"],
    ]


def test_deliveries_are_shown_to_programs(data_dir: Path) -> None:
    """One object a line, of one job or of what failed."""
    one = run(data_dir, "deliveries", "--json", "--job", "a" * 32)
    assert [json.loads(line)["attempt"] for line in one.stdout.splitlines()] == [2, 1]
    failed = run(data_dir, "deliveries", "--json", "--failed", "--limit", "1")
    assert [json.loads(line) for line in failed.stdout.splitlines()] == [
        {
            "job_id": "b" * 32,
            "attempt": 5,
            "receiver": "example.org:80",
            "at": 4000.0,
            "seconds": 10.0,
            "verdict": "failed",
            "reason": "timeout",
            "next_at": None,
        }
    ]
