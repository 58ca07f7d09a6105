"""A small network loaded twice: for a picture alone, and for pictures side by side."""

from __future__ import annotations

import threading

from backcloth.cutout.network import Network
from backcloth.cutout.spec import Map, NetworkSpec, Pixels

AT_ONCE = 2
"""Pictures side by side. Each needs 280 MiB in `u2netp`."""


class PairedNetwork:
    """Takes a picture that is alone through one copy of a network and pictures side by side through another.

    Several threads for one picture answer it sooner, but cost a tenth more than one thread, and stand still
    whenever another stage of another job takes a processor from one of them. Both copies give the same map.

    Args:
        alone: The network with several threads.
        beside: The same network with one thread.
    """

    def __init__(self, alone: Network, beside: Network) -> None:
        self._alone = alone
        self._beside = beside
        self._changing = threading.Lock()
        self._inside = 0

    @property
    def spec(self) -> NetworkSpec:
        """See Network."""
        return self._alone.spec

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        with self._changing:
            self._inside += 1
            network = self._alone if self._inside == 1 else self._beside
        try:
            return network.map(thumbnail)
        finally:
            with self._changing:
                self._inside -= 1
