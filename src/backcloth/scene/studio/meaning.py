"""Which named scene is nearest in meaning to a prompt, and whether that is near enough to trust."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backcloth.language.embedding import Embedder, Vectors, installed
from backcloth.scene.studio.catalogue import CATALOGUE, Catalogue, Named

VECTORS = Path(__file__).with_name("minilm") / "catalogue.npz"
"""The catalogue's texts, embedded beforehand: half a second at the first prompt is saved."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """What a text is near to.

    Attributes:
        named: The nearest scene of those that were asked for.
        nearness: Its cosine similarity, -1..1.
        margin: How much nearer the text is to it than to anything that cannot be drawn.
    """

    named: Named
    nearness: float
    margin: float


class Meaning:
    """The catalogue by meaning. Loads the network at the first question; safe to call from several threads.

    Args:
        open_embedder: Opens the network.
        catalogue: The named scenes.
    """

    def __init__(
        self,
        open_embedder: Callable[[], Embedder] = installed,
        catalogue: Catalogue = CATALOGUE,
    ) -> None:
        self._open = open_embedder
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._loaded: tuple[Embedder, Vectors] | None = None

    def nearest(self, text: str, fits: Callable[[Named], bool] = lambda _named: True) -> Nearest:
        """The scene to which a text, or one of its clauses, is nearest.

        Args:
            text: A prompt. The margin is that of the whole, the nearness the best of whole and clauses.
            fits: Which scenes come into question; all of them if none fits.

        Raises:
            EmbeddingUnavailable: the network is not here, or is not the one that it should be.
        """
        embedder, known = self._load()
        near = embedder.embed_parts(text) @ known.T
        count = sum(len(named.says) for named in self._catalogue.scenes)
        scenes = [named for named in self._catalogue.scenes for _said in named.says]
        allowed = np.array([fits(named) for named in scenes])
        if not allowed.any():
            allowed[:] = True
        drawable = np.where(allowed, near[:, :count], -1.0)
        # A clause counts a little less than the whole, which has the context.
        drawable[1:] -= _CLAUSE_COST
        best = int(drawable.max(axis=0).argmax())
        nearness = float(drawable[:, best].max())
        return Nearest(scenes[best], nearness, float(near[0, :count].max() - near[0, count:].max()))

    def _load(self) -> tuple[Embedder, Vectors]:
        with self._lock:
            if self._loaded is None:
                embedder = self._open()
                self._loaded = embedder, self._embedded(embedder)
            return self._loaded

    def _embedded(self, embedder: Embedder) -> Vectors:
        texts = texts_of(self._catalogue)
        with np.load(VECTORS) as stored:
            if str(stored["digest"]) == digest_of(texts):
                return np.asarray(stored["vectors"], np.float32)
        return embedder.embed(texts)


_CLAUSE_COST = 0.08
"""Cosine similarity that a clause alone is taken to be farther away by."""


def texts_of(catalogue: Catalogue) -> list[str]:
    """All texts of a catalogue in one order: descriptions of scenes, then of what cannot be drawn."""
    return [said for named in catalogue.scenes for said in named.says] + list(catalogue.undrawable)


def digest_of(texts: list[str]) -> str:
    """Tells whether stored vectors are those of these texts."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
