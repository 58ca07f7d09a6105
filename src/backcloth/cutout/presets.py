"""The embedded segmenters: which networks a preset runs, and what is done with their maps."""

from __future__ import annotations

import importlib.metadata
import threading
from functools import reduce
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.clean import clean
from backcloth.cutout.edge import refine_edge
from backcloth.cutout.gaps import open_gaps
from backcloth.cutout.u2net import U2Net, thumbnail_of
from backcloth.cutout.weights import U2NET, U2NETP, Weights, WeightsInvalid, WeightsUnavailable, verified

Picture = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

PRESETS = {"floor": (U2NETP,), "standard": (U2NET, U2NETP)}
"""The networks of each preset. Where there are two, the larger value of both counts at each pixel: either
alone drops parts of subjects that the other finds. Gaps that this closes open again where they look like the
background, see `gaps`."""

_REVISION = 2
"""Goes up with every change of `clean`, `gaps` or `edge` that changes a matte."""


class SaliencySegmenter:
    """Salient object networks, their maps cleaned and refined along the edge.

    Args:
        name: The preset, a key of PRESETS.
        models_dir: Where weights lie that are not in our own package.
        note: Why this preset runs, for operators.
        threads: Threads for one picture; pictures go through the networks one at a time.
        refine: Whether the edge is drawn anew from the photo's colours; otherwise the networks' matte is
            only enlarged.

    Raises:
        WeightsUnavailable: a file of the preset is missing.
        WeightsInvalid: a file of the preset is not the right one.
    """

    def __init__(
        self, name: str, models_dir: Path, *, note: str = "", threads: int = 2, refine: bool = True
    ) -> None:
        self.name = name
        self.note = note or f"{name}: as set"
        networks = PRESETS[name]
        self.fingerprint = _fingerprint(name, networks, refine=refine)
        self._refine = refine
        self._networks = [U2Net(verified(weights, models_dir), threads=threads) for weights in networks]
        # One at a time: two pictures side by side gain no throughput and cost hundreds of megabytes.
        self._turn = threading.Lock()

    def matte(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """The subject's coverage, (H, W) float32 0..1, of an (H, W, 3) uint8 sRGB picture."""
        thumbnail = thumbnail_of(picture)
        with self._turn:
            maps = [network.saliency(thumbnail) for network in self._networks]
        coarse = open_gaps(clean(reduce(np.maximum, maps)), maps, thumbnail)
        return refine_edge(picture, thumbnail, coarse) if self._refine else _enlarged(coarse, picture)


def open_segmenter(preset: str, models_dir: Path, *, refine: bool = True) -> SaliencySegmenter:
    """Loads a preset: `floor`, `standard`, or `auto` for the best whose weights are there and right.

    The segmenter's `note` says which preset runs and why. Without `refine` the networks' matte is only
    enlarged to the photo's size: faster and coarser.

    Raises:
        ValueError: no such preset.
        WeightsUnavailable: a preset was named and a file of it is missing.
        WeightsInvalid: a preset was named and a file of it is not the right one.
    """
    if preset in PRESETS:
        return SaliencySegmenter(preset, models_dir, refine=refine)
    if preset != "auto":
        raise ValueError(f"no cut-out preset is called {preset!r}: choose from auto, {', '.join(PRESETS)}")
    try:
        return SaliencySegmenter("standard", models_dir, note="standard: u2net.onnx is there", refine=refine)
    except (WeightsUnavailable, WeightsInvalid) as error:
        return SaliencySegmenter("floor", models_dir, note=f"floor: {error}", refine=refine)


def _enlarged(coarse: Map, picture: Picture) -> Map:
    matte = cv2.resize(coarse, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(matte, 0, 1, out=matte), np.float32)


def _fingerprint(name: str, networks: tuple[Weights, ...], *, refine: bool) -> str:
    sums = "+".join(weights.sha256[:12] for weights in networks)
    edge = "" if refine else ".unrefined"
    return f"{name}.{_REVISION}{edge}:{sums}:onnxruntime-{importlib.metadata.version('onnxruntime')}"
