"""The gate in jobs/gate.py."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backcloth.jobs.gate import Gate


def test_shared_passes_run_side_by_side() -> None:
    """Two threads that share the gate are inside at the same time."""
    gate = Gate(settle_s=0)
    together = threading.Barrier(2, timeout=5)

    def pass_through() -> None:
        with gate.shared():
            together.wait()

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(pass_through) for _ in range(2)]:
            future.result()


def test_alone_means_alone() -> None:
    """Nobody is inside beside a pass taken alone, and everybody gets through."""
    gate = Gate(settle_s=0)
    inside: list[str] = []
    seen: list[tuple[str, ...]] = []
    lock = threading.Lock()

    def pass_through(kind: str) -> None:
        with gate.alone(1) if kind == "alone" else gate.shared():
            with lock:
                inside.append(kind)
                seen.append(tuple(inside))
            with lock:
                inside.remove(kind)

    kinds = ["shared", "alone", "shared", "shared", "alone"] * 40
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(pass_through, kinds))
    assert len(seen) == len(kinds)
    assert [company for company in seen if "alone" in company and len(company) > 1] == []


def test_whoever_waits_to_be_alone_goes_before_later_comers() -> None:
    """A busy service does not starve a suspect."""
    gate = Gate(settle_s=0)
    order: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with gate.shared():
            entered.set()
            leave.wait(5)

    def note(kind: str) -> None:
        with gate.alone(1) if kind == "alone" else gate.shared():
            order.append(kind)

    with ThreadPoolExecutor(3) as threads:
        holding = threads.submit(hold)
        entered.wait(5)
        suspect = threads.submit(note, "alone")
        while not gate._suspects:
            pass
        later = threads.submit(note, "shared")
        leave.set()
        for future in (holding, suspect, later):
            future.result(timeout=5)
    assert order == ["alone", "shared"]


def test_a_failure_inside_opens_the_gate_again() -> None:
    """An exception leaves no lock behind."""
    gate = Gate(settle_s=0)
    with pytest.raises(ZeroDivisionError), gate.alone(1):
        _ = 1 / 0
    with pytest.raises(ZeroDivisionError), gate.shared():
        _ = 1 / 0
    with gate.alone(1):
        pass


def test_the_least_suspicious_goes_first() -> None:
    """Of suspects that come together, whoever died least runs first."""
    gate = Gate(settle_s=0.2)
    order: list[int] = []

    def note(deaths: int) -> None:
        with gate.alone(deaths):
            order.append(deaths)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(note, [3, 1, 4, 2]))
    assert order == [1, 2, 3, 4]
