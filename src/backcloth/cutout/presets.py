"""The segmenters by name: which networks a preset runs, and what is done with their maps."""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Sequence
from functools import cache, partial, reduce
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.birefnet import VARIANTS, Shelf, open_birefnet
from backcloth.cutout.clean import clean
from backcloth.cutout.closer import look_closer
from backcloth.cutout.colours import tell, weigh_colours
from backcloth.cutout.custom import open_custom, read_custom
from backcloth.cutout.edge import refine_edge
from backcloth.cutout.gaps import open_gaps
from backcloth.cutout.hint import follow_hint
from backcloth.cutout.lift import lift
from backcloth.cutout.network import Network, OnnxNetwork
from backcloth.cutout.openings import openings
from backcloth.cutout.paired import AT_ONCE, PairedNetwork
from backcloth.cutout.spec import Map, Pixels
from backcloth.cutout.veto import veto
from backcloth.cutout.weights import (
    ISNET,
    U2NET,
    U2NETP,
    Weights,
    WeightsInvalid,
    WeightsUnavailable,
    verified,
)

PRESETS = {"floor": (U2NETP,), "standard": (U2NET, U2NETP), "quality": (ISNET, U2NETP)}
"""The networks of each embedded preset, the finest first. Of two maps of one size the larger value counts
at each pixel: either alone drops parts of subjects that the other finds, and gaps that this closes open again
where they look like the background, see `gaps`. A finer map loses to a coarser one what stands apart from the
subject, see `veto`, and is lifted by it, see `lift`."""

CUSTOM = "custom"
"""The preset whose network the operator brings, see the module of that name."""

NAMES = (*PRESETS, CUSTOM, *VARIANTS)
"""Every preset that can be set by name."""

_REVISION = 6
"""Goes up when `clean`, `closer`, `colours`, `edge`, `gaps`, `hint`, `lift`, `openings` or `veto` change a
matte."""

_THREADS = 2
"""Threads for one picture that is alone."""


class SaliencySegmenter:
    """Networks that tell what stands out, their maps joined, cleaned and refined along the edge.

    Args:
        name: As in the settings and the job notes.
        networks: The finest first.
        fingerprint: Of the networks' weights and runtime.
        note: Why this segmenter runs, for operators.
        refine: Whether the edge is drawn anew from the photo's colours; otherwise the map is only enlarged.
        closer: Whether the first network looks again at a subject that is small in the frame, or half seen.
        at_once: Pictures in the networks at one time.
    """

    def __init__(
        self,
        name: str,
        networks: Sequence[Network],
        *,
        fingerprint: str,
        note: str = "",
        refine: bool = True,
        closer: bool = False,
        at_once: int = 1,
    ) -> None:
        self.name = name
        self.note = note or f"{name}: as set"
        self.fingerprint = f"{name}.{_REVISION}{'' if refine else '.unrefined'}:{fingerprint}"
        self._networks = networks
        self._refine = refine
        self._closer = closer
        self._turn = threading.BoundedSemaphore(at_once)

    def matte(self, picture: Pixels) -> Map:
        """The subject's coverage, (H, W) float32 0..1, of an (H, W, 3) uint8 sRGB picture."""
        thumbnails = [network.spec.thumbnail(picture) for network in self._networks]
        with self._turn:
            pairs = zip(self._networks, thumbnails, strict=True)
            maps = [network.map(thumbnail) for network, thumbnail in pairs]
            if self._closer:
                maps.append(_again(picture, maps[0], self._networks[0]))
        # Not every way asks for it, and one asks twice.
        shown = cache(partial(_shown, maps[0], picture))
        if len({each.shape for each in maps}) == 1:
            coarse = open_gaps(clean(reduce(np.maximum, maps)), maps, thumbnails[0])
        else:
            coarse = clean(reduce(partial(_lifted, openings=shown()), maps))
        if not self._refine:
            return _enlarged(coarse, picture)
        return refine_edge(picture, thumbnails[0], weigh_colours(coarse, picture, shown()))

    def saliency(self, picture: Pixels) -> Map:
        """The coarsest network's own map of an (H, W, 3) uint8 sRGB picture, (h, w) float32 0..1."""
        network = self._networks[-1]
        with self._turn:
            return network.map(network.spec.thumbnail(picture))


class MattingSegmenter:
    """A network whose map is a matte already: it is brought to the photo's size and otherwise left as it is.

    Args:
        name: As in the settings and the job notes.
        network: The network.
        fingerprint: Of its weights and runtime.
        note: Why this segmenter runs, for operators.
    """

    def __init__(self, name: str, network: Network, *, fingerprint: str, note: str = "") -> None:
        self.name = name
        self.note = note or f"{name}: as set"
        self.fingerprint = f"{name}.{_REVISION}:{fingerprint}"
        self._network = network
        self._turn = threading.Lock()

    def matte(self, picture: Pixels) -> Map:
        """The subject's coverage, (H, W) float32 0..1, of an (H, W, 3) uint8 sRGB picture."""
        thumbnail = self._network.spec.thumbnail(picture)
        with self._turn:
            matte = self._network.map(thumbnail)
        return _enlarged(matte, picture)

    def saliency(self, picture: Pixels) -> Map:
        """The network's own map of an (H, W, 3) uint8 sRGB picture, (h, w) float32 0..1."""
        with self._turn:
            return self._network.map(self._network.spec.thumbnail(picture))


