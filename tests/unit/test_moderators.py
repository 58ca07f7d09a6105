"""What the settings say of moderation, and what of it stops the start."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from pydantic import ValidationError

from backcloth.domain.request import Checks
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.moderators import open_image_moderators
from backcloth.settings import ModerationSettings, Settings
from backcloth.text_moderator import policy_of

SERVER = {"openai_url": "http://127.0.0.1:9/v1", "openai_model": "tiny"}


def test_by_default_the_embedded_network_judges_both() -> None:
    """Without any setting."""
    moderators = open_image_moderators(ModerationSettings())
    assert moderators.input
    assert moderators.output
    assert moderators.input.name == moderators.output.name == "open-nsfw/1"


def test_nobody_judges_where_that_is_said() -> None:
    """`none` in a variable, as an empty one counts as not set."""
    moderators = open_image_moderators(ModerationSettings.model_validate({"input": "none"}))
    assert moderators.input is None
    assert moderators.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"require": "violence"}, r"REQUIRE has violence, but open-nsfw/1 judges for sexual alone"),
        ({"require": "weapons", "input": "nudity,openai", **SERVER}, "REQUIRE has weapons"),
        ({"require": "violence", "input": "openai", **SERVER}, "REQUIRE has violence, but server/tiny"),
        ({"require": "sexual", "input": "none", "output": "none"}, "REQUIRE has sexual, but nobody"),
        ({"thresholds": "violence=0.5"}, "THRESHOLDS has violence"),
        (
            {"require": "sexual", "thresholds": "sexual=off"},
            "REQUIRE has sexual, but .*THRESHOLDS turns it",
        ),
        ({"force": "image", "input": "none"}, "FORCE has image, but BACKCLOTH_MODERATION_INPUT names nobody"),
        ({"force": "result", "output": "none"}, "FORCE has result, but BACKCLOTH_MODERATION_OUTPUT"),
        ({"input": "classifier", "classifier_dir": "/nowhere", "classifier_labels": "a=b"}, "CLASSIFIER_DIR"),
        ({"output": "guard", "guard_dir": "/nowhere"}, r"GUARD_DIR: there is no /nowhere/config\.json"),
    ],
)
def test_what_cannot_be_judged_stops_the_start(given: dict[str, Any], said: str) -> None:
    """In one sentence that names the setting; a category without a backend above all."""
    with pytest.raises(ModeratorUnavailable, match=said):
        open_image_moderators(ModerationSettings.model_validate(given))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"input": "openai"},
            "openai needs BACKCLOTH_MODERATION_OPENAI_URL and BACKCLOTH_MODERATION_OPENAI_M",
        ),
        ({"prompt": "openai", "openai_model": "tiny"}, "openai needs BACKCLOTH_MODERATION_OPENAI_URL"),
        ({"output": "classifier", "classifier_dir": "x"}, "needs BACKCLOTH_MODERATION_CLASSIFIER_LABELS"),
        ({"classifier_labels": "gore=Much Blood!"}, "pattern"),
        ({"output": "guard"}, "guard needs BACKCLOTH_MODERATION_GUARD_DIR"),
        ({"input": "nobody"}, "input"),
        ({"force": "everything"}, "force"),
        ({"thresholds": "sexual"}, "pairs such as name=value"),
        ({"thresholds": "sexual=1.5"}, "less than 1"),
        ({"thresholds": "sexual=none"}, "valid number"),
        ({"excused": "abc"}, "pattern"),
        ({"openai_url": "http://user@host/v1"}, "no user"),
        ({"openai_key": "two words"}, "visible ASCII"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any], said: str) -> None:
    """Before anything is opened."""
    with pytest.raises(ValidationError, match=said):
        ModerationSettings.model_validate(given)


def test_lists_and_pairs_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """With or without blanks."""
    for name, value in {
        "THRESHOLDS": "sexual = 0.6, violence=off",
        "INPUT": "nudity, openai",
        "OUTPUT": "none",
        "FORCE": "prompt,result",
        "CLASSIFIER_LABELS": "not safe=sexual,gore=violence",
        "OPENAI_URL": "http://127.0.0.1:9/v1",
        "OPENAI_MODEL": "tiny",
    }.items():
        monkeypatch.setenv(f"BACKCLOTH_MODERATION_{name}", value)
    read = Settings().moderation
    assert read.thresholds == {"sexual": 0.6, "violence": None}
    assert (read.input, read.output, read.force) == (("nudity", "openai"), (), ("prompt", "result"))
    assert read.classifier_labels == {"not safe": "sexual", "gore": "violence"}


def test_a_policy_adds_to_what_is_asked_for() -> None:
    """A forced check runs, and one that is asked for stays."""
    secret = secrets.token_bytes(32)
    policy = policy_of(ModerationSettings.model_validate({"force": "image"}), secret)
    nothing = Checks(prompt=False)
    assert policy.checks(nothing) == Checks(prompt=False, visual_input=True)
    assert policy.checks(Checks(visual_output=True)) == Checks(visual_input=True, visual_output=True)


def test_marks_differ_from_service_to_service() -> None:
    """The same words have one mark under one key, and none that a stranger could compute."""
    one, two = (policy_of(ModerationSettings(), secrets.token_bytes(32)) for _ in range(2))
    assert one.text_mark("a word") == one.text_mark("a word") != two.text_mark("a word")
    assert one.text_mark("a word") != one.text_mark("a word ")
    assert len(one.text_mark("\ud800")) == 64
