"""What the pipeline works with, chosen once by the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backcloth.cutout.protocol import Segmenter
from backcloth.domain.background import Background
from backcloth.moderation.protocol import ImageModerator, TextModerator
from backcloth.net.fetch import Fetcher
from backcloth.prompting.protocol import PromptRefiner
from backcloth.scene.protocol import SceneEngine
from backcloth.storage.store import Store


@dataclass(frozen=True, slots=True)
class Engines:
    """One implementation of each seam.

    Attributes:
        segmenter: Finds the subject.
        scenes: The scene engine for each kind of background.
        refiner: Rewrites prompts.
        text_moderator: None where none is configured: an enabled check is then a 503.
        image_moderator: Likewise, for pictures.
        fetcher: Downloads pictures from URLs.
        store: Holds inline inputs and results.
        max_pixels: Largest picture decoded.
    """

    segmenter: Segmenter
    scenes: Mapping[type[Background], SceneEngine]
    refiner: PromptRefiner
    text_moderator: TextModerator | None
    image_moderator: ImageModerator | None
    fetcher: Fetcher
    store: Store
    max_pixels: int
