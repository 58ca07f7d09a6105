"""A language model behind a server that speaks OpenAI's chat completions, as many of them do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from backcloth.prompting.instructions import MAX_TOKENS, messages
from backcloth.prompting.writer import NoAnswer

SEEDS = 2**31
"""Seeds are sent modulo this: every server known takes them, and some no larger ones."""

Post = Callable[[bytes], bytes]
"""Sends JSON to the server's chat completions and gives back the body of a 200, within a bounded time.

Raises TimeoutError when that is over, and another OSError for everything else that goes wrong.
"""


class ChatWriter:
    """Asks the server at temperature 0 and with the job's seed.

    Whether the same question gets the same answer is up to the server.

    Args:
        post: The way there.
        model: The model's name there.
    """

    def __init__(self, post: Post, model: str) -> None:
        self.name = model
        self._post = post

    def write(self, prompt: str, seed: int) -> str:
        """See Writer."""
        question = {
            "model": self.name,
            "messages": messages(prompt),
            "temperature": 0,
            "seed": seed % SEEDS,
            "max_tokens": MAX_TOKENS,
        }
        try:
            body = self._post(json.dumps(question).encode())
        except TimeoutError as problem:
            raise NoAnswer("did not answer in time") from problem
        except OSError as problem:
            raise NoAnswer("could not be asked") from problem
        try:
            return _content(json.loads(body))
        except (ValueError, LookupError, TypeError) as problem:
            raise NoAnswer("gave an answer that cannot be read") from problem


def _content(answer: Any) -> str:
    choice = answer["choices"][0]
    content = choice["message"]["content"]
    if not isinstance(content, str):
        raise TypeError("the content is no text")
    if choice.get("finish_reason") == "length":
        raise ValueError("the answer did not come to its end")
    return content
