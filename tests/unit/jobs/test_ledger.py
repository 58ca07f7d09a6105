"""What a job's row keeps of its request."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.placement import KEPT, Placement, Position, Shadow
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.jobs.ledger import Ledger
from backcloth.jobs.table import jobs
from backcloth.storage.database import create_tables, open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """A database with our tables."""
    opened = open_database(f"sqlite:///{tmp_path / 'jobs.db'}")
    create_tables(opened)
    yield opened
    opened.dispose()


def kept(engine: sa.Engine, request: ReplaceBackground) -> tuple[Ledger, str]:
    """A ledger, and the id of a queued job in it."""
    ledger = Ledger(engine, boot="now", retention_s=60, on_webhook=lambda _connection, _job_id: None)
    job_id = uuid.uuid4().hex
    with engine.begin() as connection:
        ledger.insert(connection, job_id, "agency", request, None)
    return ledger, job_id


@pytest.mark.parametrize("placement", [KEPT, Placement(Position.GROUND, 0.1 + 0.2, Shadow.HARD)])
def test_a_request_comes_back_as_it_was(engine: sa.Engine, placement: Placement) -> None:
    """Every field of it, to the last digit."""
    request = ReplaceBackground(
        Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=2**63 - 1, placement=placement
    )
    ledger, job_id = kept(engine, request)
    assert ledger.request(job_id) == request
    assert ledger.start(job_id) == request


def test_a_row_from_before_placements_loads(engine: sa.Engine) -> None:
    """What an earlier version accepted is still run, with the subject where it was."""
    request = ReplaceBackground(Stored("inputs/a-0"), Solid(Colour(1, 2, 3)), seed=4)
    ledger, job_id = kept(engine, request)
    with engine.begin() as connection:
        old = dict(connection.execute(sa.select(jobs.c.request)).scalar_one())
        del old["placement"]
        connection.execute(jobs.update().values(request=old))
    assert ledger.start(job_id) == request
