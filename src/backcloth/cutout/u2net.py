"""U²-Net salient object detection on onnxruntime (Qin et al., Pattern Recognition 106, 2020)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

SIDE = 320
"""Pixels a side of the square that the network was trained on; larger squares score worse."""

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class U2Net:
    """One set of U²-Net weights, loaded.

    Args:
        path: The ONNX file.
        threads: Threads for one picture.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy, and needed only where a network runs

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads that spin take the processor from the other stages and win no throughput here.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        # The first output is the fused map; the other six are side outputs that only training needs.
        self._output = self._session.get_outputs()[0].name

    def saliency(self, thumbnail: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """How likely each pixel belongs to what stands out.

        The result is the network's own, not stretched to fill 0..1: stretching finds a subject in a
        picture that has none.

        Args:
            thumbnail: (SIDE, SIDE, 3) uint8 sRGB, see `thumbnail_of`.

        Returns:
            (SIDE, SIDE) float32, 0..1.
        """
        scaled = thumbnail.astype(np.float32) / max(1, int(thumbnail.max()))
        batch = ((scaled - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None]
        (result,) = self._session.run([self._output], {self._input: np.ascontiguousarray(batch)})
        return np.asarray(result[0, 0], np.float32)


def thumbnail_of(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """An (H, W, 3) uint8 picture squeezed into the network's square, aspect ratio not kept.

    Padding instead of squeezing scored worse (IoU .828 against .850 on 167 photos).
    """
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
