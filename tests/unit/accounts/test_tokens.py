from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from backcloth.accounts.tokens import Principal, Tokens
from backcloth.errors import Forbidden, Unauthenticated
from backcloth.storage.database import create_tables, open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database."""
    made = open_database(f"sqlite:///{tmp_path}/state.db")
    create_tables(made)
    yield made
    made.dispose()


@pytest.fixture
def tokens(engine: sa.Engine) -> Tokens:
    """No tokens yet."""
    return Tokens(engine)


def test_a_new_token_authenticates_its_organisation(tokens: Tokens) -> None:
    """The secret leads to the organisation it was made for."""
    acme, other = tokens.create("acme"), tokens.create("other")
    assert tokens.authenticate(acme.secret) == Principal("acme", acme.id)
    assert tokens.authenticate(other.secret) == Principal("other", other.id)


def test_a_secret_is_long_and_fits_a_header(tokens: Tokens) -> None:
    """256 random bits, marked as ours, in characters that need no quoting."""
    secrets = {tokens.create("acme").secret for _ in range(5)}
    assert len(secrets) == 5
    for secret in secrets:
        assert secret.startswith("bc_")
        assert len(secret) == 3 + 43
        assert all(each.isascii() and (each.isalnum() or each in "_-") for each in secret)


def test_the_database_never_holds_a_secret(tokens: Tokens, engine: sa.Engine) -> None:
    """No file of the database holds the secret or enough of it."""
    secret = tokens.create("acme").secret
    tokens.ensure("local-development-token", "acme")
    engine.dispose()
    for path in Path(str(engine.url.database)).parent.iterdir():
        stored = path.read_bytes()
        assert secret[:9].encode() not in stored
        assert b"local-" not in stored


@pytest.mark.parametrize("secret", [None, ""])
def test_a_missing_token_is_unauthenticated(tokens: Tokens, secret: str | None) -> None:
    """No header, or an empty one, is a 401 that names the header."""
    with pytest.raises(Unauthenticated, match="missing"):
        tokens.authenticate(secret)


@pytest.mark.parametrize("secret", ["bc_x", "ü", "\ud800", "a" * 100_000, "' OR 1=1 --", "\x00"])
def test_an_unknown_token_is_unauthenticated(tokens: Tokens, secret: str) -> None:
    """Anything else is a 401 that does not repeat what was sent."""
    tokens.create("acme")
    with pytest.raises(Unauthenticated) as caught:
        tokens.authenticate(secret)
    assert caught.value.details == "the api_token is not known here"


def test_a_token_is_matched_whole(tokens: Tokens) -> None:
    """Neither a part of the secret, nor another case of it, nor its id will do."""
    made = tokens.create("acme")
    for near in (made.secret[:-1], made.secret + "a", made.secret.swapcase(), f" {made.secret}", made.id):
        with pytest.raises(Unauthenticated):
            tokens.authenticate(near)


def test_a_revoked_token_is_forbidden(tokens: Tokens) -> None:
    """Revoking works at once, for that token alone, and says whether there was anything to revoke."""
    gone, kept = tokens.create("acme"), tokens.create("acme")
    assert tokens.revoke(gone.id)
    assert not tokens.revoke(gone.id)
    assert not tokens.revoke("tok_unknown")
    with pytest.raises(Forbidden, match="revoked"):
        tokens.authenticate(gone.secret)
    assert tokens.authenticate(kept.secret).token_id == kept.id


HOUR_S = 3600.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that tokens see: one number, to be changed."""
    now = [1_800_000_000.0]
    monkeypatch.setattr("backcloth.accounts.tokens.time.time", lambda: now[0])
    return now


def test_a_replaced_token_works_until_its_time(tokens: Tokens, clock: list[float]) -> None:
    """For the overlap both tokens open the same organisation; from its end on only the new one does."""
    old, other = tokens.create("acme"), tokens.create("acme")
    new = tokens.rotate(old.id, HOUR_S)
    assert new is not None
    clock[0] += HOUR_S - 0.001
    assert tokens.authenticate(old.secret) == Principal("acme", old.id)
    assert tokens.authenticate(new.secret) == Principal("acme", new.id)
    clock[0] += 0.001
    with pytest.raises(Forbidden, match="expired"):
        tokens.authenticate(old.secret)
    clock[0] += 1000 * HOUR_S
    assert tokens.authenticate(new.secret).token_id == new.id
    assert tokens.authenticate(other.secret).token_id == other.id


def test_a_token_can_be_replaced_at_once(tokens: Tokens, clock: list[float]) -> None:
    """Without an overlap the old one ends with the command."""
    old = tokens.create("acme")
    assert tokens.rotate(old.id, 0)
    with pytest.raises(Forbidden):
        tokens.authenticate(old.secret)
    clock[0] += 1
    with pytest.raises(Forbidden):
        tokens.authenticate(old.secret)


