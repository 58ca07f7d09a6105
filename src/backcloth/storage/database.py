"""The database: one engine for our tables and for the job engine, on SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

metadata = sa.MetaData()
"""Every table of ours, whichever package declares it."""

POOL_SIZE = 10
POOL_TIMEOUT_S = 30
CONNECT_S = 5
SQLITE_BUSY_MS = 30_000
"""Several processes may share the file: a writer waits this long for the others before it fails."""

_SUBSECONDS_SINCE = (3, 42)
"""SQLite's version from which `unixepoch('subsec')` is known. The job engine's tables use it as a default on
Python 3.12 and up, and older SQLite, as Debian 12 has it, gives NULL there instead of an error."""

OLDEST_POSTGRESQL = 15
"""Older major versions get no more updates since November 2026. The tests run on 18."""

_SCHEMA_LOCK = 0x6261636B636C6F74
"""PostgreSQL advisory lock held while tables are created; two processes may start at once."""


def open_database(url: str) -> sa.Engine:
    """Opens the engine that holds both our rows and the jobs.

    SQLite runs in WAL mode with synchronous FULL, so a committed row survives power loss, and every
    transaction that writes begins IMMEDIATE, so two writers queue instead of deadlocking. Errors do not
    quote the values of a statement, which hold prompts, URLs and keys.

    Args:
        url: `sqlite:///relative/file.db`, `sqlite:////absolute/file.db`, or
            `postgresql://user:password@host/database`. The folder of a SQLite file is created.

    Raises:
        ValueError: another kind of database, or a SQLite URL without a file.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ValueError("the database URL cannot be read") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql":
            return sa.create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=POOL_SIZE,
                max_overflow=0,
                pool_timeout=POOL_TIMEOUT_S,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={"connect_timeout": CONNECT_S},
            )
        case other:
            raise ValueError(f"the database must be sqlite or postgresql, not {other}")


def open_session(url: str, *, idle_s: float) -> sa.Connection:
    """A connection to PostgreSQL outside any pool, in autocommit, for locks and notifications.

    It needs a session of its own: a pooler in front of the server must not be in transaction mode.

    Args:
        url: The database.
        idle_s: Seconds of silence after which the server ends the session, and with it its locks.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached.
    """
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"),
        poolclass=sa.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": CONNECT_S, "tcp_user_timeout": int(idle_s * 1000)},
    )
    session = engine.connect()
    session.execute(sa.text(f"SET idle_session_timeout = {int(idle_s * 1000)}"))
    return session


def create_tables(engine: sa.Engine) -> None:
    """Creates the tables, columns and indexes of `metadata` that do not exist yet.

    A database of an older release thereby becomes one of this release, and the older release goes on working
    with it: what exists is left as it is. A column that is added to a table later must be nullable, and have
    no constraint of its own. Safe when several processes start at once.

    Raises:
        ValueError: the server is older than PostgreSQL 15.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            _require_version(engine.dialect.server_version_info or ())
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
        else:
            # Nothing but a change of rows begins a transaction by itself.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            _add_columns(connection, table)
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(CreateIndex(index, if_not_exists=True))


def _require_version(version: tuple[Any, ...]) -> None:
    if version < (OLDEST_POSTGRESQL,):
        found = ".".join(map(str, version))
        raise ValueError(f"the server is PostgreSQL {found}; {OLDEST_POSTGRESQL} or newer is needed")


def _add_columns(connection: sa.Connection, table: sa.Table) -> None:
    present = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    name = connection.dialect.identifier_preparer.format_table(table)
    for column in table.columns:
        if column.name not in present:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {definition}")


def _open_sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("a SQLite database needs a file, as in sqlite:///data/state.db")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    url = url.set(drivername="sqlite+pysqlite")
    engine = sa.create_engine(
        url, pool_size=POOL_SIZE, max_overflow=0, pool_timeout=POOL_TIMEOUT_S, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Sets what SQLite forgets with each connection. `connection` is the raw sqlite3 one."""
    connection.isolation_level = "IMMEDIATE"
    # The busy timeout stands first: switching to WAL itself needs the lock for a moment.
    connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if sqlite3.sqlite_version_info < _SUBSECONDS_SINCE:
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float | None:
    """What newer versions answer to `unixepoch('subsec')`, to milliseconds."""
    return round(time.time(), 3) if modifier == "subsec" else None
