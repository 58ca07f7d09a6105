"""`make demo`: starts the real service, sends it real photos as a client would, and shows the results.

Needs nothing but the project's own environment. Exit status 1 when any job failed.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from demo.api_client import ApiClient, JobFailed, Made
from demo.jobs import JOBS, PHOTOS, DemoJob
from demo.service_process import NotReady, running_service
from demo.sheet import Pair, write_sheet

OUT = Path(__file__).resolve().parent.parent / "demo-out"
CREDIT = (
    "Photos: NASA · Rachel Michetti · Hans Kemperman · Rob Mitchell · Trevor “Freespace” (CC BY 4.0) · "
    "meadow: Aitzol Berasategi (CC BY 4.0) · bottle and chair rendered by us.  See demo/photos/README.md"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job: a result and its file, or why there is none."""

    job: DemoJob
    path: Path
    made: Made | None = None
    failure: str = ""


def main() -> int:
    """Runs every job and returns the exit status."""
    started = time.monotonic()
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    print("Starting the service …", flush=True)
    try:
        with running_service() as service:
            print(f"Ready at {service.url}. Sending {len(JOBS)} requests.\n", flush=True)
            client = ApiClient(service.url, service.token)
            outcomes = [_outcome(client, number, job) for number, job in enumerate(JOBS, 1)]
    except NotReady as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; so is the service.", file=sys.stderr)
        return 130
    return _report(outcomes, time.monotonic() - started)


def _outcome(client: ApiClient, number: int, job: DemoJob) -> Outcome:
    path = OUT / f"{number:02}-{job.slug}.png"
    try:
        made = client.make(job)
    except JobFailed as problem:
        print(f"{number:2}  {job.photo:20} {job.asked[:50]:50}  FAILED  {problem}", flush=True)
        return Outcome(job, path, failure=str(problem))
    path.write_bytes(made.picture)
    how = "sync" if job.sync else "async"
    print(f"{number:2}  {job.photo:20} {job.asked[:50]:50}  {made.seconds:5.1f} s  {how}", flush=True)
    for note in made.notes:
        print(f"      {note}")
    return Outcome(job, path, made)


def _report(outcomes: list[Outcome], seconds: float) -> int:
    pairs = [_pair(outcome.job, outcome.path, outcome.made) for outcome in outcomes if outcome.made]
    failed = len(outcomes) - len(pairs)
    print(f"\n{len(pairs)} pictures in {seconds:.0f} s" + (f", {failed} FAILED" if failed else ""))
    if pairs:
        sheet = OUT / "contact-sheet.png"
        write_sheet(pairs, sheet, CREDIT)
        print(f"Open {sheet}\n  or a single picture beside it: {OUT}/NN-photo-background.png")
    return 1 if failed else 0


def _pair(job: DemoJob, path: Path, made: Made) -> Pair:
    return Pair(PHOTOS / job.photo, path, job.asked, f"{made.seconds:.1f} s   seed {made.seed}")


if __name__ == "__main__":
    sys.exit(main())
