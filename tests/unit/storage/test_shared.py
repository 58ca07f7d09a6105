"""The secret that all processes on one PostgreSQL share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from backcloth.storage.database import create_tables, open_database
from backcloth.storage.shared import given_secret, shared_secret
from harness.postgres import Postgres

SETTING = "a secret of the operator's own, long enough"


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[sa.Engine]:
    """A new database with our tables."""
    opened = open_database(postgres.new_database())
    create_tables(opened)
    yield opened
    opened.dispose()


def test_processes_that_start_together_get_one_secret(engine: sa.Engine) -> None:
    """The first makes it, whoever that is, and it is 32 bytes."""
    with ThreadPoolExecutor(6) as threads:
        found = set(threads.map(lambda _n: shared_secret(engine, None), range(6)))
    assert len(found) == 1
    assert len(found.pop()) == 32


def test_the_operators_secret_is_not_kept(engine: sa.Engine) -> None:
    """The database holds a fingerprint, from which the key cannot be had."""
    assert shared_secret(engine, SETTING) == given_secret(SETTING)
    with engine.connect() as connection:
        value = connection.execute(sa.text("SELECT value FROM shared")).scalar_one()
    assert given_secret(SETTING).hex() not in value
    assert shared_secret(engine, SETTING) == given_secret(SETTING)


@pytest.mark.parametrize("first", [None, SETTING])
@pytest.mark.parametrize("second", [None, "another secret, which is long enough too"])
def test_processes_that_disagree_do_not_start(
    engine: sa.Engine, first: str | None, second: str | None
) -> None:
    """Whoever comes second with another secret is told so."""
    shared_secret(engine, first)
    if first == second:
        return
    with pytest.raises(ValueError, match="BACKCLOTH_SIGNING_SECRET"):
        shared_secret(engine, second)
