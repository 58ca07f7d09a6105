"""Several references: which one carries the picture, and how the others steer it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from backcloth.scene.reference.study import Study
from backcloth.scene.studio.arrays import Field, as_field

_OWN_SUBJECT, _CLEAR, _SMALL, _LATER = 2.0, 0.15, 0.3, 0.08
"""What counts for and against a plate: its own subject's share, a clear horizon, an enlargement, its place in
the caller's order."""

_HUE, _TONE, _VIVID = 0.45, 0.25, 0.30
"""Share of the way that colour, lightness and saturation go towards the other references'."""


def best(studies: Sequence[Study], size: tuple[int, int]) -> int:
    """Index of the reference that makes the best plate for a (width, height) canvas."""
    return max(range(len(studies)), key=lambda index: _worth(studies[index], size) - _LATER * index)


def _worth(study: Study, size: tuple[int, int]) -> float:
    height, width = study.picture.shape[:2]
    enlarged = max(size[0] / width, size[1] / height, 1.0)
    own = study.own.share if study.own else 0.0
    return -_OWN_SUBJECT * own + _CLEAR * study.horizon.found - _SMALL * float(np.log2(enlarged))


def steer(plate: Field, others: Sequence[Study]) -> Field:
    """The plate with its colours and its light moved towards the other references'.

    Args:
        plate: (H, W, 3) encoded sRGB, 0..1.
        others: At least one.
    """
    lab = cv2.cvtColor(np.clip(plate, 0.0, 1.0), cv2.COLOR_RGB2LAB)
    mean = lab.reshape(-1, 3).mean(axis=0)
    wanted = np.mean([_mean(study) for study in others], axis=0)
    vivid = float(np.hypot(lab[..., 1] - mean[1], lab[..., 2] - mean[2]).mean())
    theirs = float(np.mean([_vividness(study) for study in others]))
    gain = float(np.clip((theirs / max(vivid, 1.0)) ** _VIVID, 0.75, 1.3))
    shift = (wanted - mean) * np.asarray([_TONE, _HUE, _HUE], np.float32)
    lab = (lab - mean) * np.asarray([1.0, gain, gain], np.float32) + mean + shift
    return np.asarray(np.clip(cv2.cvtColor(as_field(lab), cv2.COLOR_LAB2RGB), 0.0, 1.0), np.float32)


def _points(study: Study) -> Field:
    """(n, 3) Lab of a reference without its own subject."""
    small = cv2.resize(study.picture, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    if study.own is None:
        return np.asarray(lab.reshape(-1, 3), np.float32)
    hole = cv2.resize(study.own.hole.astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
    kept = lab[hole < 0.1]
    return np.asarray(kept if len(kept) else lab.reshape(-1, 3), np.float32)


def _mean(study: Study) -> Field:
    return np.asarray(_points(study).mean(axis=0), np.float32)


def _vividness(study: Study) -> float:
    points = _points(study)
    away = points - points.mean(axis=0)
    return float(np.hypot(away[:, 1], away[:, 2]).mean())
