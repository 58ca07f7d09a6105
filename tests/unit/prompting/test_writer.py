"""The refiner around a language model: what it accepts, what it remembers, and when the rules step in."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from backcloth.prompting.fake import ScriptedWriter
from backcloth.prompting.rules import MAX_WORDS, RulesRefiner
from backcloth.prompting.writer import NoAnswer, WritingRefiner

GOOD = "A marble table, low sun from the left, shallow depth of field"
RULES = RulesRefiner()


def refiner(writer: ScriptedWriter, kept: int = 8) -> WritingRefiner:
    """The refiner over a scripted model."""
    return WritingRefiner(writer, RULES, kept)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"  {GOOD}\n",
        f'"{GOOD}"',
        f"'{GOOD}'",
        f"“{GOOD}”",
        f"<think>\nA table. Hm.\n</think>\n\n{GOOD}",
    ],
)
def test_a_faithful_answer_is_the_refined_prompt(answer: str) -> None:
    """Without what a model puts around its answer, and nothing is to be told."""
    refined = refiner(ScriptedWriter(lambda _prompt, _seed: answer)).refine("a marble table", 1)
    assert (refined.text, refined.notices) == (GOOD, ())


def test_an_unfaithful_answer_is_not_drawn_and_the_caller_is_told() -> None:
    """The rules' words instead, and a notice that repeats nothing of the answer."""
    writer = ScriptedWriter(lambda _prompt, _seed: "a marble table with a cat")
    refined = refiner(writer).refine("a marble table", 1)
    assert refined.text == RULES.refine("a marble table", 1).text
    why = "gave an answer that adds a person, an animal or a product"
    assert refined.notices == (
        f"refine_prompt: the language model {why}; the prompt was refined by fixed rules instead.",
    )


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (NoAnswer("did not answer in time"), "the language model did not answer in time; "),
        (RuntimeError("CUDA error at 0x7f"), "the language model failed; "),
    ],
)
def test_a_failure_is_told_and_logged_and_the_rules_refine(failure: Exception, told: str) -> None:
    """Whatever the model's library raises; what it says goes to the log alone."""

    def fail(_prompt: str, _seed: int) -> str:
        raise failure

    with capture_logs() as logged:
        refined = refiner(ScriptedWriter(fail)).refine("a marble table", 1)
    assert refined.text == RULES.refine("a marble table", 1).text
    [notice] = refined.notices
    assert told in notice
    assert "CUDA" not in notice
    assert [(entry["event"], entry["model"]) for entry in logged] == [("prompt_refined_by_rules", "scripted")]


def test_the_same_request_gets_the_same_words() -> None:
    """A model that changes its mind is not asked again; another seed is another request."""
    answers = iter([GOOD, "A marble table at dusk", "never asked for"])
    writer = ScriptedWriter(lambda _prompt, _seed: next(answers))
    one = refiner(writer)
    assert one.refine("a marble table", 1).text == GOOD
    assert one.refine(" a  marble table.", 1).text == GOOD
    assert one.refine("a marble table", 2).text == "A marble table at dusk"
    assert [seed for _, seed in writer.asked] == [1, 2]


def test_requests_at_once_get_the_same_words() -> None:
    """Two that ask before either is answered both get the first answer."""
    both = threading.Barrier(2, timeout=20)
    numbers = iter(["one", "two"])

    def answer(_prompt: str, _seed: int) -> str:
        both.wait()
        return f"A marble table, lamp {next(numbers)}"

    one = refiner(ScriptedWriter(answer))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: one.refine("a marble table", 1), range(2))
    assert first == second


def test_no_answer_is_not_remembered_and_a_refused_one_is() -> None:
    """A server that is back is asked again; an answer that cannot be used would be the same again."""

    def answer(prompt: str, _seed: int) -> str:
        if len(writer.asked) == 1:
            raise NoAnswer("did not answer in time")
        return f"{prompt} with a cat"

    writer = ScriptedWriter(answer)
    one = refiner(writer)
    told = [one.refine("a marble table", 1).notices[0] for _ in range(3)]
    assert "in time" in told[0]
    assert "animal" in told[1]
    assert told[1] == told[2]
    assert len(writer.asked) == 2


def test_what_was_used_longest_ago_is_forgotten() -> None:
    """The memory has a limit, and what is asked for stays in it."""
    writer = ScriptedWriter(lambda _prompt, seed: f"a marble table, {seed} lamps")
    one = refiner(writer, kept=2)
    for seed in (1, 2, 1, 3, 1, 2):
        one.refine("a marble table", seed)
    assert [seed for _, seed in writer.asked] == [1, 2, 3, 2]


@pytest.mark.parametrize("prompt", ["", " ", "夜の東京の通り", "word " * (MAX_WORDS + 1)])
def test_nobody_is_asked_where_nothing_could_be_checked(prompt: str) -> None:
    """Empty, over-long and foreign prompts come back as the rules leave them."""
    writer = ScriptedWriter(lambda _prompt, _seed: GOOD)
    assert refiner(writer).refine(prompt, 1) == RULES.refine(prompt, 1)
    assert writer.asked == []
