"""`python -m bench.cutout`: ours, rembg and others on photos with true mattes, in turns, photo by photo."""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.settings import Settings
from bench import report
from bench.cutout import photos, summary
from bench.cutout.contestants import CannotRun, Contestant, Running, everyone
from bench.cutout.metrics import matte_scores
from bench.cutout.sheet import Sheets
from bench.cutout.summary import Result
from bench.cutout.truth import Truth, composite_errors, truth_of

Pixels = npt.NDArray[np.uint8]

OUT = Path(__file__).parents[1] / "out"


def main() -> None:
    """Measures, prints the tables, writes the figures and the sheets."""
    options = _options()
    cases = photos.find(photos.folder(), options.groups, options.photos)
    out: Path = options.out
    original: bool = options.original_size
    out.mkdir(parents=True, exist_ok=True)
    machine = report.machine()
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as started:
        tools, missing = _start(_chosen(options), options, started)
        figures: dict[str, Any] = {
            "machine": machine,
            "original_size": original,
            "load_s": {tool.name: tool.start_s for tool in tools},
            "first_s": _warm_up(tools, cases[0].load(original=original)[0], Path(scratch)),
            "not_measured": missing,
        }
        sheets = Sheets(out)
        results: dict[str, list[Result]] = {tool.name: [] for tool in tools}
        for number, case in enumerate(cases, 1):
            truth = truth_of(*case.load(original=original))
            cutouts = _cut(tools, case, truth, Path(scratch), results)
            sheets.add(f"{case.group} {case.name}", truth, cutouts)
            # After every photo: a run takes long, and what it has found is not lost with it.
            report.write(out / "cutout.json", figures | {"tools": summary.figures(results)})
            print(f"  {number}/{len(cases)} {case.group}/{case.name}", flush=True)
        sheets.write()
    print(f"\n{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    print(summary.tables(results, figures["load_s"], figures["first_s"]))
    for name, reason in missing.items():
        print(f"\nNot measured: {name}: {reason}")
    print(f"\nFigures: {out / 'cutout.json'}; {len(sheets.written)} sheets beside it.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cutout", description=__doc__)
    parser.add_argument("--photos", type=int, default=0, metavar="N", help="only N photos, evenly spread")
    parser.add_argument("--groups", type=_names, default=[], metavar="A,B", help="only these groups")
    parser.add_argument("--tools", type=_names, default=[], metavar="A,B", help="only these tools")
    parser.add_argument(
        "--original-size",
        action="store_true",
        help="photos at their own size, not the service's one megapixel",
    )
    parser.add_argument("--models", type=Path, default=Settings().cutout.models_dir)
    parser.add_argument("--environments", type=Path, default=OUT, help="where the peers are installed")
    parser.add_argument("--out", type=Path, default=OUT / "cutout")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _chosen(options: argparse.Namespace) -> list[Contestant]:
    contestants = everyone(options.models, options.environments)
    known = [contestant.name for contestant in contestants]
    if unknown := sorted(set(options.tools) - set(known)):
        raise SystemExit(f"No tool is called {', '.join(unknown)}: choose from {', '.join(known)}.")
    return [contestant for contestant in contestants if contestant.name in (options.tools or known)]


def _start(
    contestants: list[Contestant], options: argparse.Namespace, started: contextlib.ExitStack
) -> tuple[list[Running], dict[str, str]]:
    """Those that open, and why the others do not."""
    tools: list[Running] = []
    missing: dict[str, str] = {}
    for contestant in contestants:
        try:
            tool = Running(contestant, options.environments, options.out / f"{contestant.name}.log")
        except CannotRun as reason:
            missing[contestant.name] = str(reason)
            print(f"  {contestant.name} is left out: {reason}", flush=True)
        else:
            started.callback(tool.stop)
            tools.append(tool)
            print(f"  {tool.name} is loaded after {tool.start_s:.1f} s", flush=True)
    if not tools:
        raise SystemExit("No tool could be opened.")
    return tools, missing


def _warm_up(tools: list[Running], picture: Pixels, scratch: Path) -> dict[str, float]:
    """Each tool's seconds for its very first photo, which counts nowhere else."""
    source = scratch / "first.npy"
    np.save(source, picture)
    return {tool.name: tool.cut(source, scratch / "first-cutout.npy")["wall_s"] for tool in tools}


def _cut(
    tools: list[Running], case: photos.Case, truth: Truth, scratch: Path, results: dict[str, list[Result]]
) -> dict[str, Pixels]:
    """Has every tool cut out one photo and adds its figures to `results`. Returns the cut-outs."""
    source = scratch / "photo.npy"
    np.save(source, truth.picture)
    cutouts: dict[str, Pixels] = {}
    for tool in tools:
        target = scratch / "cutout.npy"
        answer = tool.cut(source, target)
        # A tool that finds no subject has an empty matte to show for it.
        empty = np.dstack([truth.picture, np.zeros_like(truth.matte)])
        cutouts[tool.name] = empty if "refused" in answer else np.load(target)
        results[tool.name].append({"group": case.group, "name": case.name} | answer)
    for name, cutout in cutouts.items():
        results[name][-1] |= _scores(cutout, truth)
    return cutouts


def _scores(cutout: Pixels, truth: Truth) -> dict[str, float]:
    errors = composite_errors(cutout, truth)
    return {
        **matte_scores(np.ascontiguousarray(cutout[..., 3]), truth.matte, truth.band),
        "composite_error": statistics.fmean(errors.values()),
        **{f"composite_error_{background}": error for background, error in errors.items()},
    }


main()
