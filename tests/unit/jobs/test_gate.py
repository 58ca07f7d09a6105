"""The gate in jobs/gate.py."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backcloth.jobs.gate import Gate


def test_shared_passes_run_side_by_side() -> None:
    """Two threads that share the gate are inside at the same time."""
    gate = Gate()
    together = threading.Barrier(2, timeout=5)

    def pass_through() -> None:
        with gate.shared():
            together.wait()

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(pass_through) for _ in range(2)]:
            future.result()


def test_alone_means_alone() -> None:
    """Nobody is inside beside a pass taken alone, and everybody gets through."""
    gate = Gate()
    inside: list[str] = []
    seen: list[tuple[str, ...]] = []
    lock = threading.Lock()

    def pass_through(kind: str) -> None:
        with gate.alone() if kind == "alone" else gate.shared():
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
    gate = Gate()
    order: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with gate.shared():
            entered.set()
            leave.wait(5)

    def note(kind: str) -> None:
        with gate.alone() if kind == "alone" else gate.shared():
            order.append(kind)

    with ThreadPoolExecutor(3) as threads:
        holding = threads.submit(hold)
        entered.wait(5)
        suspect = threads.submit(note, "alone")
        while not gate._waiting_alone:
            pass
        later = threads.submit(note, "shared")
        leave.set()
        for future in (holding, suspect, later):
            future.result(timeout=5)
    assert order == ["alone", "shared"]


def test_a_failure_inside_opens_the_gate_again() -> None:
    """An exception leaves no lock behind."""
    gate = Gate()
    for enter in (gate.alone, gate.shared):
        with pytest.raises(ZeroDivisionError), enter():
            _ = 1 / 0
    with gate.alone():
        pass
