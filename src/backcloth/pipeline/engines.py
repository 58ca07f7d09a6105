"""What the pipeline works with, chosen once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from backcloth.cutout.protocol import Segmenter
from backcloth.imaging.credentials import Credentials
from backcloth.imaging.decoder import Decoder
from backcloth.moderation.protocol import ImageModerator
from backcloth.net.fetch import Fetcher
from backcloth.pipeline.desk import Desk
from backcloth.prompting.protocol import PromptRefiner


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines(Desk):
    """One implementation of each seam.

    Attributes:
        image_moderator: As for Desk, and here.
        result_moderator: Likewise.
        segmenter: Finds the subject.
        refiner: Rewrites prompts.
        fetcher: Downloads pictures from URLs.
        decoder: Decodes what strangers sent.
        credentials: Signs results; None leaves them unsigned.
    """

    image_moderator: ImageModerator | None
    result_moderator: ImageModerator | None
    segmenter: Segmenter
    refiner: PromptRefiner
    fetcher: Fetcher
    decoder: Decoder
    credentials: Credentials | None = None

    def close(self) -> None:
        """Ends what the scene engines and the decoder hold. Jobs in work are left as they are."""
        self.decoder.close()
        Desk.close(self)  # a class with slots is made anew, and `super()` would look for the first one
