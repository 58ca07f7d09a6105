from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from backcloth.api import limits
from backcloth.api.limits import RequestLimits, refusal
from harness.valkey import Valkey


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    """One server for the module's tests, which take organisations of their own."""
    server = Valkey().start()
    yield server
    server.stop()


def granted(kept: RequestLimits, organisation: str = "a") -> bool:
    """Whether one more job may be submitted."""
    allowance = kept.hit("submit", organisation)
    return allowance is None or allowance.granted


def test_organisations_and_endpoints_are_counted_apart() -> None:
    """One that is over its limit keeps nobody else out, nor itself from asking about its jobs."""
    kept = RequestLimits({"submit": 2, "status": 1})
    assert [granted(kept) for _ in range(3)] == [True, True, False]
    assert granted(kept, "b")
    status = kept.hit("status", "a")
    assert status
    assert status.granted


def test_what_is_left_is_said() -> None:
    """Limit, remaining and the seconds to the next, down to none, and the refusal repeats the seconds."""
    kept = RequestLimits({"submit": 2})
    told = [kept.hit("submit", "a") for _ in range(3)]
    assert [each and (each.limit, each.remaining) for each in told] == [(2, 1), (2, 0), (2, 0)]
    last = told[-1]
    assert last
    assert 1 <= last.reset_s <= 60
    assert refusal("submit", last).headers == {"Retry-After": last.headers["RateLimit-Reset"]}


def test_zero_is_no_limit() -> None:
    """Nothing is counted, and nothing is said."""
    kept = RequestLimits({"submit": 0})
    assert [kept.hit("submit", "a") for _ in range(100)] == [None] * 100


def test_the_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after the first job the next is taken; the refusal names that moment."""
    now = 1_700_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    kept = RequestLimits({"submit": 1})
    assert granted(kept)
    now += 20.5
    refused = kept.hit("submit", "a")
    assert refused
    assert not refused.granted
    now += refused.reset_s
    assert granted(kept)


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_a_shared_store_counts_for_all(valkey: Valkey, scheme: str) -> None:
    """Two processes' limiters on one server are one limit, under either name of the protocol."""
    url = valkey.url.replace("redis", scheme, 1)
    one, other = (RequestLimits({"submit": 3}, url) for _ in range(2))
    assert [granted(kept, scheme) for kept in (one, other, one, other)] == [True, True, True, False]
    assert one.report() == {"store": "redis", "state": "ok"}


def test_nothing_is_refused_while_the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go through at once, without waiting each for the store, and are counted when it is back."""
    monkeypatch.setattr(limits, "_PAUSE_S", 0.3)
    server = Valkey().start()
    kept = RequestLimits({"submit": 1}, server.url)
    assert [granted(kept) for _ in range(2)] == [True, False]
    server.stop()
    begun = time.monotonic()
    assert [kept.hit("submit", "a") for _ in range(50)] == [None] * 50
    assert time.monotonic() - begun < 5
    assert kept.report()["state"] != "ok"
    server.start()
    try:
        time.sleep(0.4)
        assert [granted(kept) for _ in range(2)] == [True, False]
    finally:
        server.stop()


def test_the_client_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL without the extra stops the start, and says what to install."""
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ValueError, match=r"backcloth\[redis\]"):
        RequestLimits({"submit": 1}, "redis://localhost")
