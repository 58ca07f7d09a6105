"""What the lexicon is meant to do.

The prompt lists were written together with it, so they say nothing about how often it is right on the
prompts of strangers.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from backcloth.domain.verdict import ALLOWED
from backcloth.moderation.lexicon import REFUSED, SLUR_HASHES
from backcloth.moderation.words import DETECTOR, WordModerator

HERE = Path(__file__).parent
BENIGN = (HERE / "benign_prompts.txt").read_text(encoding="utf-8").splitlines()
REFUSABLE = [
    tuple(line.split(": ", 1))
    for line in (HERE / "refusable_prompts.txt").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def moderator() -> WordModerator:
    """One moderator with the shipped lexicon."""
    return WordModerator()


@pytest.mark.parametrize("prompt", BENIGN)
def test_an_ordinary_prompt_is_allowed(moderator: WordModerator, prompt: str) -> None:
    """Scenes and products pass, also where a word in them could mean something else."""
    assert moderator.check(prompt) == ALLOWED


@pytest.mark.parametrize(("category", "prompt"), REFUSABLE)
def test_a_refusable_prompt_is_refused(moderator: WordModerator, category: str, prompt: str) -> None:
    """Plain and disguised prompts of every category are refused under its neutral name."""
    verdict = moderator.check(prompt)

    assert not verdict.allowed
    assert verdict.category == category
    assert verdict.detector == DETECTOR


def test_the_lists_are_long_enough_to_mean_something() -> None:
    """The lists cannot silently shrink, and every category is in them."""
    assert len(set(BENIGN)) >= 120
    assert len(set(REFUSABLE)) >= 80
    assert {category for category, _ in REFUSABLE} == set(REFUSED)


def test_what_a_prompt_rules_out_is_allowed(moderator: WordModerator) -> None:
    """A term that is denied does not count; the same term elsewhere in the prompt still does."""
    assert moderator.check("a square, no weapons, no blood or gore").allowed
    assert not moderator.check("no blood, but guns on the table").allowed
    assert not moderator.check("no, a naked woman").allowed


def test_a_harmless_phrase_does_not_shield_its_neighbours(moderator: WordModerator) -> None:
    """Beside a harmless phrase the refused word is still seen."""
    assert not moderator.check("blood orange, naked woman").allowed
    assert not moderator.check("glue gun and guns").allowed
    assert not moderator.check("nude heels and a nude woman").allowed


def test_what_is_described_of_a_child_is_reported_as_sexual(moderator: WordModerator) -> None:
    """The category names no accusation: there is none of its own for minors."""
    assert moderator.check("underage nudity").category == "sexual"
    assert not {name for name in REFUSED if "minor" in name or "child" in name}


def test_a_hashed_slur_is_refused_as_hate() -> None:
    """Singular, plural and disguised forms of a hashed word are hate; without the hash they are allowed."""
    hashes = frozenset({hashlib.sha256(b"flibbert").hexdigest()})
    with_hash = WordModerator(slur_hashes=hashes)

    assert {with_hash.check(text).category for text in ("a flibbert", "Flibberts!", "f1ibb3rt")} == {"hate"}
    assert WordModerator().check("a flibbert").allowed


def test_shipped_hashes_are_digests() -> None:
    """Every shipped entry is a lower-case SHA-256 digest, so that none is a word by mistake."""
    assert SLUR_HASHES
    assert all(len(bytes.fromhex(digest)) == 32 and digest == digest.lower() for digest in SLUR_HASHES)


@pytest.mark.parametrize("text", ["", " ", "#FF5733", "夜の東京", "🌿"])
def test_text_that_says_nothing_is_allowed(moderator: WordModerator, text: str) -> None:
    """Nothing to read is nothing to refuse."""
    assert moderator.check(text).allowed
