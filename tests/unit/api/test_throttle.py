from __future__ import annotations

import pytest

from backcloth.api.throttle import LONG, WINDOW_S, FailureThrottle
from backcloth.errors import TooManyRequests

SHORT_TOKEN = "local"  # noqa: S105  # made up
LONG_TOKEN = "x" * LONG
ADDRESS = "192.0.2.7"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the throttle sees: one number, to be changed."""
    now = [1000.0]
    monkeypatch.setattr("backcloth.api.throttle.time.monotonic", lambda: now[0])
    return now


def admitted(throttle: FailureThrottle, address: str = ADDRESS, token: str = SHORT_TOKEN) -> bool:
    """Whether the token would be looked up."""
    try:
        throttle.admit(address, token)
    except TooManyRequests:
        return False
    return True


def test_an_address_may_fail_so_often(clock: list[float]) -> None:
    """The next failure is a 429 with the seconds until the first one is a minute old."""
    throttle = FailureThrottle(3)
    for _ in range(3):
        assert admitted(throttle)
        throttle.failed(ADDRESS)
        clock[0] += 10
    with pytest.raises(TooManyRequests) as caught:
        throttle.failed(ADDRESS)
    assert caught.value.retry_after == 30
    assert not admitted(throttle)


def test_the_window_moves(clock: list[float]) -> None:
    """Each failure counts for a minute, and what was refused is not counted."""
    throttle = FailureThrottle(2)
    throttle.failed(ADDRESS)
    clock[0] += 20
    throttle.failed(ADDRESS)
    for _ in range(5):
        with pytest.raises(TooManyRequests):
            throttle.failed(ADDRESS)
    clock[0] += WINDOW_S - 20 - 0.001
    assert not admitted(throttle)
    clock[0] += 0.001
    assert admitted(throttle)
    throttle.failed(ADDRESS)
    assert not admitted(throttle)


def test_a_long_token_is_always_looked_up() -> None:
    """So that no stranger can lock out one that works; an unknown long one still counts and is refused."""
    throttle = FailureThrottle(1)
    throttle.failed(ADDRESS)
    assert admitted(throttle, token=LONG_TOKEN)
    assert not admitted(throttle, token=LONG_TOKEN[1:])
    with pytest.raises(TooManyRequests):
        throttle.failed(ADDRESS)


def test_other_addresses_are_not_touched() -> None:
    """Each address has its own count; a /64 of IPv6 is one, and so are both spellings of an IPv4 one."""
    throttle = FailureThrottle(1)
    for failing in (ADDRESS, "2001:db8:1:2::1", "", "unix"):
        throttle.failed(failing)
    for same in (ADDRESS, f"::ffff:{ADDRESS}", "2001:db8:1:2:ffff::9", "2001:db8:1:2::1%eth0", "", "unix"):
        assert not admitted(throttle, same), same
    for other in ("192.0.2.8", "2001:db8:1:3::1", "other"):
        assert admitted(throttle, other), other


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that failed longest ago is forgotten first, and none has more times than the limit."""
    monkeypatch.setattr("backcloth.api.throttle._ADDRESSES_MAX", 3)
    throttle = FailureThrottle(2)
    for number in (1, 2, 1, 3, 4):
        throttle.failed(f"192.0.2.{number}")
    assert set(throttle._failures) == {f"192.0.2.{number}" for number in (1, 3, 4)}
    for _ in range(100):
        with pytest.raises(TooManyRequests):
            throttle.failed("192.0.2.1")
    assert all(len(times) <= 2 for times in throttle._failures.values())


def test_no_limit_is_no_limit() -> None:
    """Zero counts nothing."""
    throttle = FailureThrottle(0)
    for _ in range(100):
        throttle.failed(ADDRESS)
    assert admitted(throttle)
    assert not throttle._failures
