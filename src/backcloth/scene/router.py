"""Which of several engines makes a background: the first in the operator's order that can run at present."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from backcloth.domain.background import Background
from backcloth.domain.request import Mode
from backcloth.errors import Unavailable
from backcloth.scene.protocol import Capabilities, Choosy, Frail, Plate, SceneEngine, SceneJob

_RETRY_S = 30


@dataclass(frozen=True, slots=True)
class Route:
    """Who serves some modes.

    Attributes:
        modes: The modes.
        engines: Whom to ask, the first one first.
        stand_in: Who draws where none of them can run; None where nobody may.
    """

    modes: tuple[Mode, ...]
    engines: tuple[SceneEngine, ...]
    stand_in: SceneEngine | None = None


class Router:
    """The engines for one kind of background.

    Args:
        routes: Tried in their order; the first that has the mode counts, and no other.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._routes = routes

    @property
    def engines(self) -> tuple[SceneEngine, ...]:
        """All that it may name, once each."""
        found: dict[int, SceneEngine] = {}
        for route in self._routes:
            for engine in (*route.engines, *((route.stand_in,) if route.stand_in else ())):
                found[id(engine)] = engine
        return tuple(found.values())

    def choose(self, mode: Mode, but: Collection[str] = ()) -> SceneEngine:
        """See Chooser.

        Raises:
            Unavailable: none of the mode's engines can run, and nobody may stand in.
        """
        route = next(each for each in self._routes if mode in each.modes)
        for engine in route.engines:
            if engine.name not in but and not trouble_of(engine):
                return engine
        if route.stand_in is None:
            raise Unavailable("No engine for such a background can run at present.", retry_after=_RETRY_S)
        return StandIn(route.stand_in, tuple(engine.name for engine in route.engines))


def trouble_of(engine: SceneEngine) -> str:
    """Why an engine cannot run at present; empty when it can, as one always can that has no such state."""
    return engine.trouble() if isinstance(engine, Frail) else ""


class StandIn:
    """An engine that draws for others, and says so.

    Args:
        engine: The one that draws.
        absent: The names of those that could not.
    """

    def __init__(self, engine: SceneEngine, absent: tuple[str, ...]) -> None:
        self._engine = engine
        self._absent = absent

    @property
    def name(self) -> str:
        """Of the one that draws."""
        return self._engine.name

    def capabilities(self) -> Capabilities:
        """Of the one that draws."""
        return self._engine.capabilities()

    def check(self, background: Background) -> None:
        """As the one that draws.

        Raises:
            PromptNotUnderstood: naming `prompt`.
        """
        if isinstance(self._engine, Choosy):
            self._engine.check(background)

    def generate(self, job: SceneJob) -> Plate:
        """The plate, with a notice that somebody else was meant to make it."""
        plate = self._engine.generate(job)
        notice = f"{' and '.join(self._absent)} could not run: {self.name} made this background instead."
        return replace(
            plate,
            notices=(notice, *plate.notices),
            record={**plate.record, "stood_in_for": list(self._absent)},
        )
