"""`python -m bench.moderation`: texts to refuse and texts to let pass, judged by ours and by others."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bench import report
from bench.moderation import contestants, rows
from bench.moderation.contestants import Contestant
from bench.moderation.disguise import DISGUISES, Telling
from bench.moderation.metrics import Share, share
from bench.moderation.rows import Row
from bench.moderation.tables import Results, tables

OUT = Path(__file__).parents[1] / "out"
OWN = Path(__file__).parent / "prompts"
VARIABLE = "MODERATION_DATA_DIR"
MANY_WORDS = 5


def main() -> None:
    """Judges every text, prints the tables, writes the figures."""
    options = _options()
    texts = rows.read(OWN)
    if options.data:
        texts += rows.read(options.data)
    else:
        print(f"No ${VARIABLE}: only the prompts of bench/moderation/prompts, all of them benign.\n")
    texts, dropped = _unseen(texts, options.seen)
    machine = report.machine()
    with contextlib.ExitStack() as opened:
        judges = contestants.own()
        judges += [opened.enter_context(contestants.peer(name, OUT)) for name in options.peers]
        answers = {each.name: [each.judge(row.text) for row in texts] for each in judges}
        results = Results(texts, answers, _disguised(texts, judges, options.disguised))
    print(f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_average_before'][0]:.1f}")
    print(f"{len(texts)} texts; {dropped} more were left out because the model was made from them.")
    print(tables(results))
    _write(options.out, machine, results)
    if options.mistakes:
        _write_mistakes(options.mistakes, results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.moderation", description=__doc__)
    folder = os.environ.get(VARIABLE)
    parser.add_argument("--data", type=Path, default=folder and Path(folder), help=f"the texts; ${VARIABLE}")
    parser.add_argument(
        "--seen", type=Path, help="a file or folder of training texts; rows in it are left out"
    )
    parser.add_argument("--disguised", type=int, default=250, metavar="N", help="core texts to disguise")
    parser.add_argument("--peers", nargs="*", choices=contestants.PEERS, default=list(contestants.PEERS))
    parser.add_argument("--mistakes", type=Path, help="write what our moderator got wrong to this file")
    parser.add_argument("--out", type=Path, default=OUT / "moderation")
    return parser.parse_args()


def _unseen(texts: list[Row], seen: Path | None) -> tuple[list[Row], int]:
    """The rows that do not occur in the training texts, and how many do.

    Any text files will do: a row of MANY_WORDS or more counts as seen when its words stand in one of them in
    the same order. Shorter ones (`a street`) stand everywhere.
    """
    if not seen:
        return texts, 0
    files = [seen] if seen.is_file() else sorted(path for path in seen.rglob("*") if path.is_file())
    haystack = " | ".join(rows.folded(path.read_text(encoding="utf-8", errors="ignore")) for path in files)
    folded = ((row, rows.folded(row.text)) for row in texts)
    kept = [row for row, words in folded if words.count(" ") < MANY_WORDS - 1 or words not in haystack]
    return kept, len(texts) - len(kept)


def _disguised(texts: list[Row], judges: Iterable[Contestant], number: int) -> dict[str, dict[str, Share]]:
    """Every disguise on core texts evenly spread, and the same texts undisguised."""
    core = [row.text for row in texts if row.core]
    chosen = [core[place * len(core) // number] for place in range(number)] if len(core) > number else core
    if not chosen:
        return {}
    telling = Telling(core, (row.text for row in texts if row.label == "benign"))
    versions = {"none": chosen} | {
        name: [telling.disguised(text, disguise) for text in chosen] for name, disguise in DISGUISES.items()
    }
    return {
        name: {each.name: share(each.judge(text).refused for text in version) for each in judges}
        for name, version in versions.items()
    }


def _write(out: Path, machine: dict[str, object], results: Results) -> None:
    figures = {
        "machine": machine,
        "together": {
            name: {line: asdict(each) for line, each in lines.items()}
            for name, lines in results.summary.items()
        },
        "disguised": {
            name: {judge: asdict(each) for judge, each in by_name.items()}
            for name, by_name in results.disguised.items()
        },
    }
    report.write(out / "moderation.json", figures)
    print(f"\nFigures: {out / 'moderation.json'}")


def _write_mistakes(path: Path, results: Results) -> None:
    """One wrongly judged text a line, for reading, never for training."""
    with path.open("w", encoding="utf-8") as lines:
        for name, answers in results.answers.items():
            for row, answer in zip(results.rows, answers, strict=True):
                if answer.refused != (row.label == "unsafe"):
                    print(name, row.source, row.label, row.category, row.text, sep="\t", file=lines)


if __name__ == "__main__":
    main()
