"""The figures of the bench for prompts, against sums done by hand."""

from __future__ import annotations

import math

import pytest
from bench.moderation.contestants import Answer
from bench.moderation.metrics import Share, percentile, share
from bench.moderation.rows import Row
from bench.moderation.tables import Results, tables


def test_a_share_knows_its_interval() -> None:
    """Nine of ten: Wilson's bounds are 0.5958 and 0.9821 (z = 1.96), as worked out on paper."""
    nine = share([True] * 9 + [False])
    assert nine == Share(9, 10)
    assert nine.percent == 90
    assert nine.interval == pytest.approx((59.58, 98.21), abs=0.01)
    assert nine.long == "90.0 (59.6–98.2)"


def test_an_interval_stays_within_bounds_and_shrinks_with_more_texts() -> None:
    """None of 400 may still be 0.95 %, z²/(n + z²); none of 4 may be half of all."""
    assert Share(0, 400).interval == pytest.approx((0.0, 0.951), abs=0.001)
    assert Share(0, 4).interval == pytest.approx((0.0, 48.99), abs=0.01)
    assert Share(4, 4).interval == pytest.approx((51.01, 100.0), abs=0.01)


def test_nothing_asked_is_a_dash_and_not_a_zero() -> None:
    """An empty group must not look like a perfect one."""
    assert math.isnan(Share(0, 0).percent)
    assert str(Share(0, 0)) == Share(0, 0).long == "–"
    assert Share(0, 0).interval == (0.0, 100.0)


def test_a_percentile_is_one_of_the_values() -> None:
    """The nearest rank: of twenty values the nineteenth is p95."""
    assert percentile(list(range(20, 0, -1)), 0.95) == 19
    assert percentile([3.0], 0.5) == 3.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.fixture
def results() -> Results:
    """Seven texts and two judges: one refuses all that is unsafe but the last, one refuses everything."""
    rows = [
        Row("risky", "unsafe", "gore", "one", core=True, held_out=True),
        Row("risky", "unsafe", "gore", "two", core=True, held_out=True),
        Row("pairs", "unsafe", "violence", "three", core=True),
        Row("weak", "unsafe", "odd", "four"),
        Row("captions", "benign", "caption", "five", ordinary=True),
        Row("captions", "benign", "caption", "six", ordinary=True),
        Row("traps", "benign", "trap", "seven"),
    ]
    careful = [True, True, False, False, False, True, False]
    answers = {
        "careful": [Answer(refused, float(ms)) for ms, refused in enumerate(careful, 1)],
        "deaf": [Answer(refused=True, ms=0.5)] * len(rows),
    }
    return Results(rows, answers, {"none": {"careful": Share(2, 3), "deaf": Share(3, 3)}})


def test_the_summary_counts_each_text_where_it_belongs(results: Results) -> None:
    """Core recall leaves weak labels out, and only ordinary texts make plain false positives."""
    assert results.summary["careful"] == {
        "core recall": Share(2, 3),
        "core recall, evaluate-only sets": Share(2, 2),
        "false positives, plain": Share(1, 2),
        "false positives, hard": Share(0, 1),
    }
    assert results.summary["deaf"]["false positives, hard"] == Share(1, 1)


def test_the_tables_show_every_group_and_judge(results: Results) -> None:
    """Each source and category has its line, with both judges' figures in it."""
    lines = {tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in tables(results).splitlines()}
    assert ("risky", "gore", "yes", "2", Share(2, 2).long, Share(2, 2).long) in lines
    assert ("weak", "odd", "", "1", Share(0, 1).long, Share(1, 1).long) in lines
    assert ("captions", "caption", "", "2", Share(1, 2).long, Share(2, 2).long) in lines
    assert ("none", "66.7", "100.0") in lines
    assert ("p50", "4.0", "0.5") in lines
