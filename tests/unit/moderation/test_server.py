"""A moderation server's answers: what refuses, and what is no answer."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backcloth.moderation.server import Server, ServerModerator, ServerTextModerator
from backcloth.moderation.thresholds import Thresholds

PICTURE = np.full((30, 2000, 3), 80, np.uint8)
JUDGED = ("sexual", "sexual/minors", "violence", "violence/graphic", "self-harm", "hate")


def answer(*flags: str, **more: Any) -> dict[str, Any]:
    """A server's answer that flags those categories, each at 0.7."""
    flagged = {category: category in flags for category in (*JUDGED, *flags)}
    scores = {category: 0.7 if flagged[category] else 0.1 for category in flagged}
    return {"results": [{"categories": flagged, "category_scores": scores, **more}]}


def moderator(body: Any, **own: float | None) -> ServerModerator:
    """A moderator whose server answers that."""
    return ServerModerator(Server(lambda _asked: json.dumps(body).encode(), "tiny", Thresholds(own=own)))


@pytest.mark.parametrize(
    ("flag", "category"),
    [
        ("sexual", "sexual"),
        ("sexual/minors", "sexual"),
        ("violence/graphic", "violence"),
        ("self-harm", "self_harm"),
        ("illicit/violent", "illegal"),
        ("something new", "other"),
    ],
)
def test_what_is_flagged_is_refused_in_our_words(flag: str, category: str) -> None:
    """None of them accuses the caller, and a category that we do not know refuses too."""
    verdict = moderator(answer(flag)).check(PICTURE)
    assert (verdict.allowed, verdict.category, verdict.score) == (False, category, 0.7)
    assert verdict.detector == "server/tiny"


@pytest.mark.parametrize(
    ("own", "category"),
    [({"violence": 0.6}, "violence"), ({"violence": 0.8}, ""), ({"violence": None}, ""), ({}, "violence")],
)
def test_a_threshold_of_the_operators_stands_in_for_the_flag(
    own: dict[str, float | None], category: str
) -> None:
    """It compares the score; without one, the server's own decision counts."""
    assert moderator(answer("violence"), **own).check(PICTURE).category == category


def test_a_low_score_may_be_refused_without_a_flag() -> None:
    """Where the operator's threshold is lower than the server's."""
    assert moderator(answer(), hate=0.05).check(PICTURE).category == "hate"
    assert moderator(answer()).check(PICTURE).allowed


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"results": []},
        {"results": [{}, {}]},
        {"results": [{"categories": {}, "category_scores": {}}]},
        {"results": [{"categories": {"sexual": False}, "category_scores": {"sexual": 0.1}}]},
        {"results": [{"categories": {"sexual": "no"}, "category_scores": {"sexual": 0.1}}]},
        {"results": [{"categories": {"sexual": False}, "category_scores": {}}]},
        answer() | {"results": [answer()["results"][0] | {"category_scores": dict.fromkeys(JUDGED, "low")}]},
        answer() | {"results": [answer()["results"][0] | {"category_scores": dict.fromkeys(JUDGED, 7)}]},
        answer(category_applied_input_types={category: ["text"] for category in JUDGED}),
        answer(category_applied_input_types={}),
    ],
)
def test_what_is_no_answer_is_a_failure(body: Any) -> None:
    """It must not pass for `harmless`; above all, pictures that were not looked at."""
    with pytest.raises(ValueError, match="the moderation server"):
        moderator(body).check(PICTURE)


def test_words_are_sent_as_they_are() -> None:
    """With the model's name, in the form that takes pictures as well."""
    asked: list[Any] = []

    def post(message: bytes) -> bytes:
        asked.append(json.loads(message))
        return json.dumps(answer("hate")).encode()

    assert ServerTextModerator(Server(post, "tiny", Thresholds())).check("some wörds").category == "hate"
    assert asked == [{"model": "tiny", "input": [{"type": "text", "text": "some wörds"}]}]
