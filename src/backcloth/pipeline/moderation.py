"""The checks of pictures: those that were sent, and the result."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from backcloth.domain.request import ReplaceBackground
from backcloth.errors import Unavailable
from backcloth.imaging.blend import composite
from backcloth.imaging.decode import Photo
from backcloth.moderation.protocol import ImageModerator
from backcloth.pipeline.enforce import enforce
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import Inputs
from backcloth.pipeline.policy import Policy


def moderate_inputs(inputs: Inputs, request: ReplaceBackground, engines: Engines) -> None:
    """Judges the photo and every reference picture."""
    if not engines.policy.checks(request.checks).visual_input:
        return
    _moderate_photo(inputs.photo, "image", engines.image_moderator, engines.policy)
    for index, reference in enumerate(inputs.references):
        _moderate_photo(reference, f"ref_images[{index}]", engines.image_moderator, engines.policy)


def moderate_result(picture: npt.NDArray[np.uint8], request: ReplaceBackground, engines: Engines) -> None:
    """Judges the finished picture, (H, W, 3) or with straight alpha (H, W, 4) uint8 sRGB."""
    if engines.policy.checks(request.checks).visual_output:
        alpha = np.ascontiguousarray(picture[..., 3]) if picture.shape[2] == 4 else None
        photo = Photo(np.ascontiguousarray(picture[..., :3]), alpha)
        _moderate_photo(photo, "result", engines.result_moderator, engines.policy)


def _moderate_photo(photo: Photo, parameter: str, moderator: ImageModerator | None, policy: Policy) -> None:
    if moderator is None:
        raise Unavailable(f"{parameter}: no image moderator is configured, so this check cannot run.")
    for view in views(photo):
        enforce(partial(moderator.check, view), parameter, partial(policy.picture_mark, photo), policy)


def views(photo: Photo) -> Iterator[npt.NDArray[np.uint8]]:
    """The picture as it may be seen: what is see-through on white and on black, as either may hide it."""
    if photo.alpha is None:
        yield photo.picture
        return
    for ground in (255, 0):
        plate = np.full_like(photo.picture, ground)
        yield composite(photo.picture, photo.picture, photo.alpha, plate)
