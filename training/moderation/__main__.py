"""`python -m training.moderation WHEEL [-o FILE]`: trains, writes the file, prints its checksum."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from backcloth.language.embedding import Embedder, network_path
from backcloth.moderation.normalise import readings
from backcloth.moderation.text_classifier import WEIGHTS
from backcloth.moderation.words import WordModerator
from training.moderation.corpus import Sample, corpus, flavours, mixed
from training.moderation.fit import fit

_SEED = 6
_MIXED = 12_000
"""Prompts made of other people's phrases."""


def main() -> None:
    """Reads the arguments and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="clip_interrogator-0.6.0-py3-none-any.whl")
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    samples = corpus(_SEED) + _others(given.wheel)
    texts = [readings(sample.text)[0] for sample in samples]
    embedder = Embedder(network_path())
    vectors = np.concatenate([embedder.embed([text]) for text in texts])
    given.output.parent.mkdir(exist_ok=True)
    print(fit(texts, [sample.label for sample in samples], vectors).write(given.output))


def _others(wheel: Path) -> list[Sample]:
    """Prompts of phrases that people use, without those that the lexicon refuses."""
    lexicon = WordModerator()
    phrases = [phrase for phrase in flavours(wheel) if lexicon.check(phrase).allowed]
    return mixed(phrases, _MIXED, random.Random(_SEED))


if __name__ == "__main__":
    main()
