"""What passes between a `decoder` and the process that decodes for it, over one socket.

The process says READY. From then on a request is REQUEST and the file's bytes; its answer is ANSWER and,
where that says PICTURE, the (H, W, 3) pixels and the (H, W) alpha, if any. There is nothing to parse: one
that a hostile file took over can send wrong pixels, and nothing else that means anything.
"""

from __future__ import annotations

import enum
import socket
import struct
import time
from dataclasses import dataclass

READY = b"!"

REQUEST = struct.Struct(">QQ")
"""Bytes of the file, and the most pixels that it may have."""

ANSWER = struct.Struct(">B?II")
"""Kind, whether there is alpha, width, height: of the result, or of the file where it is too large."""


class Kind(enum.IntEnum):
    """How a request ended."""

    PICTURE = 0
    UNSUPPORTED = 1
    TOO_MANY_PIXELS = 2
    DAMAGED = 3
    NO_MEMORY = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What decoding one picture may cost. Both allowances grow with the pixels that its header declares.

    Attributes:
        max_pixels: More are refused, where a request does not say how many.
        seconds: CPU seconds for any file.
        megapixel_s: CPU seconds more for each million of pixels.
        memory: Bytes of address space besides the file, the interpreter and its libraries among them.
        pixel_bytes: Bytes more for each pixel.
    """

    max_pixels: int
    seconds: float
    megapixel_s: float
    memory: int
    pixel_bytes: int

    def seconds_for(self, pixels: int) -> float:
        """CPU seconds for a picture of that many pixels."""
        return self.seconds + self.megapixel_s * pixels / 1e6

    def memory_for(self, pixels: int, size: int) -> int:
        """Bytes of address space for a picture of that many pixels in a file of that many bytes."""
        return self.memory + 2 * size + self.pixel_bytes * pixels

    def words(self) -> list[str]:
        """As arguments of a command; `limits_of` reads them."""
        numbers = (self.max_pixels, self.seconds, self.megapixel_s, self.memory, self.pixel_bytes)
        return [str(number) for number in numbers]


def limits_of(words: list[str]) -> Limits:
    """The limits in arguments of a command."""
    pixels, seconds, megapixel_s, memory, pixel_bytes = words
    return Limits(int(pixels), float(seconds), float(megapixel_s), int(memory), int(pixel_bytes))


def fill(channel: socket.socket, room: memoryview, until: float | None = None) -> None:
    """Receives until the room is full.

    Args:
        channel: A blocking socket.
        room: Bytes that may be written to.
        until: When to give up, of `time.monotonic`; None never.

    Raises:
        EOFError: the other side ended before.
        TimeoutError: it took too long.
        OSError: the connection failed.
    """
    while room:
        hurry(channel, until)
        count = channel.recv_into(room)
        if not count:
            raise EOFError
        room = room[count:]


def take(channel: socket.socket, size: int, until: float | None = None) -> bytearray:
    """Receives so many bytes; raises as `fill` does."""
    buffer = bytearray(size)
    fill(channel, memoryview(buffer), until)
    return buffer


def hurry(channel: socket.socket, until: float | None) -> None:
    """Leaves the next call on the socket the time there is.

    Raises:
        TimeoutError: there is none.
    """
    if until is None:
        return
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    channel.settimeout(left)
