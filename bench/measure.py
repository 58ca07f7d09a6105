"""What is measured, in which order, so that the noise of the machine falls on both servers alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bench.load import Load, drive, merged
from bench.photo import MEGAPIXELS
from bench.process import Server
from bench.service import STUDIO_PROMPTS, Backcloth

CLIENTS = (1, 4, 16)
IDLE_S = 4.0


@dataclass(slots=True)
class Subject:
    """One server under measurement and what it showed.

    Attributes:
        server: The running process.
        request: Sends one flat-colour request and reads the picture.
        ready_s: From start to ready, each start.
        ready_cpu_s: CPU seconds of the last start.
        idle_mib: Memory once ready, before the first request.
        idle_cpu: Share of one core used while nothing is asked.
        rounds: For each number of clients, what each round saw: load, peak memory in MiB, CPU seconds.
    """

    server: Server
    request: Callable[[int], object]
    ready_s: list[float]
    ready_cpu_s: float = 0.0
    idle_mib: float = 0.0
    idle_cpu: float = 0.0
    rounds: dict[int, list[tuple[Load, float, float]]] = field(default_factory=dict)

    def load(self, clients: int) -> Load:
        """All rounds with that many clients."""
        return merged([load for load, _, _ in self.rounds[clients]])

    def peak_mib(self, clients: int) -> float:
        """The most memory seen with that many clients."""
        return max(peak for _, peak, _ in self.rounds[clients])

    def cpu_per_request(self, clients: int) -> float:
        """CPU seconds of the process tree for one request."""
        spent = sum(cpu for _, _, cpu in self.rounds[clients])
        return spent / len(self.load(clients).latencies)

    def figures(self) -> dict[str, Any]:
        """Everything, for JSON. Seconds, MiB."""
        return {
            "ready_s": self.ready_s,
            "ready_cpu_s": self.ready_cpu_s,
            "idle_mib": self.idle_mib,
            "idle_cpu_share_of_a_core": self.idle_cpu,
            "clients": {
                str(clients): {
                    "requests": len(self.load(clients).latencies),
                    "p50_s": self.load(clients).quantile(0.50),
                    "p95_s": self.load(clients).quantile(0.95),
                    "requests_per_s": self.load(clients).per_second,
                    "requests_per_s_by_round": [load.per_second for load, _, _ in rounds],
                    "median_s_by_round": [load.quantile(0.50) for load, _, _ in rounds],
                    "cpu_s_per_request": self.cpu_per_request(clients),
                    "peak_mib": self.peak_mib(clients),
                }
                for clients, rounds in self.rounds.items()
            },
        }


def settle(subject: Subject) -> None:
    """Measures a server that has just become ready, then sends it the requests that nobody counts."""
    subject.ready_cpu_s = subject.server.cpu_s()
    time.sleep(1)
    with subject.server.watched() as idle:
        time.sleep(IDLE_S)
    subject.idle_mib = idle.peak_mib
    subject.idle_cpu = idle.cpu_s / IDLE_S
    drive(subject.request, clients=1, requests=3)
    drive(subject.request, clients=4, requests=4)


def interleave(subjects: list[Subject], rounds: int, requests: dict[int, int]) -> None:
    """Loads the servers in turns, the others paused; every round starts with the next one.

    A turn is short and the servers alternate within each number of clients, so that what else runs on the
    machine slows them down alike.

    Args:
        subjects: The servers; all run and are settled.
        rounds: How often each server has its turn.
        requests: How many requests a turn sends, for each number of clients.
    """
    for number in range(rounds):
        shift = number % len(subjects)
        for clients, count in requests.items():
            for subject in subjects[shift:] + subjects[:shift]:
                _only(subject, subjects)
                drive(subject.request, clients=1, requests=1)
                with subject.server.watched() as watch:
                    load = drive(subject.request, clients, count)
                subject.rounds.setdefault(clients, []).append((load, watch.peak_mib, watch.cpu_s))
                print(
                    f"  round {number + 1}, {subject.server.name}, {clients} clients: "
                    f"p50 {load.quantile(0.5):.2f} s, {load.per_second:.2f}/s",
                    flush=True,
                )


def ratios(ours: Subject, peer: Subject, clients: int) -> tuple[float, float]:
    """One server by another, as medians over the rounds: latency (p50), and requests a second."""
    pairs = [
        (mine.quantile(0.5) / its.quantile(0.5), mine.per_second / its.per_second)
        for (mine, _, _), (its, _, _) in zip(ours.rounds[clients], peer.rounds[clients], strict=True)
    ]
    return statistics.median(latency for latency, _ in pairs), statistics.median(rate for _, rate in pairs)


def _only(subject: Subject, subjects: list[Subject]) -> None:
    for other in subjects:
        if other is not subject:
            other.server.pause()
    subject.server.resume()


def studio(ours: Backcloth, photo: bytes, seeds: int) -> dict[str, Any]:
    """One studio job after the other, every prompt with some seeds. Seconds, MiB, and per megapixel."""
    jobs: dict[str, dict[str, float]] = {}
    for prompt in STUDIO_PROMPTS:
        ours.scene(photo, prompt, 0)
        with ours.server.watched() as watch:
            load = drive(partial(_scene, ours, photo, prompt), clients=1, requests=seeds)
        jobs[prompt] = {
            "wall_s": statistics.median(load.latencies),
            "cpu_s": watch.cpu_s / seeds,
            "cpu_s_per_megapixel": watch.cpu_s / seeds / MEGAPIXELS,
            "peak_mib": watch.peak_mib,
        }
        print(f"  studio, {prompt}: {jobs[prompt]['wall_s']:.2f} s", flush=True)
    return jobs


def _scene(ours: Backcloth, photo: bytes, prompt: str, number: int) -> bytes:
    return ours.scene(photo, prompt, seed=number + 1)
