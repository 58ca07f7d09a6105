"""`python -m bench.studio.vectors`: embeds the catalogue's texts anew, after it was changed."""

from __future__ import annotations

import numpy as np

from backcloth.language.embedding import Embedder, network_path
from backcloth.scene.studio.catalogue import CATALOGUE
from backcloth.scene.studio.meaning import VECTORS, digest_of, texts_of


def main() -> None:
    """Writes the file that is read instead of embedding all texts at the first prompt."""
    texts = texts_of(CATALOGUE)
    vectors = Embedder(network_path()).embed(texts).astype(np.float16)
    np.savez(VECTORS, digest=np.array(digest_of(texts)), vectors=vectors)
    print(f"{len(texts)} texts of {len(CATALOGUE.scenes)} scenes in {VECTORS}")


if __name__ == "__main__":
    main()
