"""From reference pictures to the plate."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from backcloth.domain.provenance import Origin
from backcloth.imaging.geometry import cover, resize_picture
from backcloth.scene.protocol import Picture, Plate, SceneJob
from backcloth.scene.reference.engine import MAX_REFERENCES
from backcloth.scene.reference.place import placed
from backcloth.scene.reference.restage import restaged
from backcloth.scene.reference.several import best, steer
from backcloth.scene.reference.study import study_reference, without_subject
from backcloth.scene.studio.arrays import Field
from backcloth.scene.studio.engine import PIXEL_LIMIT
from backcloth.scene.studio.stance import read_stance

VERSION = "2"
"""Part of the fingerprint: raised whenever the same job would give other bytes."""

_SMALL = 1.5
"""Enlargement from which a reference counts as too small for the canvas."""

_WORK_PIXELS = 6_000_000
"""Larger plates are made at this size and enlarged; those that the studio draws, at its own limit."""


def made(job: SceneJob, *, enhance: bool) -> Plate:
    """The plate of a job.

    Args:
        job: With at least one reference picture.
        enhance: Whether the pictures are worked on, or the first is taken as it is.
    """
    found = _enhanced(job) if enhance else _as_it_is(job)
    return Plate(found.picture, f"reference {VERSION}", found.scene, found.notices, origin=Origin.PICTURES)


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    picture: Picture
    scene: str
    notices: tuple[str, ...]


def _as_it_is(job: SceneJob) -> _Made:
    first, *others = range(len(job.references))
    picture = cover(job.references[first], job.size)
    return _Made(picture, "reference picture, fitted", _unused(others) + _enlarged(job, first))


def _enhanced(whole: SceneJob) -> _Made:
    job = _within(whole, _WORK_PIXELS)
    saliencies = itertools.chain(job.reference_mattes, itertools.repeat(None))
    pairs = itertools.islice(zip(job.references, saliencies, strict=False), MAX_REFERENCES)
    studies = [study_reference(index, *pair, job.subject) for index, pair in enumerate(pairs)]
    lead = studies.pop(best(studies, job.size))
    cleaned = without_subject(lead)
    if cleaned is None:
        job = _within(job, PIXEL_LIMIT)
        made = restaged(lead, job, read_stance(job.subject, job.matte))
    else:
        made = placed(cleaned, job, read_stance(job.subject, job.matte))
    picture = steer(made.picture, studies) if studies else made.picture
    notices = (
        *made.notices,
        *(_enlarged(whole, lead.index) if cleaned else ()),
        *(f"ref_images[{study.index}] steered the colours and the light." for study in studies),
        *_unused(range(MAX_REFERENCES, len(job.references))),
    )
    scene = f"ref_images[{lead.index}] " + ", ".join(made.did)
    return _Made(resize_picture(_dithered(picture, job.seed), whole.size), scene, notices)


def _within(job: SceneJob, pixels: int) -> SceneJob:
    """The job at a size of at most that many pixels."""
    scale = math.sqrt(pixels / (job.size[0] * job.size[1]))
    if scale >= 1:
        return job
    size = (max(1, int(job.size[0] * scale)), max(1, int(job.size[1] * scale)))
    matte = np.asarray(cv2.resize(job.matte, size, interpolation=cv2.INTER_AREA), np.float32)
    return replace(job, size=size, subject=resize_picture(job.subject, size), matte=matte)


def _dithered(picture: Field, seed: int) -> Picture:
    """(H, W, 3) uint8 from encoded 0..1."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 7])))
    steps = picture * np.float32(255) + rng.random(picture.shape, dtype=np.float32)
    return np.asarray(np.clip(steps, 0.0, 255.0), np.uint8)


def _enlarged(job: SceneJob, index: int) -> tuple[str, ...]:
    height, width = job.references[index].shape[:2]
    times = max(job.size[0] / width, job.size[1] / height)
    if times <= _SMALL:
        return ()
    return (f"ref_images[{index}] is small: it was enlarged {times:.1f} times and may look soft.",)


def _unused(indices: Iterable[int]) -> tuple[str, ...]:
    names = ", ".join(f"ref_images[{index}]" for index in indices)
    return (f"Not used: {names}.",) if names else ()
