"""One job, several engines: whose turn it is, and that the next one gets the words as it wants them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.domain.background import Prompt, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import Checks, Mode, ReplaceBackground, Stored
from backcloth.errors import EngineDown, InvalidRequest, Unavailable
from backcloth.imaging.decoder import Decoder
from backcloth.pipeline.admit import admit
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import replace_background
from backcloth.scene.protocol import Capabilities, Plate, SceneEngine, SceneJob
from backcloth.scene.router import Route, Router
from harness.fakes import DECODING, engines_around, noise


@dataclass
class Painter:
    """An engine that keeps the words it got, and fails as told."""

    name: str
    refines: bool = False
    negative: bool = True
    fails: Exception | None = None
    words: list[str] = field(default_factory=list)
    closed: int = 0

    def capabilities(self) -> Capabilities:
        """Prompts."""
        return Capabilities((Prompt,), tuple(Mode), self.negative, 0, 2**20, True, "", True, self.refines)

    def generate(self, job: SceneJob) -> Plate:
        """Noise."""
        assert isinstance(job.background, Prompt)
        self.words.append(job.background.text)
        if self.fails:
            raise self.fails
        return Plate(noise(job.seed, job.size[1], job.size[0]), self.name)

    def close(self) -> None:
        """Counts."""
        self.closed += 1


def box(height: int, width: int) -> npt.NDArray[np.float32]:
    """A subject in the middle."""
    matte = np.zeros((height, width), np.float32)
    matte[height // 3 : -height // 3, width // 3 : -width // 3] = 1
    return matte


def around(scene: Any) -> Engines:
    """Engines with this one, or these, for prompts, and a photo in the store."""
    engines = engines_around(box)
    packed = io.BytesIO()
    Image.fromarray(noise(1, 48, 64)).save(packed, "PNG")
    engines.store.put("photo", packed.getvalue())
    return replace(engines, scenes={**engines.scenes, Prompt: scene})


def request(negative: str = "") -> ReplaceBackground:
    """A job with a prompt that is to be refined."""
    mode = Mode.BASE if negative else Mode.FAST
    return ReplaceBackground(
        Stored("photo"), Prompt("a beach", negative), seed=1, mode=mode, checks=Checks(prompt=False)
    )


def routed(*engines: SceneEngine, stand_in: SceneEngine | None = None) -> Engines:
    """Engines whose prompts go to the first of these that can begin."""
    return around(Router((Route(tuple(Mode), engines, stand_in),)))


def test_an_engine_that_could_not_begin_hands_the_job_on_with_its_own_words() -> None:
    """One got the prompt refined by the rules; the next, which refines itself, gets the caller's."""
    first = Painter("first", fails=EngineDown("not now"))
    second = Painter("second", refines=True)
    outcome = replace_background("job", request(), routed(first, second))
    assert outcome.record["engine"] == "second"
    assert first.words[0].startswith("a beach, ")
    assert second.words == ["a beach"]


def test_a_stand_in_is_told_within_the_job_too() -> None:
    """Whether the engine was known to be ill or turned out to be: the caller is told."""
    first = Painter("first", fails=EngineDown("not now"))
    outcome = replace_background("job", request(), routed(first, stand_in=Painter("studio")))
    assert outcome.notices == ("first could not run: studio made this background instead.",)
    assert outcome.record["stood_in_for"] == ["first"]


@pytest.mark.parametrize("scenes", [around, lambda one: routed(one, one)])
def test_where_nobody_is_left_the_job_ends(scenes: Callable[[Painter], Engines]) -> None:
    """Each engine is asked once, also one without a router."""
    only = Painter("only", fails=EngineDown("not now"))
    with pytest.raises(Unavailable):
        replace_background("job", request(), scenes(only))
    assert len(only.words) == 1


def test_any_other_failure_is_the_jobs_end() -> None:
    """Something may have been done, and paid for."""
    second = Painter("second")
    with pytest.raises(Unavailable, match="broke off"):
        replace_background("job", request(), routed(Painter("first", fails=Unavailable("broke off")), second))
    assert second.words == []


def test_a_negative_prompt_that_the_engine_ignores_is_refused_before_acceptance() -> None:
    """Naming the field and the engine."""
    with pytest.raises(InvalidRequest, match="negative_prompt: deaf"):
        admit(request("people"), routed(Painter("deaf", negative=False)))
    admit(request("people"), routed(Painter("keen")))
    colour = replace(request(), background=Solid(Colour(1, 2, 3)))
    admit(colour, routed(Painter("deaf", negative=False)))


def test_every_engine_is_closed_once() -> None:
    """Also one that serves several routes, and one that only stands in."""
    first, second, studio = Painter("first"), Painter("second"), Painter("studio")
    decoder = Decoder(DECODING)  # its own, as closing ends it too
    engines = replace(routed(first, second, stand_in=studio), decoder=decoder)
    assert {engine.name for engine in engines.all_scenes} == {"solid", "first", "second", "studio"}
    engines.close()
    assert [each.closed for each in (first, second, studio)] == [1, 1, 1]
