"""When a webhook is tried again, and that every attempt is noted."""

from __future__ import annotations

import itertools

import pytest
from pydantic import ValidationError

from backcloth.jobs.queue import MAX_ATTEMPTS
from backcloth.jobs.tell import next_attempt
from backcloth.settings import WebhookSettings

GAPS_S = WebhookSettings().gaps_s


def test_five_attempts_in_forty_five_minutes() -> None:
    """The contract's schedule, each gap longer than the one before."""
    attempt, waited = 1, [0.0]
    while later := next_attempt(attempt, 0, GAPS_S):
        assert later[0] == attempt + 1
        attempt = later[0]
        waited.append(later[1])
    assert list(itertools.accumulate(waited)) == [0, 60, 300, 1020, 2700]
    assert waited == sorted(waited)


@pytest.mark.parametrize(
    ("attempt", "retry_after_s", "later"),
    [
        (1, 60, (2, 60)),
        (1, 61, (3, 300)),
        (1, 301, (4, 1020)),
        (1, 2700, (5, 2700)),
        (1, 86_400, (5, 2700)),
        (4, 86_400, (5, 1680)),
        (5, 0, None),
        (5, 60, None),
        (7, 0, None),
    ],
)
def test_a_receiver_that_asks_for_peace_is_spared(
    attempt: int, retry_after_s: float, later: tuple[int, float] | None
) -> None:
    """Attempts within the time it asked for are left out, but the last one is made when it always was."""
    assert next_attempt(attempt, retry_after_s, GAPS_S) == later


def test_as_many_attempts_as_a_schedule_can_have_are_forgotten() -> None:
    """The workflows of all of them go with the job."""
    assert len(WebhookSettings(gaps_s=(1.0,) * (MAX_ATTEMPTS - 1)).gaps_s) == MAX_ATTEMPTS - 1
    with pytest.raises(ValidationError):
        WebhookSettings(gaps_s=(1.0,) * MAX_ATTEMPTS)


def test_without_gaps_there_is_one_attempt() -> None:
    """An operator may want no second one."""
    assert next_attempt(1, 0, ()) is None
