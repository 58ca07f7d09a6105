"""Engines whose answers a test chooses, around the real pipeline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from backcloth.around import limits_of_decoding
from backcloth.domain.background import Prompt, Solid
from backcloth.domain.request import Mode
from backcloth.imaging.decoder import Decoder
from backcloth.net.fetch import Fetcher
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.policy import Policy
from backcloth.prompting.rules import RulesRefiner
from backcloth.scene.protocol import Capabilities, Plate, SceneJob
from backcloth.scene.solid import SolidEngine
from backcloth.settings import ImageSettings
from backcloth.storage.store import open_store

Pixels = npt.NDArray[np.uint8]
Drawing = Callable[[int, int], npt.NDArray[np.float32]]
"""Height and width to a matte, (H, W) float32 0..1."""


class DrawnSegmenter:
    """A segmenter whose matte is drawn, whatever the picture shows."""

    name = "drawn"
    fingerprint = "drawn"

    def __init__(self, draw: Drawing) -> None:
        self._draw = draw

    def matte(self, picture: Pixels) -> npt.NDArray[np.float32]:
        """The drawing at the picture's size."""
        return self._draw(*picture.shape[:2])

    def saliency(self, picture: Pixels) -> npt.NDArray[np.float32]:
        """The same."""
        return self.matte(picture)


class NoiseScene:
    """A scene engine whose plates are noise, so that no pixel of one is right by chance."""

    name = "noise"

    def capabilities(self) -> Capabilities:
        """Any scene in words, up to the largest plate."""
        return Capabilities((Prompt,), tuple(Mode), False, 0, 2**31 - 1, True, "", True)

    def generate(self, job: SceneJob) -> Plate:
        """Noise that depends on seed and size alone."""
        return Plate(noise(job.seed, job.size[1], job.size[0]), "noise")


def noise(seed: int, *shape: int) -> Pixels:
    """(H, W, 3) random pixels, the same for the same arguments."""
    return np.random.Generator(np.random.PCG64(seed)).integers(0, 256, (*shape, 3), dtype=np.uint8)


DECODING = limits_of_decoding(ImageSettings())

DECODER = Decoder(DECODING)
"""One for all, as starting its process takes longer than decoding what tests give it."""


def engines_around(draw: Drawing) -> Engines:
    """Engines with a drawn matte, noise for prompts and real flat colours, on a store in memory."""
    return Engines(
        segmenter=DrawnSegmenter(draw),
        scenes={Solid: SolidEngine(), Prompt: NoiseScene()},
        refiner=RulesRefiner(),
        text_moderator=None,
        image_moderator=None,
        result_moderator=None,
        policy=Policy(b"tests"),
        fetcher=Fetcher(allow=(), max_bytes=1, timeout_s=1, connect_s=1, redirects=0),
        store=open_store("memory://"),
        decoder=DECODER,
    )
