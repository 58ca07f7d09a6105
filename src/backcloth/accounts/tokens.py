"""API tokens: shown once, kept as hashes, revocable, replaceable; each belongs to one organisation."""

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
_SHOWN = (
    tokens.c.id,
    tokens.c.prefix,
    tokens.c.organisation,
    tokens.c.created_at,
    tokens.c.revoked_at,
    tokens.c.expires_at,
)
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
    """What may be shown of a token.

    Times are Unix seconds; `revoked_at` is None unless it was revoked, `expires_at` unless it was replaced.
    """

    id: str
    prefix: str
    organisation: str
    created_at: float
    revoked_at: float | None
    expires_at: float | None

    def works(self, now: float) -> bool:
        """Whether it opens anything at this time, Unix seconds."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


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
        secret = _new_secret()
        return NewToken(id=self._add(secret, organisation), secret=secret)

    def ensure(self, secret: str, organisation: str) -> Principal:
        """Makes a token of a secret that the operator chose, unless it is there already.

        Raises:
            ValueError: the secret cannot travel in a header; it was revoked or replaced, which only another
                secret can undo; it belongs to another organisation; or the organisation is malformed.
        """
        if len(secret) > _SECRET_MAX or not _HEADER_SAFE.fullmatch(secret):
            raise ValueError(f"a token is 1 to {_SECRET_MAX} visible ASCII characters without spaces")
        found = self._find(secret)
        if found is None:
            try:
                return Principal(organisation, self._add(secret, organisation))
            except sa.exc.IntegrityError:
                # Another process was first.
                found = self._find(secret)
        if found is None or not found.works(time.time()):
            raise ValueError("this token was revoked or has expired; choose another")
        if found.organisation != organisation:
            raise ValueError("this token belongs to another organisation; choose another")
        return Principal(found.organisation, found.id)

    def list(self) -> tuple[TokenInfo, ...]:
        """All tokens, the oldest first, also those that work no more."""
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

    def rotate(self, token_id: str, overlap_s: float) -> NewToken | None:
        """Makes a token that replaces another of the same organisation, both at once or neither.

        Args:
            token_id: The one to replace. It goes on working for a while, so that clients can change over.
            overlap_s: How long that is, in seconds; 0 ends it now. An earlier expiry of its own stands.

        Returns:
            The new token; None when no working token has this id.
        """
        now = time.time()
        end = now + overlap_s
        change = (
            sa.update(tokens)
            .where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
            .where(sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now))
            .values(expires_at=sa.case((tokens.c.expires_at < end, tokens.c.expires_at), else_=end))
            .returning(tokens.c.organisation)
        )
        secret = _new_secret()
        with self._engine.begin() as connection:
            organisation = connection.execute(change).scalar_one_or_none()
            if organisation is None:
                return None
            return NewToken(id=_insert(connection, secret, organisation), secret=secret)

    def authenticate(self, secret: str | None) -> Principal:
        """Who holds this secret. Any text is safe to pass.

        Raises:
            Unauthenticated: none given, or unknown.
            Forbidden: revoked or expired.
        """
        if not secret:
            raise Unauthenticated("the api_token header is missing")
        found = self._find(secret)
        if found is None:
            raise Unauthenticated("the api_token is not known here")
        if found.revoked_at is not None:
            raise Forbidden("this api_token was revoked")
        if not found.works(time.time()):
            raise Forbidden("this api_token has expired; use the one that replaced it")
        return Principal(found.organisation, found.id)

    def _find(self, secret: str) -> TokenInfo | None:
        query = sa.select(*_SHOWN).where(tokens.c.hash == _digest(secret))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else TokenInfo(*row)

    def _add(self, secret: str, organisation: str) -> str:
        require_organisation(organisation)
        with self._engine.begin() as connection:
            return _insert(connection, secret, organisation)


def require_organisation(name: str) -> None:
    """Nothing, for a name that an organisation may have.

    Raises:
        ValueError: for another.
    """
    if not _ORGANISATION.fullmatch(name):
        raise ValueError("an organisation is 1 to 64 letters, digits, dots, dashes or underscores")


def _new_secret() -> str:
    return f"bc_{secrets.token_urlsafe(_SECRET_BYTES)}"


def _insert(connection: sa.Connection, secret: str, organisation: str) -> str:
    token_id = f"tok_{secrets.token_hex(8)}"
    row = {
        "id": token_id,
        # A short secret shows at most a quarter of itself.
        "prefix": secret[: min(_PREFIX_MAX, len(secret) // 4)],
        "hash": _digest(secret),
        "organisation": organisation,
        "created_at": time.time(),
    }
    connection.execute(sa.insert(tokens).values(row))
    return token_id


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
