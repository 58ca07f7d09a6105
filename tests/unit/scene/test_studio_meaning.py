"""Finding scenes by meaning."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from backcloth.language.embedding import (
    Embedder,
    network_path,
)
from backcloth.scene.studio.catalogue import CATALOGUE, Catalogue, Named
from backcloth.scene.studio.meaning import VECTORS, Meaning, digest_of, texts_of
from backcloth.scene.studio.scene import Scene


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The real network."""
    return Embedder(network_path())


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
