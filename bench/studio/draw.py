"""One plate by the studio, and what it cost."""

from __future__ import annotations

import time

import numpy as np

from backcloth.domain.background import Prompt
from backcloth.imaging.blend import composite
from backcloth.scene.protocol import Picture, Plate, SceneJob
from backcloth.scene.studio.engine import StudioEngine
from bench.studio.subjects import Subject


def draw(engine: StudioEngine, subject: Subject, prompt: str, *, seed: int) -> tuple[Plate, float]:
    """The plate and the CPU seconds of all threads that it took, understanding the prompt included."""
    height, width = subject.matte.shape
    job = SceneJob(
        "bench",
        Prompt(prompt),
        (width, height),
        subject.picture,
        subject.matte.astype(np.float32) / np.float32(255),
        seed,
    )
    begun = time.process_time()
    plate = engine.generate(job)
    return plate, time.process_time() - begun


def finished(subject: Subject, plate: Picture) -> Picture:
    """The subject on the plate."""
    return composite(subject.picture, subject.foreground, subject.matte, plate)
