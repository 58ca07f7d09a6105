"""What a request meets before it is accepted; a process that runs no jobs has no more than this."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from backcloth.domain.background import Background
from backcloth.domain.request import Mode
from backcloth.moderation.protocol import TextModerator
from backcloth.pipeline.policy import Policy
from backcloth.scene.protocol import Chooser, Closable, SceneEngine
from backcloth.storage.store import Store


class Judge(Protocol):
    """Who judges pictures, here or in another process."""

    @property
    def name(self) -> str:
        """As in the settings or the job notes."""
        ...


@dataclass(frozen=True, slots=True)
class JudgeElsewhere:
    """Somebody who judges pictures in the processes that run jobs.

    Attributes:
        name: As in the settings.
    """

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who is asked before acceptance, and what is kept then.

    Attributes:
        scenes: The scene engine for each kind of background, or who chooses it.
        text_moderator: None where none is configured: an enabled check is then a 503.
        image_moderator: Likewise, for the photo and the reference pictures.
        result_moderator: Likewise, for the result.
        policy: Which checks run unasked, and how their refusals are logged.
        store: Holds inline inputs and results.
    """

    scenes: Mapping[type[Background], SceneEngine | Chooser]
    text_moderator: TextModerator | None
    image_moderator: Judge | None
    result_moderator: Judge | None
    policy: Policy
    store: Store

    def scene(self, background: Background, mode: Mode, but: Collection[str] = ()) -> SceneEngine:
        """The scene engine for a job.

        Args:
            background: What it is to make.
            mode: The job's.
            but: Names of engines that were tried and could not begin.

        Raises:
            Unavailable: none can run at present.
        """
        scene = self.scenes[type(background)]
        return scene.choose(mode, but) if isinstance(scene, Chooser) else scene

    @property
    def all_scenes(self) -> tuple[SceneEngine, ...]:
        """Every scene engine, once."""
        found: dict[int, SceneEngine] = {}
        for scene in self.scenes.values():
            for engine in scene.engines if isinstance(scene, Chooser) else (scene,):
                found[id(engine)] = engine
        return tuple(found.values())

    def close(self) -> None:
        """Ends what the scene engines hold. Jobs in work are left as they are."""
        for engine in self.all_scenes:
            if isinstance(engine, Closable):
                engine.close()
