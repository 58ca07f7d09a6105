"""Keeps encoded prompts, so that a prompt seen lately need not be encoded again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Embeds(Generic[Key, Value]):
    """The encoded prompts used last.

    Args:
        capacity: How many; 0 keeps none.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self.hits = 0

    def get(self, key: Key, encode: Callable[[], Value]) -> Value:
        """What `encode` gave for the key, now or lately."""
        if key in self._kept:
            self.hits += 1
            self._kept.move_to_end(key)
            return self._kept[key]
        value = encode()
        self._kept[key] = value
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forgets all of them; they lie in the device's memory."""
        self._kept.clear()
