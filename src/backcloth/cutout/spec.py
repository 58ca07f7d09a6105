"""How a network that maps the subject is fed and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's colours, which most networks are fed relative to."""


def squeezed(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """An (H, W, 3) uint8 picture at a size (width, height), aspect ratio not kept."""
    shrinks = picture.shape[1] >= size[0] and picture.shape[0] >= size[1]
    filtered = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=filtered), np.uint8)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """How a network is fed and read.

    Attributes:
        size: Width and height, in pixels, of the thumbnail that the network takes.
        mean: Of each channel R, G, B, on the scale 0..1.
        std: Likewise the standard deviation.
        scale: `255` brings colours to 0..1; `max` does too and makes the brightest value of the picture 1.
        output: Name of the output that holds the map, or its number.
        activation: What turns that output into 0..1: nothing, or the logistic function.
    """

    size: tuple[int, int]
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    scale: Literal["255", "max"] = "255"
    output: str | int = 0
    activation: Literal["none", "sigmoid"] = "none"

    def thumbnail(self, picture: Pixels) -> Pixels:
        """An (H, W, 3) uint8 picture squeezed into the network's size, aspect ratio not kept.

        Padding instead of squeezing scored worse (IoU .828 against .850 on 167 photos).
        """
        return squeezed(picture, self.size)

    def batch(self, thumbnail: Pixels) -> npt.NDArray[np.float32]:
        """The network's input, (1, 3, h, w) float32, from an (h, w, 3) uint8 sRGB thumbnail."""
        brightest = max(1, int(thumbnail.max())) if self.scale == "max" else 255
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        colours = (thumbnail.astype(np.float32) / brightest - mean) / std
        return np.ascontiguousarray(colours.transpose(2, 0, 1)[None])

    def map(self, output: npt.NDArray[np.floating]) -> Map:
        """The (h, w) float32 map, 0..1, from the network's output, whose other dimensions are 1.

        The map is the network's own, not stretched to fill 0..1: stretching finds a subject in a picture
        that has none.

        Raises:
            ValueError: the output has another shape, or values that are no numbers.
        """
        wide, high = self.size
        if output.size != wide * high or output.shape[-2:] != (high, wide):
            raise ValueError(
                f"the network's output has the shape {output.shape} instead of (1, 1, {high}, {wide})"
            )
        values: Map = output.reshape(high, wide).astype(np.float32)
        if self.activation == "sigmoid":
            values = np.float32(1) / (1 + np.exp(-np.clip(values, -80, 80, dtype=np.float32)))
        if not np.isfinite(values).all():
            raise ValueError("the network's output holds values that are no numbers")
        return np.clip(values, 0, 1).astype(np.float32)