def test_replacing_again_does_not_prolong_a_token(tokens: Tokens, clock: list[float]) -> None:
    """Each call makes another token; the old one's earlier end stands, and can be drawn nearer."""
    old = tokens.create("acme")
    clock[0] += 1
    assert tokens.rotate(old.id, HOUR_S)
    assert tokens.rotate(old.id, 100 * HOUR_S)
    assert tokens.list()[0].expires_at == clock[0] + HOUR_S
    assert tokens.rotate(old.id, 1)
    assert tokens.list()[0].expires_at == clock[0] + 1
    assert len(tokens.list()) == 4


def test_only_a_working_token_can_be_replaced(tokens: Tokens, clock: list[float]) -> None:
    """An unknown one, a revoked one and an expired one are not, and no token comes of it."""
    revoked, expired = tokens.create("acme"), tokens.create("acme")
    tokens.revoke(revoked.id)
    tokens.rotate(expired.id, 1)
    clock[0] += 1
    before = tokens.list()
    for token_id in ("tok_unknown", revoked.id, expired.id):
        assert tokens.rotate(token_id, HOUR_S) is None
    assert tokens.list() == before


def test_a_replaced_chosen_token_ends_too(tokens: Tokens, clock: list[float]) -> None:
    """Starting with it again works during the overlap, and is refused after it."""
    principal = tokens.ensure("local", "acme")
    tokens.rotate(principal.token_id, HOUR_S)
    assert tokens.ensure("local", "acme") == principal
    clock[0] += HOUR_S
    with pytest.raises(ValueError, match="expired"):
        tokens.ensure("local", "acme")


def test_the_list_shows_what_may_be_shown(tokens: Tokens) -> None:
    """Oldest first, with a short prefix, and revoked ones marked."""
    first, second = tokens.create("acme"), tokens.create("other")
    tokens.revoke(first.id)
    listed = tokens.list()
    assert [each.id for each in listed] == [first.id, second.id]
    assert [each.organisation for each in listed] == ["acme", "other"]
    assert [each.prefix for each in listed] == [first.secret[:8], second.secret[:8]]
    assert listed[0].revoked_at is not None
    assert listed[0].created_at <= listed[0].revoked_at
    assert listed[1].revoked_at is None


def test_a_chosen_token_is_kept_once(tokens: Tokens) -> None:
    """Starting again with the same bootstrap token changes nothing."""
    principal = tokens.ensure("local", "acme")
    assert tokens.ensure("local", "acme") == principal
    assert tokens.authenticate("local") == principal
    assert len(tokens.list()) == 1


@pytest.mark.parametrize(("secret", "prefix"), [("a", ""), ("local", "l"), ("x" * 40, "x" * 8)])
def test_a_short_chosen_token_shows_little(tokens: Tokens, secret: str, prefix: str) -> None:
    """The prefix never gives away more than a quarter of the secret."""
    tokens.ensure(secret, "acme")
    assert tokens.list()[0].prefix == prefix


def test_a_revoked_chosen_token_stays_revoked(tokens: Tokens) -> None:
    """A restart does not bring back what was revoked."""
    tokens.revoke(tokens.ensure("local", "acme").token_id)
    with pytest.raises(ValueError, match="revoked"):
        tokens.ensure("local", "acme")
    with pytest.raises(Forbidden):
        tokens.authenticate("local")


def test_a_chosen_token_does_not_move(tokens: Tokens) -> None:
    """It keeps the organisation it was made for."""
    tokens.ensure("local", "acme")
    with pytest.raises(ValueError, match="another organisation"):
        tokens.ensure("local", "other")


@pytest.mark.parametrize("secret", ["", " ", "a b", " a", "a\n", "ä", "a\x00", "a" * 257])
def test_a_chosen_token_must_fit_a_header(tokens: Tokens, secret: str) -> None:
    """What no client could send is refused at start, and not repeated in the message."""
    with pytest.raises(ValueError, match=r"^a token is 1 to 256 visible ASCII characters without spaces$"):
        tokens.ensure(secret, "acme")


@pytest.mark.parametrize("organisation", ["", "a b", "-a", ".", "ä", "a/b", "a\n", "a" * 65])
def test_an_organisation_has_a_plain_name(tokens: Tokens, organisation: str) -> None:
    """The name goes into queues, logs and keys, so it is kept plain."""
    with pytest.raises(ValueError, match="organisation"):
        tokens.create(organisation)
    with pytest.raises(ValueError, match="organisation"):
        tokens.ensure("local", organisation)
    assert tokens.list() == ()


def test_processes_that_start_together_share_the_chosen_token(tokens: Tokens) -> None:
    """However many race to make it, there is one."""
    barrier = threading.Barrier(4)
    found: set[Principal] = set()

    def start() -> None:
        barrier.wait()
        found.add(tokens.ensure("local", "acme"))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert len(tokens.list()) == 1
