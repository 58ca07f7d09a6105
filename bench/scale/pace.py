"""Submits at a steady rate, whether or not the service keeps up, as many separate clients would."""

from __future__ import annotations

import http.client
import itertools
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.service_process import ServiceProcess

PATH = "/v2/image/edit/replace_background"
CLIENTS = 48
"""Connections. More than rate times latency, so that no request waits for one."""


@dataclass
class Paced:
    """What came of it.

    Attributes:
        latencies: Seconds from when a request was due to its 202; waiting for a free client counts.
        answers: How often each status was answered.
        wall_s: From the first request to the last answer.
    """

    latencies: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    wall_s: float = 0.0

    def quantile(self, share: float) -> float:
        """The latency that `share` of the accepted requests did not exceed (nearest rank)."""
        ranked = sorted(self.latencies)
        return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def submit(apis: Sequence[ServiceProcess], body: dict[str, object], *, rate: float, count: int) -> Paced:
    """Sends `count` requests, `rate` a second, to the processes in turn over kept connections."""
    paced = Paced()
    lock = threading.Lock()
    numbers = itertools.count()
    raw = json.dumps(body).encode()
    headers = {"api_token": apis[0].token, "Content-Type": "application/json"}
    started = time.perf_counter() + 0.2

    def client() -> None:
        connections = [http.client.HTTPConnection("127.0.0.1", api.port, timeout=60) for api in apis]
        while (number := next(numbers)) < count:
            due = started + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            connection = connections[number % len(connections)]
            connection.request("POST", PATH, raw, headers)
            answer = connection.getresponse()
            answer.read()
            late = time.perf_counter() - due
            with lock:
                paced.answers[answer.status] += 1
                if answer.status == 202:
                    paced.latencies.append(late)
        for connection in connections:
            connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paced.wall_s = time.perf_counter() - started
    return paced
