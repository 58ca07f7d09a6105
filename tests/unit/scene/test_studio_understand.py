"""What prompts beyond the vocabulary are taken to ask for."""

from __future__ import annotations

import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio.catalogue import CATALOGUE, Named
from backcloth.scene.studio.describe import describe
from backcloth.scene.studio.meaning import Meaning
from backcloth.scene.studio.parse import parse
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.understand import THRESHOLD, understand
from backcloth.settings import StudioSettings


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    """The real catalogue and network, loaded once."""
    return Meaning()


@pytest.mark.parametrize("prompt", ["marble table by a window", "beach at sunset", "#336699 studio"])
def test_what_the_vocabulary_knows_needs_no_network(prompt: str) -> None:
    """Such a prompt is read as `parse` reads it, with full score, and the network is never opened."""

    def never() -> None:
        pytest.fail("the network was opened")

    understood = understand(prompt, meaning=Meaning(never))  # type: ignore[arg-type]  # it must not be called
    assert understood.scene == parse(prompt).scene
    assert understood.score == 1.0
    assert understood.matched
    assert understood.meant == ""


def test_words_decide_and_the_named_scene_fills_in_the_rest(meaning: Meaning) -> None:
    """Of a scene found by meaning, everything that words name is replaced."""
    understood = understand("a tipsy reveller's hangout, pink walls, no shadow, film grain", meaning=meaning)
    assert understood.meant
    assert understood.scene.shadow == "none"
    assert understood.scene.grain > 1
    strong = understand("on the bench where grandpa fixes clocks, marble, night", meaning=meaning).scene
    assert (strong.setting, strong.surface, strong.light) == ("table", "marble", "night")


def test_the_setting_that_words_name_is_kept(meaning: Meaning) -> None:
    """Meaning chooses among named scenes of the setting, and never another one."""
    understood = understand("a beach for pirates and smugglers", meaning=meaning)
    assert understood.scene.setting == "beach"
    assert understood.unmet == ("pirates", "smugglers")


def test_what_is_denied_does_not_come_back_by_meaning(meaning: Meaning) -> None:
    """Props and backdrops of the named scene go where the prompt or the negative prompt names them."""
    prompt = "holiday season, gifts and tinsel"
    assert "lights" in understand(prompt, meaning=meaning).scene.props
    denied = understand(prompt, "fairy lights, fir branches", meaning=meaning)
    assert denied.scene.props == ()


@pytest.mark.parametrize(
    "prompt", ["a dragon fighting a knight", "asdf qwer", "", "ドラゴンと騎士", "дракон и рыцарь", "🐉"]
)
def test_what_nothing_stands_for_gets_the_neutral_studio(meaning: Meaning, prompt: str) -> None:
    """Below the threshold the plain sweep stands in, in any script."""
    understood = understand(prompt, meaning=meaning)
    assert not understood.matched
    assert understood.score < THRESHOLD
    assert understood.scene == Scene("sweep")


def test_a_light_or_a_colour_that_was_named_is_kept_in_the_neutral_studio(meaning: Meaning) -> None:
    """The part that is understood is drawn."""
    assert understand("a dragon at sunset", meaning=meaning).scene.light == "sunset"
    scene = understand("held by a wizard, white background", meaning=meaning).scene
    assert scene.backdrop_colour == Colour(242, 241, 239)


def test_the_threshold_moves_what_counts_as_understood(meaning: Meaning) -> None:
    """At 0 the nearest scene is always drawn, at 1 none is."""
    prompt = "sailors haunt on the waterfront"
    assert understand(prompt, meaning=meaning, threshold=0.0).matched
    assert not understand(prompt, meaning=meaning, threshold=1.0).matched
    assert StudioSettings().threshold == THRESHOLD


@pytest.mark.parametrize("named", CATALOGUE.scenes, ids=lambda named: named.name)
def test_every_named_scene_is_found_by_its_descriptions(meaning: Meaning, named: Named) -> None:
    """Each of its texts leads to it, and the sentence that describes it is a prompt for its setting."""
    for said in named.says:
        assert meaning.nearest(said).named == named
    again = understand(describe(named.scene))
    assert again.score >= THRESHOLD
    assert again.scene.setting == named.scene.setting
    assert again.scene.light == named.scene.light
