"""A model in a folder of the operator's, as a hub's repository holds it, opened through transformers.

Nothing is downloaded and no code in the folder runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from backcloth.errors import one_line
from backcloth.moderation.protocol import ModeratorUnavailable

T = TypeVar("T")

LOADING = {"local_files_only": True, "trust_remote_code": False}
"""For every `from_pretrained`."""


def open_folder(folder: Path, knob: str, device: str, load: Callable[[Any, Any], T]) -> T:
    """Loads what a folder holds.

    Args:
        folder: Holds the model.
        knob: The setting that names the folder, for messages.
        device: `auto` (a GPU where there is one), or a device as torch names it.
        load: Given transformers and the device.

    Raises:
        ModeratorUnavailable: the folder, torch, transformers or the device is missing, or `load` fails.
    """
    if not (folder / "config.json").is_file():
        raise ModeratorUnavailable(f"{knob}: there is no {folder / 'config.json'}: download a model there")
    try:
        import torch  # noqa: PLC0415  # an extra, gigabytes of it
        import transformers  # noqa: PLC0415  # likewise
    except ImportError as problem:
        raise ModeratorUnavailable(
            f"{knob}: torch and transformers are needed: pip install 'backcloth[torch]'"
        ) from problem
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    if device.startswith("cuda") and not on_gpu:
        raise ModeratorUnavailable(
            f"BACKCLOTH_MODERATION_DEVICE is {device}, but torch finds no such GPU here"
        )
    try:
        return load(transformers, torch.device(("cuda" if on_gpu else "cpu") if device == "auto" else device))
    except ModeratorUnavailable:
        raise
    except Exception as problem:
        # The files may be anything, and the libraries raise what they like.
        raise ModeratorUnavailable(f"{knob}: {folder} cannot be used: {one_line(problem)}") from problem


def number_type(place: Any) -> Any:
    """What a model computes in: as it was saved on a GPU, in single precision on a CPU."""
    import torch  # noqa: PLC0415  # an extra

    return "auto" if place.type == "cuda" else torch.float32


class Turn:
    """One picture at a time.

    Args:
        timeout_s: Seconds to wait for it.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Takes the turn.

        Raises:
            TimeoutError: it did not come in time.
        """
        if not self._lock.acquire(timeout=self._timeout_s):
            raise TimeoutError("the model was busy")
        try:
            yield
        finally:
            self._lock.release()
