"""An operator's lists of phrases."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcloth.moderation.phrases import read_phrases
from backcloth.settings import ModerationSettings
from backcloth.text_moderator import open_text_moderator


def test_a_blocked_phrase_is_refused_however_it_is_written(tmp_path: Path) -> None:
    """Whole words, in any case and disguise; a longer word that contains them is another word."""
    path = tmp_path / "blocked.txt"
    path.write_text("# rivals\n\nAcme Cola\n", "utf-8")
    moderator = open_text_moderator(ModerationSettings(blocklist=path))
    for text in ("a can of acme cola", "ACME-COLA", "acme, cola", "4cme c0la"):
        assert moderator.check(text).category == "blocklist", text
    assert moderator.check("an acme colander").allowed


def test_an_allowed_phrase_is_not_judged_and_shields_nothing_else(tmp_path: Path) -> None:
    """What the operator knows to be harmless passes; what stands beside it is judged as before."""
    path = tmp_path / "allowed.txt"
    path.write_text("Naked Harbour", "utf-8")
    moderator = open_text_moderator(ModerationSettings(allowlist=path))
    assert moderator.check("a bottle of Naked Harbour rum on a pier").allowed
    assert moderator.check("Naked Harbour, a naked woman").category == "sexual"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"fine\n!!!\n", "line 2"), (b"\xff\xfe", "cannot be read"), (None, "cannot be read")],
)
def test_a_list_that_says_nothing_stops_the_start(tmp_path: Path, content: bytes | None, says: str) -> None:
    """A missing file, another encoding, a line without a word: said with its place, never skipped."""
    path = tmp_path / "list.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=says):
        open_text_moderator(ModerationSettings(blocklist=path))


def test_an_empty_list_finds_nothing(tmp_path: Path) -> None:
    """Comments alone are no phrase, and refuse nobody."""
    path = tmp_path / "list.txt"
    path.write_text("# nothing yet\n", "utf-8")
    assert not read_phrases(path).search("nothing yet")
