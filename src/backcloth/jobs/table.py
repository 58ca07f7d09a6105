"""The `jobs` table: one row an accepted request, in the same database as the job engine."""

from __future__ import annotations

import sqlalchemy as sa

from backcloth.storage.database import metadata

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("turn", sa.Integer, nullable=False, server_default="1"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("boot", sa.String(32)),
    sa.Column("stage", sa.String(32)),
    sa.Column("progress", sa.Float),
    sa.Column("result", sa.JSON),
    sa.Column("failure", sa.JSON),
    sa.Column("trace", sa.JSON(none_as_null=True)),
    sa.Column("webhook_url", sa.String(2048)),
    sa.Column("webhook_key", sa.String(64)),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("finished_at", sa.Float),
    sa.Column("expires_at", sa.Float),
    sa.Index("jobs_in_line", "state", "organisation", "turn"),
    sa.Index("jobs_by_expiry", "expires_at"),
)
