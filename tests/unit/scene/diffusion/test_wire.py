"""What an engine and its processes say to each other."""

from __future__ import annotations

import io

import numpy as np
import pytest

from backcloth.scene.diffusion.task import Task, task_of
from backcloth.scene.diffusion.wire import receive, send


def test_a_message_comes_as_it_went() -> None:
    """Facts and pictures survive the way, several messages in a row."""
    pictures = [
        np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8) for shape in ((3, 5, 3), (4, 2))
    ]
    stream = io.BytesIO()
    send(stream, {"say": "näh\n"}, pictures)
    send(stream, {"say": "b"})
    stream.seek(0)
    facts, received = receive(stream)
    assert facts == {"say": "näh\n"}
    assert all(np.array_equal(one, other) for one, other in zip(pictures, received, strict=True))
    assert receive(stream) == ({"say": "b"}, [])


@pytest.mark.parametrize("cut", [0, 5, -1])
def test_a_message_that_breaks_off_is_the_end(cut: int) -> None:
    """A process that dies in the middle of a message has said nothing."""
    stream = io.BytesIO()
    send(stream, {"say": "a"}, [np.zeros((4, 4), np.uint8)])
    with pytest.raises(EOFError):
        receive(io.BytesIO(stream.getvalue()[:cut]))


def test_tasks_find_their_pictures_again() -> None:
    """Several tasks, with and without references, are taken off one list of pictures."""
    pixels = [np.full((2, 2, 3), shade, np.uint8) for shade in range(5)]
    tasks = [
        Task("a", "", 1, pixels[0], pixels[0][..., 0], (pixels[1], pixels[2])),
        Task("b", "no", 2, pixels[3], pixels[3][..., 0]),
    ]
    pictures = [picture for task in tasks for picture in task.pictures]
    again = [task_of(task.words, pictures) for task in tasks]
    assert not pictures
    for task, other in zip(tasks, again, strict=True):
        assert (task.words, task.size) == (other.words, other.size)
        assert all(np.array_equal(*pair) for pair in zip(task.pictures, other.pictures, strict=True))
