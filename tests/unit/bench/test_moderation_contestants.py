"""What the bench for prompts compares is what the service runs."""

from __future__ import annotations

from bench.moderation.contestants import own


def test_our_own_are_the_words_and_every_mode_of_the_service() -> None:
    """Each refuses the plainest prompt there is to refuse, passes a plain one, and says how long it took."""
    contestants = own()
    assert [each.name for each in contestants] == ["words", "lax", "standard", "strict"]
    for each in contestants:
        refusal, pass_ = (
            each.judge("hardcore porn of a naked couple"),
            each.judge("on a marble table by a window"),
        )
        assert (refusal.refused, pass_.refused) == (True, False), each.name
        assert refusal.ms > 0
