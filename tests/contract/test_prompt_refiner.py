"""What every prompt refiner owes the pipeline, the stand-ins included."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backcloth.prompting.chat import ChatWriter
from backcloth.prompting.fake import AppendingRefiner, ScriptedWriter
from backcloth.prompting.fidelity import objection
from backcloth.prompting.protocol import PromptRefiner
from backcloth.prompting.rules import MAX_WORDS, RulesRefiner
from backcloth.prompting.writer import NoAnswer, Writer, WritingRefiner
from harness.extra import needs_diffusion

PROMPTS = ("On a marble table, Italian villa", "a beach, no people", "2 white podiums", "a dog's basket")
SEEDS = (0, 7, 2**63 - 1)
BOUND_S = 30
"""Far over any limit here: a refiner that waits for ever is what it finds."""


def _writing(answer: Callable[[str, int], str]) -> PromptRefiner:
    return WritingRefiner(ScriptedWriter(answer), RulesRefiner())


def _mute(_prompt: str, _seed: int) -> str:
    raise NoAnswer("did not answer in time")


def _post(message: bytes) -> bytes:
    """A server whose model adds a light that its seed chooses."""
    question = json.loads(message)
    light = ("low sun", "even light", "lamps")[question["seed"] % 3]
    content = f"{question['messages'][-1]['content']}, {light}"
    return json.dumps({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}).encode()


def _fickle() -> Callable[[str, int], str]:
    """A model that never says the same twice."""
    numbers = iter(range(10**6))
    return lambda prompt, _seed: f"{prompt}, {next(numbers)} lamps"


REFINERS: dict[str, Callable[[], PromptRefiner]] = {
    "rules": RulesRefiner,
    "appending": lambda: AppendingRefiner("soft light", ("A notice.",)),
    "openai": lambda: WritingRefiner(ChatWriter(_post, "m"), RulesRefiner()),
    "faithful": lambda: _writing(lambda prompt, _seed: f"{prompt}, low sun"),
    "unfaithful": lambda: _writing(lambda prompt, _seed: f"{prompt} with a cat and a horse"),
    "fickle": lambda: _writing(_fickle()),
    "mute": lambda: _writing(_mute),
}


@pytest.fixture(params=[*REFINERS, pytest.param("local", marks=needs_diffusion)])
def refiner(request: pytest.FixtureRequest) -> Iterator[PromptRefiner]:
    """Each of them."""
    if request.param == "local":
        yield WritingRefiner(request.getfixturevalue("local_writer"), RulesRefiner())
    else:
        yield REFINERS[request.param]()


@pytest.fixture(scope="module")
def local_writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """A tiny model on the CPU that knows one of the prompts and stammers about the others."""
    from backcloth.prompting.local import open_local  # noqa: PLC0415  # imports torch
    from harness.tiny_chat import tiny_chat  # noqa: PLC0415  # likewise

    folder: Path = tmp_path_factory.mktemp("models") / "tiny-chat"
    return open_local(tiny_chat(folder, {PROMPTS[2]: f"{PROMPTS[2]}, low sun"}), "cpu", timeout_s=10)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_same_request_gets_the_same_words(refiner: PromptRefiner, prompt: str) -> None:
    """And the same notices, within one process."""
    for seed in SEEDS:
        assert refiner.refine(prompt, seed) == refiner.refine(prompt, seed)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_what_comes_back_is_faithful_to_the_prompt(refiner: PromptRefiner, prompt: str) -> None:
    """One plain line that names all that the caller named, and no subject besides."""
    for seed in SEEDS:
        refined = refiner.refine(prompt, seed)
        assert objection(prompt, refined.text) is None
        assert all(notice.endswith(".") and "\n" not in notice for notice in refined.notices)


@pytest.mark.parametrize(
    "prompt", ["", "   ", "夜の東京の通り", "стол у окна", "word " * (MAX_WORDS + 1), "."]
)
def test_a_prompt_that_leaves_nothing_to_refine_stays(refiner: PromptRefiner, prompt: str) -> None:
    """As it was sent, and without a word about it."""
    refined = refiner.refine(prompt, 1)
    assert (refined.text, refined.notices) == (prompt, ())


def test_it_is_safe_in_threads_and_ends(refiner: PromptRefiner) -> None:
    """Eight at once get what one alone gets afterwards."""
    begun = time.monotonic()
    jobs = [(prompt, seed) for prompt in PROMPTS for seed in SEEDS] * 2
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda job: refiner.refine(*job), jobs))
    assert together == [refiner.refine(*job) for job in jobs]
    assert time.monotonic() - begun < BOUND_S
