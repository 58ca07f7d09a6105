"""Encoded prompts that are kept."""

from __future__ import annotations

from backcloth.scene.diffusion.embeds import Embeds


def test_the_prompts_used_last_are_kept() -> None:
    """A prompt seen lately is not encoded again; the one used longest ago is forgotten first."""
    encoded: list[str] = []

    def encode(text: str) -> str:
        encoded.append(text)
        return text.upper()

    kept: Embeds[str, str] = Embeds(2)
    for text in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(text, lambda text=text: encode(text)) == text.upper()  # type: ignore[misc]  # bound now
    assert encoded == ["a", "b", "c", "b"]
    assert kept.hits == 2


def test_nothing_is_kept_where_there_is_no_room() -> None:
    """A capacity of 0 encodes each time."""
    kept: Embeds[str, int] = Embeds(0)
    values = iter(range(5))
    assert [kept.get("a", lambda: next(values)) for _ in range(3)] == [0, 1, 2]
