"""`python -m bench`: our server, and rembg's beside it, measured in one run on one machine.

Ours runs twice: as it is by default, and with the matte only enlarged, as rembg does it: like for like.
"""

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
        _, unrefined = _start_ours(Path(folder), photo, options.out, running, refine=False)
        unrefined.server.pause()
        service, refined = _start_ours(Path(folder), photo, options.out, running, refine=True)
        ours, peers = [unrefined, refined], list[Subject]()
        if not options.without_peer:
            refined.server.pause()
            peers.append(_start_rembg(options.rembg_environment, photo, options.out, running))
        measure.interleave(ours + peers, options.rounds, requests)
        for other in (unrefined, *peers):
            other.server.pause()
        refined.server.resume()
        scenes = measure.studio(service, photo, options.seeds)
    figures: dict[str, Any] = {
        "machine": machine,
        "photo": {"name": options.photo.name, "size": SIZE, "jpeg_bytes": len(photo)},
        "servers": {subject.server.name: subject.figures() for subject in ours + peers},
        "ratios": {
            f"{mine.server.name} / {peer.server.name}": {
                str(clients): dict(
                    zip(("p50", "requests_per_s"), measure.ratios(mine, peer, clients), strict=True)
                )
                for clients in CLIENTS
            }
            for peer in peers
            for mine in ours
        },
        "studio": scenes,
    }
    report.write(options.out / "service.json", figures)
    _print(ours, peers, scenes, machine)
    print(f"\nFigures: {options.out / 'service.json'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--photo", type=Path, default=HERE.parent / "demo" / "photos" / "fig-bowl.jpg")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each server")
    parser.add_argument("--alone", type=int, default=5, help="requests of the single client in a turn")
    parser.add_argument(
        "--each", type=int, default=3, help="requests of each of 4 and of 16 clients in a turn"
    )
    parser.add_argument("--seeds", type=int, default=2, help="jobs for each studio prompt")
    parser.add_argument("--without-peer", action="store_true", help="our server only: no rembg, no download")
    parser.add_argument("--rembg-environment", type=Path, default=HERE / "out" / "rembg-venv")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    return parser.parse_args()


def _start_ours(
    folder: Path, photo: bytes, out: Path, running: contextlib.ExitStack, *, refine: bool
) -> tuple[Backcloth, Subject]:
    data_dir = folder / ("refined" if refine else "unrefined")
    data_dir.mkdir()
    ready: list[float] = []
    for start in range(STARTS):
        ours = Backcloth(data_dir, out / f"backcloth-{data_dir.name}.log", refine=refine)
        ready.append(ours.ready_s)
        if start < STARTS - 1:
            ours.server.stop()
    running.callback(ours.server.stop)
    subject = Subject(ours.server, lambda _: ours.flat(photo), ready)
    measure.settle(subject)
    return ours, subject


def _start_rembg(environment: Path, photo: bytes, out: Path, running: contextlib.ExitStack) -> Subject:
    peer_rembg.install(environment)
    first = peer_rembg.Rembg(environment, out / "rembg.log")
    first.server.stop()
    rembg = peer_rembg.Rembg(environment, out / "rembg.log")
    running.callback(rembg.server.stop)
    subject = Subject(rembg.server, lambda _: rembg.flat(photo, COLOUR), [first.ready_s, rembg.ready_s])
    measure.settle(subject)
    return subject


def _print(
    ours: list[Subject], peers: list[Subject], scenes: dict[str, Any], machine: dict[str, Any]
) -> None:
    print(f"\n{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    print(report.table("One photo of 1365 × 768, flat colour", *_loads(ours, peers)))
    print(report.table("Process", *_processes(ours + peers)))
    print(report.table("Studio, one job at a time", *_studio(scenes)))


def _loads(ours: list[Subject], peers: list[Subject]) -> tuple[Row, list[Row]]:
    header = ("server", "clients", "p50 s", "p95 s", "requests/s", "CPU s/request", "peak MiB")
    rows: list[Row] = []
    for clients in CLIENTS:
        for subject in ours + peers:
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
        for peer in peers:
            for mine in ours:
                wall, rate = measure.ratios(mine, peer, clients)
                name = f"{mine.server.name} / {peer.server.name}"
                cpu = mine.cpu_per_request(clients) / peer.cpu_per_request(clients)
                peak = mine.peak_mib(clients) / peer.peak_mib(clients)
                rows.append(
                    (name, str(clients), f"{wall:.2f}", "", f"{rate:.2f}", f"{cpu:.2f}", f"{peak:.2f}")
                )
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
