"""Reference pictures as a model is shown them: of the canvas's shape, and with `enhance` scenes alone.

A reference that holds a subject of its own has the model paint that subject too. With `enhance` it is
removed, and levels, white balance and exposure follow the photo, as where plates are made of references.
"""

from __future__ import annotations

import itertools

from backcloth.domain.background import References
from backcloth.imaging.geometry import cover
from backcloth.scene.diffusion.task import Pixels
from backcloth.scene.protocol import SceneJob
from backcloth.scene.reference.study import study_reference, without_subject


def shown_references(
    job: SceneJob, most: int, canvas: tuple[int, int]
) -> tuple[tuple[Pixels, ...], tuple[str, ...]]:
    """The references to show, and sentences for the caller about what could not be done.

    Args:
        job: Whose references.
        most: How many the model takes.
        canvas: (width, height) of what is painted.
    """
    used = job.references[:most]
    shown, notices = [], []
    enhance = isinstance(job.background, References) and job.background.enhance
    saliencies = itertools.chain(job.reference_mattes, itertools.repeat(None))
    for index, (picture, saliency) in enumerate(zip(used, saliencies, strict=False)):
        if enhance:
            study = study_reference(index, picture, saliency, job.subject)
            cleaned = without_subject(study)
            if cleaned is None:
                notices.append(
                    f"ref_images[{index}]: its own subject could not be removed and may come along."
                )
            shown.append((cleaned or study).picture)
        else:
            shown.append(picture)
    left = len(job.references) - len(used)
    if left:
        notices.append(f"ref_images: {len(used)} pictures were used, {left} were not.")
    size = _size(canvas, len(used))
    return tuple(cover(picture, size) for picture in shown), tuple(notices)


def _size(canvas: tuple[int, int], count: int) -> tuple[int, int]:
    """(width, height) of each: together one canvas's area, so that four cost what one does."""
    scale = 1 / max(1, count) ** 0.5
    return max(64, round(canvas[0] * scale)), max(64, round(canvas[1] * scale))
