"""Who makes a background: modes, health, who stands in, and what the caller is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from backcloth.domain.background import Background, Prompt
from backcloth.domain.request import Mode
from backcloth.errors import PromptNotUnderstood, Unavailable
from backcloth.scene.protocol import Capabilities, Choosy, Plate, SceneEngine, SceneJob
from backcloth.scene.router import Route, Router

MakeJob = Callable[..., SceneJob]


@dataclass
class Painter:
    """An engine whose health a test decides."""

    name: str
    ill: str = ""
    modes: tuple[Mode, ...] = tuple(Mode)
    looks: list[str] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        """Prompts."""
        return Capabilities((Prompt,), self.modes, True, 0, 2**20, True, "", True)

    def trouble(self) -> str:
        """As told."""
        self.looks.append(self.name)
        return self.ill

    def check(self, background: Background) -> None:
        """Knows no dragon."""
        if "dragon" in getattr(background, "text", ""):
            raise PromptNotUnderstood("prompt: no dragons")

    def generate(self, job: SceneJob) -> Plate:
        """One grey, and a notice."""
        return Plate(
            np.zeros((*job.size[::-1], 3), np.uint8), self.name, notices=("its own",), record={"a": 1}
        )


def router(*engines: Painter, stand_in: SceneEngine | None = None) -> Router:
    """One route for all modes."""
    return Router((Route(tuple(Mode), engines, stand_in),))


def test_the_first_engine_that_can_run_is_chosen() -> None:
    """In the operator's order; those behind it are not even looked at."""
    ill, well, spare = Painter("ill", "no GPU"), Painter("well"), Painter("spare")
    assert router(ill, well, spare).choose(Mode.FAST) is well
    assert spare.looks == []


def test_an_engine_that_was_tried_is_passed_over() -> None:
    """It may say that it is well, as it does until its next look."""
    first, second = Painter("first"), Painter("second")
    assert router(first, second).choose(Mode.FAST, but=["first"]) is second


def test_a_mode_has_its_own_engines() -> None:
    """The first route with the mode counts, and the others do not help it out."""
    quick, careful = Painter("quick"), Painter("careful")
    routes = Router((Route((Mode.FAST,), (quick,)), Route(tuple(Mode), (careful,))))
    assert [routes.choose(mode) for mode in Mode] == [quick, careful, careful]
    quick.ill = "no GPU"
    with pytest.raises(Unavailable):
        routes.choose(Mode.FAST)


def test_without_a_stand_in_nobody_stands_in() -> None:
    """A 503 that says when to come again, instead of something lesser."""
    with pytest.raises(Unavailable) as refusal:
        router(Painter("ill", "no GPU"), Painter("worse", "no disk")).choose(Mode.BASE)
    assert refusal.value.retry_after
    assert "GPU" not in refusal.value.details


def test_a_stand_in_says_for_whom_it_stands_in(make_job: MakeJob) -> None:
    """The plate is its own, its notices and record kept, and the caller is told."""
    studio = Painter("studio")
    chosen = router(Painter("a", "ill"), Painter("b", "ill"), stand_in=studio).choose(Mode.FAST)
    assert chosen.name == "studio"
    assert chosen.capabilities() == studio.capabilities()
    job = make_job("a beach")
    plate = chosen.generate(job)
    assert plate.notices == ("a and b could not run: studio made this background instead.", "its own")
    assert plate.record == {"a": 1, "stood_in_for": ["a", "b"]}
    assert replace(plate, notices=(), record={}).engine == "studio"


def test_a_stand_in_may_refuse_a_prompt_like_itself() -> None:
    """Whoever draws is asked before the job is accepted."""
    chosen = router(Painter("a", "ill"), stand_in=Painter("studio")).choose(Mode.FAST)
    assert isinstance(chosen, Choosy)
    chosen.check(Prompt("a beach"))
    with pytest.raises(PromptNotUnderstood):
        chosen.check(Prompt("a dragon"))


def test_every_engine_is_named_once() -> None:
    """However many routes it serves, and whether or not it only stands in."""
    a, b, studio = Painter("a"), Painter("b"), Painter("studio")
    routes = Router((Route((Mode.FAST,), (a, b), studio), Route((Mode.BASE,), (b,), studio)))
    assert [engine.name for engine in routes.engines] == ["a", "b", "studio"]
