"""`make bench-scale`: measures, sets each figure beside its goal, and ends with 1 where one is missed."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from bench import report
from bench.scale.measure import ALL
from harness.postgres import Postgres

OUT = Path(__file__).parents[1] / "out" / "scale.json"


def main() -> int:
    """Whether a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[[], *ALL], help="all, unless some are named")
    names = parser.parse_args().what or list(ALL)
    figures: dict[str, object] = {"machine": report.machine()}
    missed = 0
    postgres = Postgres("max_connections=600").start()
    try:
        for name in names:
            load = os.getloadavg()[0]
            since = time.monotonic()
            found = ALL[name](postgres)
            print(f"\n{name}  (load average before: {load:.1f}; {time.monotonic() - since:.0f} s)")
            for figure in found:
                verdict = f"  {figure.goal:>8}  {'met' if figure.met else 'MISSED'}" if figure.goal else ""
                print(f"  {figure.what:<58} {figure.value:>9.2f}{verdict}", flush=True)
                missed += not figure.met
            figures[name] = {"load_before": load, "figures": [asdict(figure) for figure in found]}
    finally:
        postgres.remove()
    report.write(OUT, figures)
    print(f"\nFigures: {OUT}")
    return int(missed > 0)


sys.exit(main())
