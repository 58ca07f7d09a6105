"""The table of API tokens."""

from __future__ import annotations

import sqlalchemy as sa

from backcloth.storage.database import metadata

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("prefix", sa.String(16), nullable=False, comment="first characters, to tell tokens apart"),
    sa.Column("hash", sa.String(64), nullable=False, unique=True, comment="SHA-256 of the secret, hex"),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("created_at", sa.Double, nullable=False, comment="Unix seconds"),
    sa.Column("revoked_at", sa.Double, nullable=True, comment="Unix seconds; NULL while it works"),
    sa.Column("expires_at", sa.Double, nullable=True, comment="Unix seconds; NULL: never"),
)
