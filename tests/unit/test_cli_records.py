"""What commands show of the database's records, run as `backcloth` is, but in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backcloth.domain.job import Result
from backcloth.jobs.deliveries import Deliveries, Delivery
from backcloth.jobs.usage import meter
from backcloth.storage.database import create_tables, open_database
from harness.in_process import run

FAILED = Delivery("a" * 32, 1, "example.com:443", 1000.5, 0.25, "failed", "status 500", 1060.75)
TAKEN = Delivery("a" * 32, 2, "example.com:443", 1060.75, 0.1, "delivered", "", None)
GIVEN_UP = Delivery("b" * 32, 5, "example.org:80", 4000.0, 10.0, "failed", "timeout", None)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with two jobs' webhooks and what one of them used."""
    engine = open_database(f"sqlite:///{tmp_path / 'backcloth.db'}")
    create_tables(engine)
    for delivery in (FAILED, TAKEN, GIVEN_UP):
        Deliveries(engine).add(delivery)
    record = {"engine": "solid", "size": [1000, 1500], "seconds": {"cutout": 0.5, "plate": 0.25}}
    with engine.begin() as connection:
        meter(connection, "a" * 32, "agency", 1000.0, Result("results/a.png", 1, 4, record=record))
    engine.dispose()
    return tmp_path


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


def test_usage_is_shown(data_dir: Path) -> None:
    """Of the month asked for, of the organisation asked for; a month that is none is refused."""
    shown = run(data_dir, "usage", "--month", "1970-01").stdout
    assert " ".join(shown.split()) == "1970-01 agency replace_background solid 1 jobs 1.5 MP 0.8 s"
    told = json.loads(run(data_dir, "usage", "--month", "1970-01", "--json").stdout)
    assert told == {
        "month": "1970-01",
        "organisation": "agency",
        "kind": "replace_background",
        "engine": "solid",
        "jobs": 1,
        "pixels": 1_500_000,
        "seconds": 0.75,
    }
    assert run(data_dir, "usage", "--month", "1970-01", "--organisation", "shop").stdout == ""
    assert run(data_dir, "usage").stdout == ""
    assert run(data_dir, "usage", "--month", "1970-13").exit_code == 2


def test_quotas_are_set_shown_and_removed(data_dir: Path) -> None:
    """A quota is changed in place; names that no organisation can have are refused."""
    assert run(data_dir, "quotas", "set", "agency", "5").exit_code == 0
    assert run(data_dir, "quotas", "set", "agency", "7").exit_code == 0
    shown = run(data_dir, "quotas", "list").stdout
    assert " ".join(shown.split()) == "agency 0 of 7 jobs this month"
    told = json.loads(run(data_dir, "quotas", "list", "--json").stdout)
    assert told == {"organisation": "agency", "jobs_a_month": 7, "taken": 0}
    assert run(data_dir, "quotas", "set", "no such", "5").exit_code == 2
    assert run(data_dir, "quotas", "remove", "agency").exit_code == 0
    assert run(data_dir, "quotas", "remove", "agency").exit_code == 1
    assert run(data_dir, "quotas", "list").stdout == ""


def test_retentions_are_set_shown_and_removed(data_dir: Path) -> None:
    """A retention is changed in place; organisations and times that cannot be are refused."""
    assert run(data_dir, "retention", "set", "agency", "5").exit_code == 0
    assert run(data_dir, "retention", "set", "agency", "0.5").exit_code == 0
    assert " ".join(run(data_dir, "retention", "list").stdout.split()) == "agency 0.5 days"
    told = json.loads(run(data_dir, "retention", "list", "--json").stdout)
    assert told == {"organisation": "agency", "days": 0.5}
    for wrong in (["no such", "5"], ["agency", "0"], ["agency", "3651"], ["agency", "nan"]):
        assert run(data_dir, "retention", "set", *wrong).exit_code == 2
    assert run(data_dir, "retention", "remove", "agency").exit_code == 0
    assert run(data_dir, "retention", "remove", "agency").exit_code == 1
    assert run(data_dir, "retention", "list").stdout == ""
