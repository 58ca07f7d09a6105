"""`python -m bench.studio`: the studio on `bench/prompts.txt`: contact sheets, CPU time, memory, seeds."""

from __future__ import annotations

import argparse
import re
import statistics
from pathlib import Path
from typing import Any

from PIL import Image

from backcloth.scene.studio.engine import StudioEngine
from bench import report
from bench.studio import cycles
from bench.studio.draw import draw, finished
from bench.studio.prompts import Asked, prompts
from bench.studio.sheet import Sheet
from bench.studio.subjects import Subject, subjects

OUT = Path(__file__).parents[1] / "out"

SEEDS = 8
"""Pictures of one prompt that are set side by side."""

SEEDED = (0, 2, 4, 9, 36, 41)
"""Numbers of the prompts that are drawn with SEEDS seeds."""


def main() -> None:
    """Draws, measures, prints a table, writes sheets and figures."""
    options = _options()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    machine = report.machine()
    cast = subjects()
    engine = StudioEngine()
    asked = prompts()
    # The first plate loads what later ones share; it counts in the memory alone.
    draw(engine, cast["product"][0], asked[0].prompt, seed=0)
    plates = _all(engine, cast, asked, Sheet(out, "prompts"), out)
    _seeds(engine, cast, asked, Sheet(out, "seeds"))
    costs = [plate["cpu_s_per_mp"] for plate in plates]
    figures: dict[str, Any] = {
        "machine": machine,
        "cpu_s_per_mp": {"median": statistics.median(costs), "most": max(costs)},
        "peak_mib": _peak_mib(),
        "plates": plates,
    }
    report.write(out / "studio.json", figures)
    print(f"\n{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    print(
        f"{len(plates)} plates of 1 MP: median {statistics.median(costs):.2f} CPU-s/MP, most {max(costs):.2f}"
    )
    print(f"peak memory of the process, cut-out networks included: {figures['peak_mib']:.0f} MiB")
    if options.cycles:
        print(cycles.compare(engine, cast, options.environments, out))
    print(f"Sheets and figures: {out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.studio", description=__doc__)
    parser.add_argument(
        "--cycles", action="store_true", help="four scenes beside a path tracer (about 900 MB)"
    )
    parser.add_argument("--environments", type=Path, default=OUT, help="where the path tracer is installed")
    parser.add_argument("--out", type=Path, default=OUT / "studio")
    return parser.parse_args()


def _all(
    engine: StudioEngine, cast: dict[str, tuple[Subject, ...]], asked: list[Asked], sheet: Sheet, out: Path
) -> list[dict[str, Any]]:
    """Every prompt with the next subject of its kind."""
    plates: list[dict[str, Any]] = []
    turn = dict.fromkeys(cast, 0)
    pictures = out / "pictures"
    pictures.mkdir(exist_ok=True)
    for number, one in enumerate(asked):
        kind = cast[one.kind]
        subject = kind[turn[one.kind] % len(kind)]
        turn[one.kind] += 1
        plate, cpu = draw(engine, subject, one.prompt, seed=number)
        megapixels = subject.matte.size / 1e6
        plates.append(
            {
                "prompt": one.prompt,
                "subject": subject.name,
                "scene": plate.scene,
                "notices": plate.notices,
                "cpu_s_per_mp": round(cpu / megapixels, 3),
            }
        )
        picture = finished(subject, plate.picture)
        sheet.add(picture, f"{number + 1}. {one.prompt}\n{plate.scene}\n{' '.join(plate.notices)}")
        Image.fromarray(picture).save(pictures / f"{number + 1:02}.jpg", quality=92)
        print(f"  {number + 1}/{len(asked)} {cpu / megapixels:.2f} CPU-s/MP  {one.prompt}", flush=True)
    sheet.write()
    return plates


def _seeds(
    engine: StudioEngine, cast: dict[str, tuple[Subject, ...]], asked: list[Asked], sheet: Sheet
) -> None:
    for number in SEEDED:
        subject = cast[asked[number].kind][0].sized(640)
        for seed in range(SEEDS):
            plate, _cpu = draw(engine, subject, asked[number].prompt, seed=1000 + seed)
            sheet.add(finished(subject, plate.picture), f"{asked[number].prompt}\nseed {1000 + seed}")
    sheet.write()


def _peak_mib() -> float:
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


main()
