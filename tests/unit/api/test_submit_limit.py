from __future__ import annotations

import pytest

from backcloth.api.limits import SubmitLimit
from backcloth.errors import TooManyRequests


def test_each_organisation_has_its_own_count() -> None:
    """One that is over its limit keeps nobody else out."""
    limit = SubmitLimit(2)
    limit.check("a")
    limit.check("a")
    with pytest.raises(TooManyRequests) as refused:
        limit.check("a")
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 60
    limit.check("b")


def test_zero_is_no_limit() -> None:
    """The default."""
    limit = SubmitLimit(0)
    for _ in range(100):
        limit.check("a")


def test_the_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after the first job the next is taken; Retry-After names that moment."""
    now = 1_700_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    limit = SubmitLimit(1)
    limit.check("a")
    now += 20.5
    with pytest.raises(TooManyRequests) as refused:
        limit.check("a")
    assert refused.value.retry_after is not None
    now += refused.value.retry_after
    limit.check("a")
