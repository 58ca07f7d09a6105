"""API tokens: shown once, kept as hashes, revocable; each belongs to one organisation."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from backcloth.accounts.table import tokens
from backcloth.errors import Forbidden, Unauthenticated

_SECRET_BYTES = 32
_SECRET_MAX = 256
_PREFIX_MAX = 8
_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHOWN = (tokens.c.id, tokens.c.prefix, tokens.c.organisation, tokens.c.created_at, tokens.c.revoked_at)
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling."""

    organisation: str
    token_id: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. `secret` exists nowhere else: it is shown once and then gone."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be shown of a token. Times are Unix seconds; `revoked_at` is None while it works."""

    id: str
    prefix: str
    organisation: str
    created_at: float
    revoked_at: float | None


class Tokens:
    """The tokens of every organisation.

    A token of ours has 256 random bits, so a plain SHA-256 keeps it as safe as a slow hash would, and
    finding the row by the hash leaks nothing about the secret through timing.

    Args:
        engine: The database; its tables exist.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def create(self, organisation: str) -> NewToken:
        """Makes a token.

        Raises:
            ValueError: the organisation is not 1 to 64 letters, digits, dots, dashes or underscores.
        """
        secret = f"bc_{secrets.token_urlsafe(_SECRET_BYTES)}"
        return NewToken(id=self._insert(secret, organisation), secret=secret)

    def ensure(self, secret: str, organisation: str) -> Principal:
        """Makes a token of a secret that the operator chose, unless it is there already.

        Raises:
            ValueError: the secret cannot travel in a header; it was revoked, which only another secret
                can undo; it belongs to another organisation; or the organisation is malformed.
        """
        if len(secret) > _SECRET_MAX or not _HEADER_SAFE.fullmatch(secret):
            raise ValueError(f"a token is 1 to {_SECRET_MAX} visible ASCII characters without spaces")
        found = self._find(secret)
        if found is None:
            try:
                return Principal(organisation, self._insert(secret, organisation))
            except sa.exc.IntegrityError:
                # Another process was first.
                found = self._find(secret)
        if found is None or found.revoked_at is not None:
            raise ValueError("this token was revoked; choose another")
        if found.organisation != organisation:
            raise ValueError("this token belongs to another organisation; choose another")
        return Principal(found.organisation, found.id)

    def list(self) -> tuple[TokenInfo, ...]:
        """All tokens, the oldest first, revoked ones too."""
        query = sa.select(*_SHOWN).order_by(tokens.c.created_at, tokens.c.id)
        with self._engine.connect() as connection:
            return tuple(TokenInfo(*row) for row in connection.execute(query))

    def revoke(self, token_id: str) -> bool:
        """Ends a token at once and for good. False when no working token has this id."""
        change = (
            sa.update(tokens)
            .where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
            .values(revoked_at=time.time())
        )
        with self._engine.begin() as connection:
            return connection.execute(change).rowcount == 1

    def authenticate(self, secret: str | None) -> Principal:
        """Who holds this secret. Any text is safe to pass.

        Raises:
            Unauthenticated: none given, or unknown.
            Forbidden: revoked.
        """
        if not secret:
            raise Unauthenticated("the api_token header is missing")
        found = self._find(secret)
        if found is None:
            raise Unauthenticated("the api_token is not known here")
        if found.revoked_at is not None:
            raise Forbidden("this api_token was revoked")
        return Principal(found.organisation, found.id)

    def _find(self, secret: str) -> TokenInfo | None:
        query = sa.select(*_SHOWN).where(tokens.c.hash == _digest(secret))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else TokenInfo(*row)

    def _insert(self, secret: str, organisation: str) -> str:
        if not _ORGANISATION.fullmatch(organisation):
            raise ValueError("an organisation is 1 to 64 letters, digits, dots, dashes or underscores")
        token_id = f"tok_{secrets.token_hex(8)}"
        row = {
            "id": token_id,
            # A short secret shows at most a quarter of itself.
            "prefix": secret[: min(_PREFIX_MAX, len(secret) // 4)],
            "hash": _digest(secret),
            "organisation": organisation,
            "created_at": time.time(),
            "revoked_at": None,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(tokens).values(row))
        return token_id


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
