"""Has the new background made by the engine for its kind, at the size of the canvas."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from backcloth.cutout.protocol import Segmenter
from backcloth.cutout.subject import CutOut
from backcloth.domain.background import References
from backcloth.domain.request import ReplaceBackground
from backcloth.imaging.geometry import resize_matte, resize_picture
from backcloth.pipeline.check import generate_checked
from backcloth.pipeline.inputs import Inputs
from backcloth.pipeline.watch import Watch
from backcloth.scene.protocol import Plate, SceneEngine, SceneJob


def make_plate(
    job_id: str,
    request: ReplaceBackground,
    inputs: Inputs,
    cutout: CutOut,
    engine: SceneEngine,
    segmenter: Segmenter,
    watch: Watch,
) -> Plate:
    """The plate at canvas size.

    An engine draws no more pixels than it states; a larger canvas gets its plate enlarged, which a
    background that lies out of focus bears well, while the subject keeps its full resolution.
    """
    size = _within(inputs.size, engine.capabilities().pixel_limit)
    plate = generate_checked(
        engine,
        SceneJob(
            id=job_id,
            background=request.background,
            size=size,
            subject=resize_picture(cutout.picture, size),
            matte=resize_matte(cutout.matte, size).astype(np.float32) / np.float32(255),
            seed=request.seed,
            mode=request.mode,
            references=tuple(reference.picture for reference in inputs.references),
            reference_mattes=_looked_at(request, inputs, engine, segmenter),
            shadow=request.placement.shadow,
            progress=watch.on_progress,
            cancelled=watch.cancelled,
        ),
        segmenter,
    )
    return replace(plate, picture=resize_picture(plate.picture, inputs.size))


def _looked_at(
    request: ReplaceBackground, inputs: Inputs, engine: SceneEngine, segmenter: Segmenter
) -> tuple[npt.NDArray[np.float32], ...]:
    """What stands out in each reference that the engine will use and may change."""
    if not (isinstance(request.background, References) and request.background.enhance):
        return ()
    used = engine.capabilities().max_references
    return tuple(segmenter.saliency(photo.picture) for photo in inputs.references[:used])


def _within(size: tuple[int, int], pixel_limit: int) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, math.sqrt(pixel_limit / (width * height)))
    return max(1, int(width * scale)), max(1, int(height * scale))