Segmenter = SaliencySegmenter | MattingSegmenter


def open_segmenter(
    preset: str,
    models_dir: Path,
    *,
    refine: bool = True,
    model: Path | None = None,
    shelf: Shelf | None = None,
) -> Segmenter:
    """Loads a segmenter by its preset's name.

    `auto` is `standard` where its weights are there and right, else `floor`. The segmenter's `note` says
    which preset runs and why.

    Args:
        preset: `auto`, or one of NAMES.
        models_dir: Where weights lie that are not in our own package.
        refine: Without, the networks' map is only enlarged to the photo's size: faster and coarser.
        model: The TOML file of the preset `custom`.
        shelf: Where the BiRefNets lie and how they may be run.

    Raises:
        ValueError: no such preset.
        WeightsUnavailable: a preset was named and something that it needs is missing.
        WeightsInvalid: a preset was named and a file of it is not the right one.
    """
    if preset in PRESETS:
        return _embedded(preset, models_dir, refine=refine)
    if preset == CUSTOM:
        return _custom(model, refine=refine)
    if preset in VARIANTS:
        return _birefnet(preset, shelf or Shelf(), refine=refine)
    if preset != "auto":
        raise ValueError(f"no cut-out preset is called {preset!r}: choose from auto, {', '.join(NAMES)}")
    try:
        return _embedded("standard", models_dir, refine=refine, note="standard: u2net.onnx is there")
    except (WeightsUnavailable, WeightsInvalid) as error:
        return _embedded("floor", models_dir, refine=refine, note=f"floor: {error}")


def _embedded(name: str, models_dir: Path, *, refine: bool, note: str = "") -> SaliencySegmenter:
    recipe = PRESETS[name]
    paths = [verified(each, models_dir) for each in recipe]
    networks: list[Network] = [
        _network(path, each, threads=_THREADS) for path, each in zip(paths, recipe, strict=True)
    ]
    # Side by side, pictures cost less time and hundreds of megabytes: the small network alone can afford it.
    # It can also afford a second look, which the larger ones gain little from.
    small = recipe == (U2NETP,)
    if small:
        networks = [PairedNetwork(networks[0], _network(paths[0], U2NETP, threads=1))]
    return SaliencySegmenter(
        name,
        networks,
        fingerprint=_fingerprint(recipe),
        note=note,
        refine=refine,
        closer=small and refine,
        at_once=AT_ONCE if small else 1,
    )


def _network(path: Path, weights: Weights, *, threads: int) -> OnnxNetwork:
    return OnnxNetwork(path, weights.spec, threads=threads, plain=True)


def _custom(model: Path | None, *, refine: bool) -> Segmenter:
    custom = read_custom(model)
    network = open_custom(custom, threads=_THREADS)
    sums = f"{custom.digest[:12]}+{custom.sha256[:12]}:{_runtime()}"
    if custom.matting:
        return MattingSegmenter(CUSTOM, network, fingerprint=sums, note=f"{CUSTOM}: {custom.name}")
    return SaliencySegmenter(
        CUSTOM, [network], fingerprint=sums, note=f"{CUSTOM}: {custom.name}", refine=refine
    )


def _birefnet(name: str, shelf: Shelf, *, refine: bool) -> Segmenter:
    network = open_birefnet(name, shelf)
    if VARIANTS[name].matting:
        return MattingSegmenter(name, network, fingerprint=network.fingerprint)
    return SaliencySegmenter(name, [network], fingerprint=network.fingerprint, refine=refine)


def _shown(fine: Map, picture: Pixels) -> npt.NDArray[np.bool_]:
    return openings(fine, tell(clean(fine), picture))


def _lifted(fine: Map, coarse: Map, openings: npt.NDArray[np.bool_]) -> Map:
    return lift(veto(fine, clean(coarse)), coarse, openings)


def _again(picture: Pixels, first: Map, network: Network) -> Map:
    coarse = clean(first)
    if coarse.any():
        return look_closer(picture, first, coarse, network)
    return follow_hint(picture, first, network)


def _enlarged(coarse: Map, picture: Pixels) -> Map:
    matte = cv2.resize(coarse, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(matte, 0, 1, out=matte), np.float32)


def _fingerprint(recipe: Sequence[Weights]) -> str:
    return f"{'+'.join(weights.sha256[:12] for weights in recipe)}:{_runtime()}"


def _runtime() -> str:
    return f"onnxruntime-{importlib.metadata.version('onnxruntime')}"
