from __future__ import annotations

import pytest

from backcloth.prompting.fidelity import objection
from backcloth.prompting.rules import MAX_WORDS, RulesRefiner

LOST = "leaves out something that the prompt names"
ADDED = "adds a person, an animal or a product"
TURNED = "turns a yes or a no of the prompt around"
NOT_PLAIN = "is not one line of plain text"


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("a marble table", "White-veined marble table, soft light from the left, shallow depth of field."),
        ("On a marble table, Italian villa", "A marble table on the terrace of an Italian villa, warm sun"),
        ("wooden shelves", "a wooden shelf with soft contact shadow"),
        ("café in Paris", "A cafe in Paris, seen at eye level"),
        ("a grey wall", "A gray wall, even light"),
        ("please show an empty street in the background", "An empty street, seen from a bird's-eye view"),
        ("2 podiums", "2 podiums, professional product photography"),
        ("a dog on grass", "A dog on short grass, low morning sun"),
        ("three cats on sofas", "Three cats on a sofa by a window"),
        ("a beach without people", "A beach with no people, calm sea"),
        ("a street, no cars or people", "An empty street with no cars or people, overcast sky"),
        ("a room, not bright", "a room, not bright, no harsh reflections"),
        ("a table without a cloth", "a bare table without any cloth"),
        ("hand-made tiles", "Hand-made tiles, hand-glazed, side light"),
    ],
)
def test_a_faithful_answer_passes(prompt: str, answer: str) -> None:
    """More words, another order, plural, accent, spelling or negation change nothing that is said."""
    assert objection(prompt, answer) is None


@pytest.mark.parametrize(
    ("prompt", "answer", "why"),
    [
        ("a marble table", "a stone table, soft light", LOST),
        ("a red wall", "a wall in soft light", LOST),
        ("3 podiums", "podiums in soft light", LOST),
        ("a sea of fog", "fog, seen from above", LOST),
        ("a beach without people", "a wide quiet beach", LOST),
        ("a marble table", "a marble table with a cat", ADDED),
        ("a marble table", "a marble table with perfume bottles", ADDED),
        ("a marble table", "a hand rests on a marble table", ADDED),
        ("an empty beach", "an empty beach, no people", ADDED),
        ("a street", "a street where children play", ADDED),
        ("a park", "a park with geese", ADDED),
        ("a coffee shop", "a coffee shop with blurred patrons", ADDED),
        ("a shop window", "a shop window with a product", ADDED),
        ("a white wall", "a white wall with a logo", ADDED),
        ("a lawn", "a lawn where puppies play, product photograph", ADDED),
        ("a beach without people", "a beach with people, no clouds", TURNED),
        ("a beach with people", "a beach with no people", TURNED),
        ("a room, no windows", "a room, windows, no curtains", TURNED),
        ("a wall", "a wall\nin soft light", NOT_PLAIN),
        ("a wall", "a *wall* in soft light", NOT_PLAIN),
        ("a wall", "a wall, 柔らかい光", NOT_PLAIN),
        ("a wall", "a wall 🙂", NOT_PLAIN),
        ("a wall", "a wall \x1b[0m", NOT_PLAIN),
        ("a wall", "a wall \ud800", NOT_PLAIN),
        ("a wall", '{"prompt": "a wall"}', NOT_PLAIN),
        ("a wall", "", NOT_PLAIN),
        ("a wall", "a wall " + "so " * MAX_WORDS, f"has more than {MAX_WORDS} words"),
    ],
)
def test_an_unfaithful_answer_is_told_by_its_fault(prompt: str, answer: str, why: str) -> None:
    """What the prompt names may not be lost, turned around or joined by a subject; and it has to be plain."""
    assert objection(prompt, answer) == why


@pytest.mark.parametrize(
    "prompt",
    ["a marble table", "a desk, no shadows", "On a podium", "a child's room", "white sweep without texture"],
)
def test_the_rules_themselves_pass(prompt: str) -> None:
    """What the fixed phrases make of a prompt is found faithful, whatever the seed."""
    answers = {RulesRefiner().refine(prompt, seed).text for seed in range(20)}
    assert {objection(prompt, answer) for answer in answers} == {None}
