"""One file per arrow of the picture; `run.py` reads like it."""
