from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from backcloth.accounts.table import tokens
from backcloth.storage.database import create_tables, open_database
from harness.postgres import Postgres


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """A new database in a folder that does not exist yet."""
    made = open_database(f"sqlite:///{tmp_path}/new/state.db")
    yield made
    made.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
def test_every_connection_is_prepared(engine: sa.Engine, pragma: str, value: object) -> None:
    """The settings hold on the second connection as on the first."""
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert connection.execute(sa.text(f"PRAGMA {pragma}")).scalar() == value


def test_writers_begin_immediately(engine: sa.Engine) -> None:
    """A writing transaction takes the lock at once, so two of them queue and cannot deadlock."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        assert raw.isolation_level == "IMMEDIATE"


def test_concurrent_writers_all_succeed(engine: sa.Engine) -> None:
    """Read-then-write transactions of several threads all commit; none is refused as locked."""
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(sa.text("INSERT INTO counter VALUES (0)"))

    def count() -> None:
        for _ in range(10):
            with engine.begin() as connection:
                connection.execute(sa.text("UPDATE counter SET n = n + 1"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT n FROM counter")).scalar() == 40


def test_tables_are_created_once(engine: sa.Engine) -> None:
    """Creating them again leaves them and their rows as they are."""
    create_tables(engine)
    row = {"id": "a", "prefix": "", "hash": "h", "organisation": "o", "created_at": 0.0}
    with engine.begin() as connection:
        connection.execute(sa.insert(tokens).values(row))
    create_tables(engine)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tokens)).scalar() == 1


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_is_opened_with_psycopg(scheme: str) -> None:
    """A PostgreSQL URL needs no driver name, and opening it does not connect yet."""
    engine = open_database(f"{scheme}://user:secret@db.example/backcloth")
    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.url.password == "secret"  # noqa: S105 - made up above
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "state.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://host/db",
        "postgres://host/db",
    ],
)
def test_other_databases_are_refused(url: str) -> None:
    """What cannot hold durable jobs is refused at start."""
    with pytest.raises(ValueError, match=r"database"):
        open_database(url)


def test_subsecond_time_is_known_to_any_sqlite(tmp_path: Path) -> None:
    """The job engine's tables need it as a column's default, also on SQLite before 3.42."""
    engine = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    with engine.begin() as connection:
        connection.execute(
            sa.text("CREATE TABLE t (a TEXT, at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000))")
        )
        connection.execute(sa.text("INSERT INTO t (a) VALUES ('x')"))
        at = connection.execute(sa.text("SELECT at FROM t")).scalar_one()
    engine.dispose()
    assert abs(at / 1000 - time.time()) < 5


FIRST_RELEASE = """CREATE TABLE tokens (
    id VARCHAR(32) NOT NULL PRIMARY KEY, prefix VARCHAR(16) NOT NULL, hash VARCHAR(64) NOT NULL UNIQUE,
    organisation VARCHAR(64) NOT NULL, created_at DOUBLE PRECISION NOT NULL, revoked_at DOUBLE PRECISION
)"""
"""The table of tokens as the first release made it."""


def of_the_first_release(folder: Path) -> str:
    """The URL of a database that a service of the first release left, with one token in it."""
    url = f"sqlite:///{folder}/old.db"
    engine = open_database(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(FIRST_RELEASE)
        connection.exec_driver_sql("INSERT INTO tokens VALUES ('a', 'b', 'h', 'acme', 1.5, NULL)")
    engine.dispose()
    return url


def test_an_older_database_gets_the_columns_it_lacks(tmp_path: Path) -> None:
    """Its rows stay, with nothing in what is new, and both this release and the older one can add more."""
    engine = open_database(of_the_first_release(tmp_path))
    create_tables(engine)
    with engine.begin() as connection:
        [row] = connection.execute(sa.select(tokens))
        assert tuple(row) == ("a", "b", "h", "acme", 1.5, None, None)
        connection.execute(sa.update(tokens).values(expires_at=9.5))
        connection.exec_driver_sql(
            "INSERT INTO tokens (id, prefix, hash, organisation, created_at) VALUES ('c', '', 'i', 'acme', 2)"
        )
        expiries = connection.execute(sa.select(tokens.c.expires_at).order_by(tokens.c.id))
        assert list(expiries.scalars()) == [9.5, None]
    engine.dispose()


def test_processes_that_start_together_add_a_column_once(tmp_path: Path) -> None:
    """However many come upon an older database at the same moment, none fails."""
    url = of_the_first_release(tmp_path)
    engines = [open_database(url) for _ in range(6)]
    together = threading.Barrier(len(engines))
    failed: list[Exception] = []

    def start(engine: sa.Engine) -> None:
        together.wait()
        try:
            create_tables(engine)
        except sa.exc.SQLAlchemyError as problem:
            failed.append(problem)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert failed == []


def test_an_old_postgresql_is_refused(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says it is PostgreSQL 14 gets no tables and a sentence; the real one gets them."""
    engine = open_database(postgres.new_database())
    monkeypatch.setattr(type(engine.dialect), "_get_server_version_info", lambda *_of: (14, 11))
    with pytest.raises(ValueError, match=r"^the server is PostgreSQL 14\.11; 15 or newer is needed$"):
        create_tables(engine)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    monkeypatch.undo()
    engine = open_database(engine.url.render_as_string(hide_password=False))
    create_tables(engine)
    assert "tokens" in sa.inspect(engine).get_table_names()
    engine.dispose()
