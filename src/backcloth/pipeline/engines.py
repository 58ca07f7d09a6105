"""What the pipeline works with, chosen once by the composition root."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backcloth.cutout.protocol import Segmenter
from backcloth.domain.background import Background
from backcloth.domain.request import Mode
from backcloth.imaging.credentials import Credentials
from backcloth.imaging.decoder import Decoder
from backcloth.moderation.protocol import ImageModerator, TextModerator
from backcloth.net.fetch import Fetcher
from backcloth.pipeline.policy import Policy
from backcloth.prompting.protocol import PromptRefiner
from backcloth.scene.protocol import Chooser, Closable, SceneEngine
from backcloth.storage.store import Store


@dataclass(frozen=True, slots=True)
class Engines:
    """One implementation of each seam.

    Attributes:
        segmenter: Finds the subject.
        scenes: The scene engine for each kind of background, or who chooses it.
        refiner: Rewrites prompts.
        text_moderator: None where none is configured: an enabled check is then a 503.
        image_moderator: Likewise, for the photo and the reference pictures.
        result_moderator: Likewise, for the result.
        policy: Which checks run unasked, and how their refusals are logged.
        fetcher: Downloads pictures from URLs.
        store: Holds inline inputs and results.
        decoder: Decodes what strangers sent.
        credentials: Signs results; None leaves them unsigned.
    """

    segmenter: Segmenter
    scenes: Mapping[type[Background], SceneEngine | Chooser]
    refiner: PromptRefiner
    text_moderator: TextModerator | None
    image_moderator: ImageModerator | None
    result_moderator: ImageModerator | None
    policy: Policy
    fetcher: Fetcher
    store: Store
    decoder: Decoder
    credentials: Credentials | None = None

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
        """Ends what the scene engines and the decoder hold. Jobs in work are left as they are."""
        self.decoder.close()
        for engine in self.all_scenes:
            if isinstance(engine, Closable):
                engine.close()
