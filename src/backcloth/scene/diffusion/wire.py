"""What an engine and its processes say to each other: one JSON line of facts, then pictures as raw bytes.

Nothing that is received is ever run or unpickled.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_LINE_MAX = 1 << 20


def send(stream: IO[bytes], facts: dict[str, Any], pictures: Sequence[Pixels] = ()) -> None:
    """Writes one message.

    Args:
        stream: Where to.
        facts: JSON values; the key `shapes` is taken.
        pictures: uint8 arrays.

    Raises:
        OSError: the other side is gone.
    """
    line = json.dumps(facts | {"shapes": [picture.shape for picture in pictures]}, ensure_ascii=True)
    stream.write(line.encode() + b"\n")
    stream.writelines(np.ascontiguousarray(picture).data for picture in pictures)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[Pixels]]:
    """Reads one message; waits for it.

    Raises:
        EOFError: the other side is gone, perhaps in the middle of a message.
    """
    line = stream.readline(_LINE_MAX)
    if not line.endswith(b"\n"):
        raise EOFError
    facts: dict[str, Any] = json.loads(line)
    pictures = []
    for shape in facts.pop("shapes"):
        data = stream.read(math.prod(shape))
        if len(data) < math.prod(shape):
            raise EOFError
        pictures.append(np.frombuffer(data, np.uint8).reshape(shape))
    return facts, pictures
