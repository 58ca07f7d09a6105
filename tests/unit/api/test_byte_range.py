from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcloth.api.files import _span
from backcloth.errors import RangeNotSatisfiable

SIZE = 100


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=99-99", (99, 100)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-1", (99, 100)),
        ("bytes=-100", (0, 100)),
        ("bytes=-500", (0, 100)),
        ("  bytes=0-4 ", (0, 5)),
    ],
)
def test_one_range(header: str, span: tuple[int, int]) -> None:
    """From here to there, to the end, and counted from the end."""
    assert _span(header, SIZE) == span


@pytest.mark.parametrize(
    "header",
    ["", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "bytes=a-", "items=0-1", "bytes=1", "bytes 0-1"],
)
def test_what_is_not_understood_gives_the_whole(header: str) -> None:
    """RFC 9110 lets a server ignore such a header."""
    assert _span(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-100", "bytes=999999999999999999-", "bytes=-0"])
def test_a_range_without_a_byte_is_refused(header: str) -> None:
    """It begins behind the end, or has no length."""
    with pytest.raises(RangeNotSatisfiable, match=str(SIZE)):
        _span(header, SIZE)


@given(
    st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True),
    st.integers(1, 10**9),
)
def test_a_span_lies_within_the_picture(header: str, size: int) -> None:
    """Whatever was asked for."""
    try:
        span = _span(header, size)
    except RangeNotSatisfiable:
        return
    start, end = span or (0, size)
    assert 0 <= start < end <= size
