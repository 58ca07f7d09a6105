"""The lists that prompts are judged by, and how they fare."""

from __future__ import annotations

import pytest
from bench.studio.words import Paraphrase, judge, paraphrases, undrawable

from backcloth.scene.studio import scene as names
from backcloth.scene.studio.meaning import Meaning
from backcloth.scene.studio.scene import Scene


def test_the_lists_are_as_long_as_promised_and_name_what_exists() -> None:
    """A hundred paraphrases, fifty undrawable prompts, and only names of the scene spec."""
    known = {
        "setting": names.SETTINGS,
        "surface": names.SURFACES | {""},
        "backdrop": names.BACKDROPS | {""},
        "light": names.LIGHTS,
    }
    assert len({case.text for case in paraphrases()}) == 100
    assert len(set(undrawable())) == 50
    for case in paraphrases():
        assert all(set(fitting) <= known[field] for field, fitting in case.fitting.items()), case


def test_a_scene_fits_when_every_listed_field_does() -> None:
    """One field of another name is enough not to fit."""
    case = Paraphrase("wet sand", {"setting": ["beach", "lake"], "light": ["day"]})
    assert case.fits(Scene("beach", light="day"))
    assert not case.fits(Scene("beach", light="night"))
    assert not case.fits(Scene("forest", light="day"))


@pytest.mark.parametrize("half", [slice(0, None, 2), slice(1, None, 2)], ids=["odd", "even"])
def test_most_paraphrases_are_understood_and_scores_separate(half: slice) -> None:
    """At least eight of ten fit, also in the half that was not tuned on, and few undrawable ones pass."""
    outcome = judge(paraphrases()[half], undrawable()[half], Meaning())
    assert outcome.fitting >= 0.8
    assert outcome.kept >= 0.9
    assert outcome.refused >= 0.9
    assert outcome.separation > 0.95
