"""Sends the same kind of request over and over from a number of clients at once."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of clients saw.

    Attributes:
        clients: Clients at once, each with one request at a time.
        latencies: Seconds of each request, in no order.
        wall_s: From the first request sent to the last one answered.
    """

    clients: int
    latencies: tuple[float, ...] = field(repr=False)
    wall_s: float

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return len(self.latencies) / self.wall_s

    def quantile(self, share: float) -> float:
        """The latency that `share` of the requests did not exceed (nearest rank)."""
        ranked = sorted(self.latencies)
        return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def merged(loads: list[Load]) -> Load:
    """Several rounds with the same number of clients as one."""
    return Load(
        clients=loads[0].clients,
        latencies=tuple(latency for load in loads for latency in load.latencies),
        wall_s=sum(load.wall_s for load in loads),
    )


def drive(request: Callable[[int], object], clients: int, requests: int) -> Load:
    """Runs `request(number)` for 0 ≤ number < requests from `clients` threads.

    Raises:
        RuntimeError: a request failed; the figures would mean nothing.
    """
    numbers = iter(range(requests))
    latencies: list[float] = []
    failures: list[Exception] = []
    lock = threading.Lock()

    def client() -> None:
        while not failures:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            started = time.perf_counter()
            try:
                request(number)
            except Exception as failure:  # noqa: BLE001 - reported by the thread that started this one
                failures.append(failure)
                return
            latencies.append(time.perf_counter() - started)

    threads = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"a request failed: {failures[0]}") from failures[0]
    return Load(clients, tuple(latencies), time.perf_counter() - started)
