"""Writes every hostile picture into a folder: `python tests/security/make_bombs.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as the tests have it

from security.bombs import bombs  # found by the line above


def main() -> None:
    """Writes them."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for bomb in bombs():
        (folder / bomb.name).write_bytes(bomb.data)


if __name__ == "__main__":
    main()
