"""Every socket of this process that could leave the machine, seen by the interpreter's own audit events."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

INTERNET = (socket.AF_INET, socket.AF_INET6)
DIALLING = ("socket.connect", "socket.sendto", "socket.sendmsg")


@dataclass
class Watch:
    """What was opened while it was on.

    Attributes:
        opened: Internet sockets made.
        dialled: Addresses that a connection was asked for, or a datagram sent to.
    """

    opened: int = 0
    dialled: list[Any] = field(default_factory=list)


_watches: list[Watch] = []


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    for watch in _watches:
        if event == "socket.__new__" and arguments[1] in INTERNET:
            watch.opened += 1
        elif event in DIALLING and isinstance(arguments[1], tuple):
            watch.dialled.append(arguments[1])


sys.addaudithook(_see)  # for good; there is no way to take one off


@contextmanager
def watched_sockets() -> Iterator[Watch]:
    """Watches while the `with` block runs. No code in the process can open a socket past it."""
    watch = Watch()
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)
