"""Our cut-out as a contestant: `python -m bench.cutout.own_worker PRESET MODELS_DIR REFINE`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from backcloth.cutout.presets import open_segmenter
from backcloth.cutout.subject import extract
from backcloth.imaging.decode import Photo
from bench.cutout.loop import Cut, Pixels, serve


def _load() -> Cut:
    preset, models, refine = sys.argv[1:]
    segmenter = open_segmenter(preset, Path(models), refine=refine == "refined")

    def cut(picture: Pixels) -> Pixels:
        cutout = extract(Photo(picture), segmenter, force=False)
        return np.dstack([cutout.foreground, cutout.matte])

    return cut


serve(_load)
