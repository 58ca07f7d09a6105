"""`python -m bench`: our server, and rembg's beside it, measured in one run on one machine."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from bench import measure, peer_rembg, report
from bench.measure import CLIENTS, Subject
from bench.photo import SIZE, jpeg
from bench.report import Row
from bench.service import COLOUR, Backcloth

HERE = Path(__file__).parent
STARTS = 3
"""Our server is started this often to learn how long it takes; the last one is measured."""


def main() -> None:
    """Measures, prints the tables, writes the figures."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    machine = report.machine()
    photo = jpeg(options.photo)
    requests = dict(zip(CLIENTS, (options.alone, 4 * options.each, 16 * options.each), strict=True))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        ours, subject = _start_ours(Path(folder), photo, options.out, running)
        subjects = [subject]
        if not options.without_peer:
            subjects.append(_start_rembg(options.rembg_environment, photo, subject, options.out, running))
        measure.interleave(subjects, options.rounds, requests)
        for other in subjects[1:]:
            other.server.pause()
        subject.server.resume()
        scenes = measure.studio(ours, photo, options.seeds)
    figures: dict[str, Any] = {
        "machine": machine,
        "photo": {"name": options.photo.name, "size": SIZE, "jpeg_bytes": len(photo)},
        "servers": {subject.server.name: subject.figures() for subject in subjects},
        "studio": scenes,
    }
    if len(subjects) == 2:
        figures["ours_by_rembg"] = {
            str(clients): dict(zip(("p50", "requests_per_s"), measure.ratios(subjects, clients), strict=True))
            for clients in CLIENTS
        }
    report.write(options.out / "service.json", figures)
    _print(subjects, scenes, machine)
    print(f"\nFigures: {options.out / 'service.json'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--photo", type=Path, default=HERE.parent / "demo" / "photos" / "fig-bowl.jpg")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each server")
    parser.add_argument("--alone", type=int, default=5, help="requests of the single client in a turn")
    parser.add_argument(
        "--each", type=int, default=1, help="requests of each of 4 and of 16 clients in a turn"
    )
    parser.add_argument("--seeds", type=int, default=2, help="jobs for each studio prompt")
    parser.add_argument("--without-peer", action="store_true", help="our server only: no rembg, no download")
    parser.add_argument("--rembg-environment", type=Path, default=HERE / "out" / "rembg-venv")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    return parser.parse_args()


def _start_ours(
    folder: Path, photo: bytes, out: Path, running: contextlib.ExitStack
) -> tuple[Backcloth, Subject]:
    ready: list[float] = []
    for start in range(STARTS):
        ours = Backcloth(folder, out / "backcloth.log")
        ready.append(ours.ready_s)
        if start < STARTS - 1:
            ours.server.stop()
    running.callback(ours.server.stop)
    subject = Subject(ours.server, lambda _: ours.flat(photo), ready)
    measure.settle(subject)
    return ours, subject


def _start_rembg(
    environment: Path, photo: bytes, ours: Subject, out: Path, running: contextlib.ExitStack
) -> Subject:
    peer_rembg.install(environment)
    ours.server.pause()
    first = peer_rembg.Rembg(environment, out / "rembg.log")
    first.server.stop()
    rembg = peer_rembg.Rembg(environment, out / "rembg.log")
    running.callback(rembg.server.stop)
    subject = Subject(rembg.server, lambda _: rembg.flat(photo, COLOUR), [first.ready_s, rembg.ready_s])
    measure.settle(subject)
    return subject


def _print(subjects: list[Subject], scenes: dict[str, Any], machine: dict[str, Any]) -> None:
    print(f"\n{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    print(report.table("One photo of 1365 × 768, flat colour", *_loads(subjects)))
    print(report.table("Process", *_processes(subjects)))
    print(report.table("Studio, one job at a time", *_studio(scenes)))


def _loads(subjects: list[Subject]) -> tuple[Row, list[Row]]:
    header = ("server", "clients", "p50 s", "p95 s", "requests/s", "CPU s/request", "peak MiB")
    rows: list[Row] = []
    for clients in CLIENTS:
        for subject in subjects:
            load = subject.load(clients)
            rows.append(
                (
                    subject.server.name,
                    str(clients),
                    f"{load.quantile(0.50):.2f}",
                    f"{load.quantile(0.95):.2f}",
                    f"{load.per_second:.2f}",
                    f"{subject.cpu_per_request(clients):.2f}",
                    f"{subject.peak_mib(clients):.0f}",
                )
            )
        if len(subjects) == 2:
            wall, rate = measure.ratios(subjects, clients)
            rows.append(("ours / rembg", str(clients), f"{wall:.2f}", "", f"{rate:.2f}", "", ""))
    return header, rows


def _processes(subjects: list[Subject]) -> tuple[Row, list[Row]]:
    header = ("server", "ready s, each start", "ready CPU s", "idle MiB", "idle CPU, % of a core")
    rows: list[Row] = [
        (
            subject.server.name,
            ", ".join(f"{seconds:.1f}" for seconds in subject.ready_s),
            f"{subject.ready_cpu_s:.1f}",
            f"{subject.idle_mib:.0f}",
            f"{100 * subject.idle_cpu:.1f}",
        )
        for subject in subjects
    ]
    return header, rows


def _studio(scenes: dict[str, Any]) -> tuple[Row, list[Row]]:
    header = ("prompt", "wall s", "CPU s", "CPU s/MP", "peak MiB")
    rows: list[Row] = [
        (
            prompt,
            f"{job['wall_s']:.2f}",
            f"{job['cpu_s']:.2f}",
            f"{job['cpu_s_per_megapixel']:.2f}",
            f"{job['peak_mib']:.0f}",
        )
        for prompt, job in scenes.items()
    ]
    return header, rows


main()
