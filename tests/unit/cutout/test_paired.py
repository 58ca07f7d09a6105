from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backcloth.cutout.network import OnnxNetwork
from backcloth.cutout.paired import PairedNetwork
from backcloth.cutout.spec import Map, NetworkSpec, Pixels
from backcloth.cutout.weights import U2NETP, verified

PATIENCE_S = 30
THUMBNAIL = np.zeros((8, 8, 3), np.uint8)


class Held:
    """A network that fills its map with one value, and stays inside until it is let go."""

    spec = NetworkSpec((8, 8))

    def __init__(self, value: float, *, held: bool) -> None:
        self._value = value
        self.entered, self.let_go = threading.Event(), threading.Event()
        if not held:
            self.let_go.set()

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        self.entered.set()
        if not self.let_go.wait(PATIENCE_S):
            raise TimeoutError
        return np.full(thumbnail.shape[:2], self._value, np.float32)


def test_a_second_picture_goes_beside_the_first() -> None:
    """While one picture is inside, the next takes the other copy; afterwards the first copy is free again."""
    alone, beside = Held(1, held=True), Held(0, held=False)
    network = PairedNetwork(alone, beside)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(network.map, THUMBNAIL)
        assert alone.entered.wait(PATIENCE_S)
        assert not network.map(THUMBNAIL).any()
        alone.let_go.set()
        assert first.result().all()
    assert network.map(THUMBNAIL).all()


def test_a_failure_leaves_nobody_inside() -> None:
    """After a network raised, a picture alone still goes through the first copy."""
    alone = Held(1, held=False)
    network = PairedNetwork(alone, Held(0, held=False))
    with pytest.raises(AttributeError):
        network.map(None)  # type: ignore[arg-type]  # what fails does not matter
    assert network.map(THUMBNAIL).all()


def test_threads_do_not_change_the_map(models: Path, ball: SimpleNamespace) -> None:
    """One thread and two give the same bytes: a job repeats exactly, however busy the service is."""
    path, thumbnail = verified(U2NETP, models), U2NETP.spec.thumbnail(ball.picture)
    one, two = (OnnxNetwork(path, U2NETP.spec, threads=n, plain=True).map(thumbnail) for n in (1, 2))
    assert np.array_equal(one, two)
