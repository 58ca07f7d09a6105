"""`python -m bench.moderation.pictures`: how many harmless photos the embedded network refuses, and how fast.

The photos come from $MODERATION_PICTURES_DIR, a folder of one's own: each folder in it is a group of the
table, and all of them are taken to be harmless. They go the service's way: decoded, upright, at the size of
the canvas; on white and on black where they are see-through. How many harmful pictures are found is left out.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

from backcloth.domain.request import Stored
from backcloth.engines import open_engines
from backcloth.errors import BackclothError
from backcloth.moderation.nudity import NudityModerator, network_path
from backcloth.moderation.thresholds import MODES, Thresholds
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import load_photo
from backcloth.pipeline.moderation import views
from backcloth.settings import Settings
from backcloth.storage.store import open_store
from bench import report
from bench.moderation.metrics import percentile, share

VARIABLE = "MODERATION_PICTURES_DIR"
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
TOLD = 10
"""Photos named, those with the highest scores."""


@dataclass(frozen=True)
class Judged:
    """One photo.

    Attributes:
        name: Its path below the folder.
        score: The highest of its views, 0..1.
        seconds: Of each view.
    """

    name: str
    score: float
    seconds: tuple[float, ...]

    @property
    def group(self) -> str:
        """The folder that it lies in."""
        return str(Path(self.name).parent)


def main() -> None:
    """Judges every photo and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get(VARIABLE))
    folder = parser.parse_args().folder
    if not folder:
        parser.error(f"no ${VARIABLE}: a folder of harmless photos is needed")
    moderator = NudityModerator(Thresholds(), network_path())
    engines = open_engines(Settings(), open_store("memory://"))
    files = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in KINDS)
    judged = [each for path in files if (each := _judge(path, Path(folder), moderator, engines))]
    engines.close()
    print(report.machine())
    print(_refused(judged))
    print(_fastness(judged))
    highest = sorted(judged, key=lambda each: -each.score)[:TOLD]
    rows: list[report.Row] = [(each.name, f"{each.score:.2f}") for each in highest]
    print(report.table("Highest scores", ("photo", "score"), rows))


def _judge(path: Path, folder: Path, moderator: NudityModerator, engines: Engines) -> Judged | None:
    name = str(path.relative_to(folder))
    engines.store.put("photo", path.read_bytes())
    try:
        photo = load_photo(Stored("photo"), engines, original=False)
    except BackclothError as problem:
        print(f"{name} is left out: {problem.details}")
        return None
    scores, seconds = [], []
    for view in views(photo):
        begun = time.perf_counter()
        scores.append(moderator.score(view))
        seconds.append(time.perf_counter() - begun)
    return Judged(name, max(scores), tuple(seconds))


def _refused(judged: list[Judged]) -> str:
    groups = sorted({each.group for each in judged})
    rows = [_row(group, [each for each in judged if each.group == group]) for group in groups]
    rows.append(_row("all", judged))
    header = ("group", "photos", *(f"{mode}, > {score}" for mode, score in MODES.items()))
    return report.table("Refused, % (95 %)", header, rows)


def _row(name: str, judged: list[Judged]) -> report.Row:
    found = (share(each.score > threshold for each in judged) for threshold in MODES.values())
    return (name, str(len(judged)), *(f"{each.hits}: {each.long}" for each in found))


def _fastness(judged: list[Judged]) -> str:
    # The first also loads the network.
    millis = [1000 * each for one in judged[1:] for each in one.seconds]
    cells = (f"{percentile(millis, part):.0f}" for part in (0.5, 0.95))
    return report.table("One view, ms", ("median", "95 %"), [tuple(cells)])


if __name__ == "__main__":
    main()
