from __future__ import annotations

import pytest

from backcloth.domain.provenance import Origin, Provenance

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.mark.parametrize(
    ("origin", "term"),
    [
        (None, "algorithmicallyEnhanced"),
        (Origin.FLAT, "composite"),
        (Origin.DRAWN, "composite"),
        (Origin.PICTURES, "composite"),
        (Origin.GENERATED, "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_each_making_has_its_term(origin: Origin | None, term: str) -> None:
    """A generative model is always named; nothing claims to be a capture, which the service cannot know."""
    assert Provenance(origin).source_type == VOCABULARY + term


def test_each_making_has_its_sentence() -> None:
    """People read what made the background, in words that differ."""
    sentences = {Provenance(origin).sentence for origin in (None, *Origin)}
    assert len(sentences) == len(Origin) + 1
