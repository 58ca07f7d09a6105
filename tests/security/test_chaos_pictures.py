"""Good, bad and aborted requests, mixed, many; then one good one. `make test-hard` sends ten thousand."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import httpx
import pytest

from backcloth.storage.database import POOL_SIZE
from harness import process_tree
from harness.answers import REQUEST_ID, finished, image
from harness.quick_job import SIZE, quick_job
from harness.raw_http import SUBMIT, Connection
from harness.service_process import ServiceProcess
from security.bombs import bombs
from security.bombs.bomb import PICTURE, Bomb

REQUESTS = 10_000 if os.environ.get("TEST_HARD") else 300
CLIENTS = 8

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

WORKERS = 4
"""Jobs in work at once by default, and so processes that decode."""

SLACK = 6
"""Threads by which pools may still have grown."""

POOL_FILES = 3 * POOL_SIZE
"""Descriptors by which the pool of connections may have grown: SQLite holds up to three files for one. What
every aborted request left behind would be twice as many even in the short form."""

SMALL = 300_000
"""Bytes of the bombs that take part: the sending is not what is tested."""


@pytest.fixture(scope="module")
def service(besieged: ServiceProcess) -> ServiceProcess:
    """It."""
    return besieged


def _is_cheap(bomb: Bomb) -> bool:
    """Whether no cut-out is made of it: it is refused, or brings its own."""
    return PICTURE not in bomb.answers or (bomb.answers == (PICTURE,) and bomb.name.endswith(".png"))


class Clients:
    """Threads that send requests of a seeded mixture.

    Attributes:
        answers: How often each status came, and each way of aborting.
        wrong: What should not have been.
    """

    def __init__(self, service: ServiceProcess, requests: int) -> None:
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._service = service
        self._bad = [
            base64.b64encode(bomb.data).decode()
            for bomb in bombs()
            if len(bomb.data) < SMALL and "scans" not in bomb.name and _is_cheap(bomb)
        ]
        self._lock = threading.Lock()
        self._left = requests

    def run(self) -> None:
        """Sends them all."""
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, number: int) -> None:
        pick = random.Random(number)
        kinds: list[Callable[[httpx.Client, random.Random], str]] = [
            *(self._good,) * 4,
            *(self._bad_picture,) * 4,
            self._bad_body,
            self._cut_off,
            self._gone_before_the_answer,
        ]
        headers = {"api_token": self._service.token, "content-type": "application/json"}
        with httpx.Client(base_url=self._service.url, headers=headers, timeout=120) as client:
            while self._take():
                try:
                    seen = pick.choice(kinds)(client, pick)
                except Exception as fault:  # noqa: BLE001  # whatever went wrong belongs into the report
                    seen = f"{type(fault).__name__}: {fault}"
                    self.wrong.append(seen)
                with self._lock:
                    self.answers[seen] += 1

    def _take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def _good(self, client: httpx.Client, pick: random.Random) -> str:
        answer = client.post(SUBMIT, json=quick_job(sync=True, seed=pick.randrange(1000)))
        return self._judged(answer, {200, 202, 503})

    def _bad_picture(self, client: httpx.Client, pick: random.Random) -> str:
        job = quick_job(sync=pick.random() < 0.7, image=pick.choice(self._bad))
        return self._judged(client.post(SUBMIT, json=job), {200, 202, 400, 413, 415, 503})

    def _bad_body(self, client: httpx.Client, pick: random.Random) -> str:
        body = json.dumps(quick_job()).encode()
        cut = body[: pick.randrange(len(body))]
        return self._judged(client.post(SUBMIT, content=cut), {400})

    def _cut_off(self, _client: httpx.Client, pick: random.Random) -> str:
        body = json.dumps(quick_job(sync=True)).encode()
        with self._connection(len(body)) as connection:
            connection.send(body[: pick.randrange(len(body))])
        return "cut off"

    def _gone_before_the_answer(self, _client: httpx.Client, pick: random.Random) -> str:
        body = json.dumps(quick_job(sync=True)).encode()
        with self._connection(len(body)) as connection:
            connection.send(body)
            time.sleep(pick.random() / 20)
        return "gone before the answer"

    @contextlib.contextmanager
    def _connection(self, length: int) -> Iterator[Connection]:
        with Connection(self._service.url) as connection:
            connection.head(
                api_token=self._service.token,
                content_type="application/json",
                content_length=str(length),
            )
            yield connection

    def _judged(self, answer: httpx.Response, right: set[int]) -> str:
        body = answer.json()
        if answer.status_code not in right or not REQUEST_ID.fullmatch(body["request_id"]):
            self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
        if answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.wrong.append("503 without Retry-After")
        return str(answer.status_code)


def held(service: ServiceProcess) -> tuple[int, int, int]:
    """Descriptors, threads and children of the service."""
    assert service.process
    pid = service.process.pid
    return process_tree.descriptors(pid), process_tree.threads(pid), len(process_tree.tree(pid)) - 1


def test_what_is_mixed_and_broken_off_leaves_nothing_behind(service: ServiceProcess) -> None:
    """No fault, no crash, a good picture afterwards, and what is held returns to where it was."""
    Clients(service, 100).run()
    before = settled(service)
    assert service.process
    pid, memory, begun = service.process.pid, process_tree.resident(service.process.pid), time.monotonic()
    clients = Clients(service, REQUESTS)
    clients.run()
    took = time.monotonic() - begun
    assert clients.wrong == []
    assert clients.answers["200"] > REQUESTS // 10
    assert clients.answers["400"] > REQUESTS // 10
    assert image(finished(service.post(quick_job(sync=True)))).size == SIZE
    most = (before[0] + POOL_FILES, before[1] + SLACK, WORKERS)
    after = settled(service, most)
    print(  # noqa: T201  # the long form's report
        f"{REQUESTS} requests in {took:.0f} s: {dict(clients.answers)}; descriptors, threads, children "
        f"{before} before, {after} after; {memory >> 20} MiB before, {process_tree.resident(pid) >> 20} after"
    )
    assert all(now <= then for now, then in zip(after, most, strict=True)), (before, after)
    assert service.process.poll() is None
    assert "Traceback" not in service.log


def settled(service: ServiceProcess, aim: tuple[int, int, int] | None = None) -> tuple[int, int, int]:
    """What is held once it stays the same for two seconds, or comes down to the aim; within a minute."""
    deadline, last, since = time.monotonic() + 60, held(service), time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.1)
        now = held(service)
        if aim and all(one <= other for one, other in zip(now, aim, strict=True)):
            return now
        if now != last:
            last, since = now, time.monotonic()
        elif aim is None and time.monotonic() - since > 2:
            return now
    return held(service)
