"""The trained half of the moderator of prompts: how much a text looks like each thing that is refused.

Two halves, each with a head for every category and one for all of them together. Logistic regressions see
words and pieces of words, weighted by TF-IDF (Salton and Buckley, 1988), and know vocabulary; a small network
with one layer between sees the MiniLM sentence embedding and knows meanings. `training/moderation` makes the
file of both.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backcloth.language.embedding import Embedder
from backcloth.moderation.features import Keys, Weights, key_of, piece_keys, word_keys
from backcloth.moderation.normalise import CLAUSE
from backcloth.moderation.protocol import ModeratorUnavailable

WEIGHTS = Path(__file__).with_name("weights") / "prompts-3.npz"
SHA256 = "46422d9ba5d69ea205a537d66059679079be2b73347817c3109187568e9f9775"

CATEGORIES = ("sexual", "self_harm", "hate", "violence", "weapons", "drugs", "illegal")
"""In the order of the heads, after the one for all together."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a text looks like, each number 0..1 and the mean of what words and meaning say.

    Attributes:
        harmful: That it is of any category.
        sexual: That it is sexual.
        category: The likeliest category.
    """

    harmful: float
    sexual: float
    category: str


class TextClassifier:
    """Scores one reading of a text at a time. Safe to call from several threads.

    A text is always embedded alone: with 8-bit weights a text's neighbours in a batch would move its scores.

    Args:
        embedder: Opens the network of meanings, once the first text needs it.
        weights: The trained file.

    Raises:
        ModeratorUnavailable: the file cannot be read, or has another checksum.
    """

    def __init__(self, embedder: Callable[[], Embedder], weights: Path = WEIGHTS) -> None:
        self._embedder = embedder
        with np.load(io.BytesIO(_verified(weights)), allow_pickle=False) as stored:
            self._keys: Keys = stored["keys"]
            self._rarity = stored["rarity"].astype(np.float32)
            self._weights = stored["weights"]
            self._scale: Weights = stored["scale"]
            self._bias: Weights = stored["bias"]
            self._inward = stored["inward"].astype(np.float32)
            self._shifts: Weights = stored["shifts"]
            self._directions = stored["directions"].astype(np.float32)
            self._offsets: Weights = stored["offsets"]

    def scores(self, reading: str, above: float = 0.0) -> Scores:
        """What a reading (`normalise.readings`) looks like.

        Args:
            reading: The text.
            above: The harmful score that matters. Where the words rule it out alone, the network, which
                takes most of the time, is not asked, and the scores are as if it had said no.
        """
        both = _share(self._sum(reading.split()) + self._bias) / 2.0
        if both[0] + 0.5 > above:
            both += _share(self._meaning(self._embedder().embed([reading])[0])) / 2.0
        return Scores(float(both[0]), float(both[1]), CATEGORIES[int(both[1:].argmax())])

    def knows(self, word: str) -> bool:
        """Whether the word was among the texts that this was trained on."""
        return self._place(word) is not None

    def tells(self, word: str) -> bool:
        """Whether the word alone speaks for any category."""
        place = self._place(word)
        if place is None:
            return False
        return bool(self._weights[place, 0] * self._scale[0] * self._rarity[place] > _TELLING)

    def _place(self, word: str) -> int | None:
        key = key_of(word)
        place = int(np.searchsorted(self._keys, key))
        return place if place < len(self._keys) and int(self._keys[place]) == key else None

    def _meaning(self, vector: Weights) -> Weights:
        """The heads' sums over an embedding."""
        between = np.maximum(vector @ self._inward + self._shifts, 0.0)
        return np.asarray(between @ self._directions + self._offsets, np.float32)

    def _sum(self, words: list[str]) -> npt.NDArray[np.float32]:
        pieces = piece_keys([word for word in words if word != CLAUSE])
        return self._part(*word_keys(words)) + self._part(*pieces)

    def _part(self, keys: Keys, counts: Weights) -> npt.NDArray[np.float32]:
        """The heads' sums over what is known of one kind of features, scaled to length one."""
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[places] == keys
        places = places[known]
        values = counts[known] * self._rarity[places]
        length = float(np.linalg.norm(values))
        if length == 0.0:
            return np.zeros(len(self._scale), np.float32)
        return np.asarray(
            (values / length) @ self._weights[places].astype(np.float32) * self._scale, np.float32
        )


_TELLING = 4.0
"""Weight times rarity from which a word speaks for itself, so that a misspelling of it is worth mending."""


def _share(sums: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-sums)), np.float32)


def _verified(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ModeratorUnavailable(f"{path.name} cannot be read: {problem.strerror}") from problem
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ModeratorUnavailable(f"{path} fails its checksum: it is damaged, or another file")
    return content
