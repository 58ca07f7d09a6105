"""Runs in a peer's environment: a JSON string a line in, a JSON object a line out.

Not part of Backcloth's environment: the packages named here are installed for this process alone.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable


def _safetext() -> Callable[[str], bool]:
    filters = importlib.import_module("safetext").SafeText(language="en")
    return lambda text: bool(filters.check_profanity(text))


def _alt_profanity_check() -> Callable[[str], bool]:
    predict = importlib.import_module("profanity_check").predict
    return lambda text: bool(predict([text])[0])


def main() -> None:
    """Answers until the input ends."""
    refuses = {"safetext": _safetext, "alt-profanity-check": _alt_profanity_check}[sys.argv[1]]()
    for line in sys.stdin:
        text = json.loads(line)
        started = time.perf_counter()
        refused = refuses(text)
        print(json.dumps({"refused": refused, "ms": 1000 * (time.perf_counter() - started)}), flush=True)


if __name__ == "__main__":
    main()
