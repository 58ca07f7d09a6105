"""Fits both sets of heads and writes them small."""

from __future__ import annotations

import hashlib
import io
import warnings
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from backcloth.moderation.features import Keys, Weights, piece_keys, word_keys
from backcloth.moderation.normalise import CLAUSE
from backcloth.moderation.text_classifier import CATEGORIES

_RARE = 3
"""Texts that a feature has to be in."""

_KEPT = 60_000
"""Features in the file, those with the greatest effect; their count is most of its size."""

_WORDS_C = 8.0
"""Inverse strength of regularisation of the words' regressions."""

_NETS, _HIDDEN, _TURNS, _DECAY, _STEP = 4, 32, 4, 0.1, 2e-3
"""Networks that learn the meanings, the units of each, how often they see all texts, their weight decay and
learning rate: few turns, as our lines do not know every meaning."""

_SPREAD = 8.0
"""What embeddings, whose numbers are small, are multiplied with, so that the networks learn in few turns."""

Parts = tuple[tuple[Keys, Weights], tuple[Keys, Weights]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The file's arrays; `TextClassifier` says how they are used."""

    keys: Keys
    rarity: npt.NDArray[np.float16]
    weights: npt.NDArray[np.int8]
    scale: Weights
    bias: Weights
    inward: npt.NDArray[np.float16]
    shifts: Weights
    directions: npt.NDArray[np.float16]
    offsets: Weights

    def write(self, path: Path) -> str:
        """Writes the file, and returns its SHA-256."""
        packed = io.BytesIO()
        np.savez_compressed(packed, **{name: getattr(self, name) for name in self.__slots__})
        path.write_bytes(packed.getvalue())
        return hashlib.sha256(packed.getvalue()).hexdigest()


def embedded(reading: str) -> bool:
    """Whether a text is one of the half that are embedded: a few thousand settle what 384 numbers mean."""
    return zlib.crc32(reading.encode()) % 2 == 0


def fit(readings: Sequence[str], labels: Sequence[str], vectors: npt.NDArray[np.float32]) -> Fitted:
    """Heads for any category and for each, in the order of `CATEGORIES`.

    One thread does it, so that sums are always in one order.

    Args:
        readings: Normalised texts.
        labels: Their categories, empty where harmless.
        vectors: (M, 384) embeddings of the readings that are `embedded`, in their order.
    """
    meant = np.array([embedded(reading) for reading in readings])
    parts = [_parts(reading) for reading in readings]
    keys, rarity = _vocabulary(parts)
    matrix = sp.hstack([_matrix([part[side] for part in parts], keys, rarity) for side in (0, 1)]).tocsr()
    matrix = matrix[:, : len(keys)] + matrix[:, len(keys) :]
    truths = [np.array([bool(label) for label in labels])]
    truths += [np.array([label == category for label in labels]) for category in CATEGORIES]
    with threadpool_limits(1):
        words = [_head(matrix, truth) for truth in truths]
        inward, shifts, directions, offsets = _meaning(vectors, np.stack(truths, 1)[meant])
    weights = np.stack([head.coef_[0] for head in words], 1)
    effect = np.abs(weights).max(1) * rarity
    kept = np.sort(np.argsort(-effect)[:_KEPT])
    scale = (np.abs(weights[kept]).max(0) / 127.0).astype(np.float32)
    return Fitted(
        keys=keys[kept],
        rarity=rarity[kept].astype(np.float16),
        weights=np.round(weights[kept] / scale).astype(np.int8),
        scale=scale,
        bias=np.array([head.intercept_[0] for head in words], np.float32),
        inward=inward.astype(np.float16),
        shifts=shifts,
        directions=directions.astype(np.float16),
        offsets=offsets,
    )


def _parts(reading: str) -> Parts:
    words = reading.split()
    return word_keys(words), piece_keys([word for word in words if word != CLAUSE])


def _vocabulary(parts: Sequence[Parts]) -> tuple[Keys, npt.NDArray[np.float64]]:
    """The keys that are in enough texts, in order, and how rare each is."""
    counts: Counter[int] = Counter()
    for part in parts:
        for keys, _counts in part:
            counts.update(keys.tolist())
    found = sorted(key for key, count in counts.items() if count >= _RARE)
    rarity = [np.log((1 + len(parts)) / (1 + counts[key])) + 1 for key in found]
    return np.array(found, np.uint32), np.array(rarity)


def _matrix(sides: Sequence[tuple[Keys, Weights]], keys: Keys, rarity: npt.NDArray[np.float64]) -> Any:
    places, values, ends = [], [], [0]
    for own, counts in sides:
        place = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
        known = keys[place] == own
        value = counts[known] * rarity[place[known]]
        places.append(place[known])
        values.append(value / (np.linalg.norm(value) or 1.0))
        ends.append(ends[-1] + int(known.sum()))
    shape = (len(sides), len(keys))
    return sp.csr_matrix((np.concatenate(values), np.concatenate(places), np.array(ends)), shape=shape)


def _head(matrix: Any, truth: npt.NDArray[np.bool_]) -> Any:
    head = LogisticRegression(
        C=_WORDS_C, class_weight="balanced", solver="liblinear", tol=1e-2, random_state=0
    )
    return head.fit(matrix, truth)


def _meaning(
    vectors: npt.NDArray[np.float32], truths: npt.NDArray[np.bool_]
) -> tuple[Weights, Weights, Weights, Weights]:
    """Several small networks, each with one layer between, laid side by side as one that gives their mean.

    Returns:
        Weights (384, N) and shifts (N,) of the layer between, weights (N, heads) and offsets (heads,) after.
    """
    harmful = truths[:, 0]
    balance = np.where(harmful, 0.5 / harmful.mean(), 0.5 / (1.0 - harmful.mean()))
    nets = [
        MLPClassifier(
            (_HIDDEN,), alpha=_DECAY, max_iter=_TURNS, learning_rate_init=_STEP, random_state=number
        )
        for number in range(_NETS)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # they are stopped early on purpose
        for net in nets:
            net.fit(vectors * _SPREAD, truths.astype(int), sample_weight=balance)
    return (
        np.concatenate([net.coefs_[0] for net in nets], 1).astype(np.float32) * np.float32(_SPREAD),
        np.concatenate([net.intercepts_[0] for net in nets]).astype(np.float32),
        np.concatenate([net.coefs_[1] for net in nets], 0).astype(np.float32) / np.float32(_NETS),
        np.mean([net.intercepts_[1] for net in nets], 0).astype(np.float32),
    )
