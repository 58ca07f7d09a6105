from __future__ import annotations

import json
from typing import Any

import pytest

from backcloth.domain.request import SEED_MAX
from backcloth.prompting.chat import ChatWriter, Post
from backcloth.prompting.writer import NoAnswer


def answering(body: Any) -> Post:
    """A server that answers this: as it stands, or as JSON."""
    return lambda _message: body if isinstance(body, bytes) else json.dumps(body).encode()


def test_the_question_is_a_chat_completion_without_chance() -> None:
    """Temperature 0, the seed as far as servers take it, the instructions first and the prompt last."""
    asked: list[dict[str, Any]] = []

    def post(message: bytes) -> bytes:
        asked.append(json.loads(message))
        return json.dumps({"choices": [{"message": {"content": "a sea"}, "finish_reason": "stop"}]}).encode()

    writer = ChatWriter(post, "small-model")
    assert writer.write(" a  sea, ", SEED_MAX) == "a sea"
    [question] = asked
    assert question["model"] == writer.name == "small-model"
    assert question["temperature"] == 0
    assert question["seed"] == SEED_MAX % 2**31
    assert question["max_tokens"] > 100
    system, user = question["messages"]
    assert system["role"] == "system"
    assert "Never add a person, an animal, a product" in system["content"]
    assert user == {"role": "user", "content": "a sea"}


@pytest.mark.parametrize(
    "body",
    [
        b"no JSON",
        b"",
        [],
        {"choices": []},
        {"error": {"message": "overloaded"}},
        {"choices": [{"message": {"content": None}, "finish_reason": "stop"}]},
        {"choices": [{"message": {"content": [{"type": "text"}]}, "finish_reason": "stop"}]},
        {"choices": [{"message": {"content": "a sea and"}, "finish_reason": "length"}]},
        {"choices": [{"text": "a sea"}]},
        {"choices": ["a sea"]},
    ],
)
def test_what_is_no_whole_answer_is_none(body: Any) -> None:
    """Also one that was cut short."""
    with pytest.raises(NoAnswer, match="cannot be read"):
        ChatWriter(answering(body), "m").write("a sea", 1)


@pytest.mark.parametrize(
    ("failure", "told"), [(TimeoutError(), "in time"), (ConnectionError("status 401"), "could not be asked")]
)
def test_a_server_that_fails_gives_no_answer(failure: OSError, told: str) -> None:
    """The reason stays with the cause, for the log."""

    def post(_message: bytes) -> bytes:
        raise failure

    with pytest.raises(NoAnswer, match=told) as none:
        ChatWriter(post, "m").write("a sea", 1)
    assert none.value.__cause__ is failure
    assert "401" not in str(none.value)
