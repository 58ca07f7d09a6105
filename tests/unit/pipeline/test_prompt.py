"""Who refines a prompt, what the caller is told was drawn, and that both are judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from backcloth.domain.background import Background, Prompt, References, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import Checks, Mode, ReplaceBackground, Stored
from backcloth.domain.verdict import ALLOWED, Verdict
from backcloth.errors import ModerationRefused, PromptNotUnderstood
from backcloth.moderation.words import WordModerator
from backcloth.pipeline.admit import admit
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.prompt import as_drawn, refine
from backcloth.prompting.fake import AppendingRefiner
from backcloth.scene.protocol import Capabilities, Plate, SceneJob
from backcloth.scene.studio import scene as names
from backcloth.scene.studio.catalogue import CATALOGUE
from backcloth.scene.studio.colours import NAMED
from backcloth.scene.studio.describe import describe
from backcloth.scene.studio.scene import Scene
from harness.fakes import engines_around

DESCRIPTION = "A marble table, soft light."


@dataclass
class Painter:
    """A scene engine that may refine by itself and refuse a prompt."""

    refines: bool
    name: str = "painter"

    def capabilities(self) -> Capabilities:
        """Prompts, refined or not."""
        return Capabilities((Prompt,), tuple(Mode), False, 0, 1, True, "", True, self.refines)

    def check(self, background: Background) -> None:
        """Knows no dragon."""
        if "dragon" in getattr(background, "text", ""):
            raise PromptNotUnderstood("prompt: no dragons")

    def generate(self, job: SceneJob) -> Plate:
        """Never asked here."""
        raise NotImplementedError


class Strict:
    """A text moderator that refuses one word."""

    name = "strict"

    def __init__(self, word: str) -> None:
        self._word = word

    def check(self, text: str) -> Verdict:
        """Refuses it anywhere."""
        return Verdict(allowed=False, category="test") if self._word in text else ALLOWED


def _engines(*, refines: bool, refused: str = "?") -> Engines:
    around = engines_around(lambda height, width: np.ones((height, width), np.float32))
    scenes: Any = {**around.scenes, Prompt: Painter(refines)}
    return replace(around, scenes=scenes, text_moderator=Strict(refused))


def _request(background: Background, *, refine_prompt: bool = True) -> ReplaceBackground:
    return ReplaceBackground(Stored("image"), background, seed=1, refine_prompt=refine_prompt)


def _plate(refined_prompt: str | None = DESCRIPTION) -> Plate:
    return Plate(np.zeros((1, 1, 3), np.uint8), "painter", refined_prompt=refined_prompt)


def test_an_engine_that_refines_gets_the_callers_own_words() -> None:
    """The rules add something for other engines only, and never where no refinement was asked for."""
    request, engines = _request(Prompt("a beach")), _engines(refines=True)
    assert refine(request, Painter(refines=True), engines) == request
    refined = refine(request, Painter(refines=False), engines).background
    assert isinstance(refined, Prompt)
    assert refined.text.startswith("a beach, ")
    unrefined = _request(Prompt("a beach"), refine_prompt=False)
    assert refine(unrefined, Painter(refines=False), engines) == unrefined


def test_what_a_refiner_says_reaches_the_caller() -> None:
    """Behind the notices that the request has already."""
    engines = replace(_engines(refines=False), refiner=AppendingRefiner("soft light", ("By rules.",)))
    request = replace(_request(Prompt("a beach")), notices=("Before.",))
    refined = refine(request, Painter(refines=False), engines)
    assert refined.background == Prompt("a beach, soft light")
    assert refined.notices == ("Before.", "By rules.")


def test_refined_words_are_judged_like_a_prompt() -> None:
    """Whoever refined, and naming `prompt`; without the check they are not."""
    engines = replace(_engines(refines=False, refused="grim"), refiner=AppendingRefiner("grim light"))
    with pytest.raises(ModerationRefused, match="prompt"):
        refine(_request(Prompt("a beach")), Painter(refines=False), engines)
    unchecked = replace(_request(Prompt("a beach")), checks=Checks(prompt=False))
    assert refine(unchecked, Painter(refines=False), engines).background == Prompt("a beach, grim light")


@pytest.mark.parametrize(
    ("background", "refine_prompt", "described", "told"),
    [
        (Prompt("a beach"), True, DESCRIPTION, DESCRIPTION),
        (Prompt("a beach"), False, DESCRIPTION, "a beach"),
        (Prompt("a beach"), True, None, "a beach"),
        (Solid(Colour(1, 2, 3), "#010203"), True, DESCRIPTION, "#010203"),
        (Solid(Colour(1, 2, 3)), True, DESCRIPTION, None),
        (References(1), True, DESCRIPTION, None),
    ],
)
def test_the_caller_is_told_the_prompt_as_drawn(
    background: Background, refine_prompt: bool, described: str | None, told: str | None
) -> None:
    """The engine's sentence where refinement was asked for, else the words; nothing without a prompt."""
    request = _request(background, refine_prompt=refine_prompt)
    assert as_drawn(request, _plate(described), _engines(refines=True)) == told


def test_a_description_is_judged_like_a_prompt() -> None:
    """What the caller gets to read passes the same check, or the job is refused naming `prompt`."""
    engines = _engines(refines=True, refused="marble")
    with pytest.raises(ModerationRefused, match="prompt"):
        as_drawn(_request(Prompt("a stone")), _plate(), engines)
    assert as_drawn(_request(Prompt("a stone"), refine_prompt=False), _plate(), engines) == "a stone"


def test_an_engine_may_refuse_before_the_job_is_accepted() -> None:
    """Where it has an opinion it is asked, after moderation."""
    engines = _engines(refines=True, refused="knight")
    admit(_request(Prompt("a beach")), engines)
    with pytest.raises(PromptNotUnderstood):
        admit(_request(Prompt("a dragon")), engines)
    with pytest.raises(ModerationRefused):
        admit(_request(Prompt("a dragon and a knight")), engines)


def test_no_description_of_a_scene_offends() -> None:
    """The studio's own sentences pass our own word list, whatever they name."""
    moderator = WordModerator()
    scenes = [named.scene for named in CATALOGUE.scenes]
    scenes += [Scene("table", surface) for surface in names.SURFACES]
    scenes += [Scene("podium", backdrop=backdrop, props=tuple(names.PROPS)) for backdrop in names.BACKDROPS]
    scenes += [
        Scene("sweep", backdrop_colour=Colour(*rgb), light=light)
        for rgb, light in zip(NAMED.values(), [*names.LIGHTS] * len(NAMED), strict=False)
    ]
    refused = [describe(scene) for scene in scenes if not moderator.check(describe(scene)).allowed]
    assert refused == []
