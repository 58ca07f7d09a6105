from __future__ import annotations

import pytest

from backcloth.prompting.rules import MAX_WORDS, RulesRefiner

PROMPTS = (
    "On a marble table, Italian villa",
    "empty parking lot",
    "white podium",
    "a beach with palms",
    "a living room with a sofa",
    "a red wall",
)


def refine(prompt: str, seed: int = 1) -> str:
    """The shipped refiner's answer."""
    return RulesRefiner().refine(prompt, seed).text


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_callers_words_come_first_and_unchanged(prompt: str) -> None:
    """The refined prompt starts with the prompt, in its case, and says more."""
    refined = refine(prompt)

    assert refined.startswith(f"{prompt}, ")


def test_only_blanks_and_loose_ends_are_tidied() -> None:
    """Runs of blanks become one; punctuation at either end goes; punctuation inside stays."""
    assert refine("  , A  Paris\ncafé;  rue de Seine .. ").startswith("A Paris café; rue de Seine, ")


def test_equal_input_gives_equal_words() -> None:
    """The same prompt and seed are refined alike by another instance."""
    assert [refine(prompt, 7) for prompt in PROMPTS] == [refine(prompt, 7) for prompt in PROMPTS]


def test_the_words_are_these() -> None:
    """The choice is pinned: it must not drift between versions of Python or machines."""
    assert refine("a marble table", 1).split(", ")[1:] == [
        "soft natural light",
        "soft contact shadow",
        "shallow depth of field",
        "professional product photograph",
    ]


def test_another_seed_may_choose_other_words() -> None:
    """Over some seeds more than one refinement of a prompt appears."""
    assert len({refine("a marble table", seed) for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("prompt", "absent"),
    [
        ("a street at night", "light"),
        ("a beach at sunset", "natural light"),
        ("a candlelit table", "window light"),
        ("a cosy café table", "light"),
        ("a moody loft", "light"),
        ("a moonlit lake", "natural light"),
        ("outer space with a nebula", "natural light"),
        ("a table without any shadow", "contact shadow"),
        ("a white room, no shadows", "contact shadow"),
        ("clouds, the bottle floating", "contact shadow"),
        ("everything in focus on a desk", "depth of field"),
        ("a table, no blur", "depth of field"),
        ("a watercolour painting of a garden", "photograph"),
        ("a watercolour painting of a garden", "detail"),
        ("a minimal podium", "detail"),
        ("a solid pink backdrop", "depth of field"),
        ("an empty parking lot", "window light"),
        ("a wide beach", "product"),
    ],
)
def test_the_prompt_is_never_contradicted(prompt: str, absent: str) -> None:
    """What the prompt settles or rules out is not added, whatever the seed."""
    for seed in range(30):
        assert absent not in refine(prompt, seed).removeprefix(prompt)


def test_a_prompt_that_says_everything_stays() -> None:
    """Where light, shadow, focus and finish are all mentioned nothing is added."""
    prompt = "marble table, evening sun, long shadows, blurred trees, film photograph"

    assert refine(prompt) == prompt


@pytest.mark.parametrize(
    "prompt",
    ["", "   ", "夜の東京の通り", "стол у окна ", f"{'word ' * (MAX_WORDS + 1)} "],
)
def test_some_prompts_pass_through_untouched(prompt: str) -> None:
    """Empty, over-long and non-Latin prompts come back exactly as they were."""
    assert refine(prompt) == prompt


@pytest.mark.parametrize("count", range(45, MAX_WORDS + 1))
def test_the_result_keeps_to_the_limit(count: int) -> None:
    """Additions stop where the prompt would grow over the limit."""
    assert len(refine(" ".join(["word"] * count)).split()) <= MAX_WORDS


def test_nothing_is_added_that_a_studio_could_take_for_a_scene() -> None:
    """Every addition is one of six phrases that name no colour, object or time of day."""
    known = {
        "soft natural light",
        "soft window light",
        "soft contact shadow",
        "shallow depth of field",
        "high detail",
        "professional product photograph",
    }
    added = {
        phrase
        for prompt in PROMPTS
        for seed in range(20)
        for phrase in refine(prompt, seed).removeprefix(f"{prompt}, ").split(", ")
    }

    assert added == known
