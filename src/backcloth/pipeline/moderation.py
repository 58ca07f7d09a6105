"""The three points at which a job may be refused: its words, its pictures, its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
import structlog

from backcloth.domain.background import Prompt
from backcloth.domain.request import ReplaceBackground
from backcloth.domain.verdict import Verdict
from backcloth.errors import InvalidRequest, ModerationRefused, Unavailable, one_line
from backcloth.imaging.blend import composite
from backcloth.imaging.decode import Photo
from backcloth.moderation.protocol import ImageModerator
from backcloth.pipeline.desk import Desk
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import Inputs
from backcloth.pipeline.policy import Policy
from backcloth.scene.protocol import Choosy, SceneEngine

_log = structlog.get_logger(__name__)


def admit(request: ReplaceBackground, desk: Desk) -> None:
    """Before acceptance: judges the prompt, asks the engine, refuses checks that could not run later.

    A hex colour is no text to judge, and `negative_prompt` normally names what must not appear.

    Raises:
        ModerationRefused: naming `prompt` and a neutral category.
        PromptNotUnderstood: the scene engine will not draw it.
        InvalidRequest: naming `negative_prompt`, which the engine for this mode does not honour.
        Unavailable: an enabled check has nothing to run on, or failed to run; or no scene engine can run.
    """
    checks = desk.policy.checks(request.checks)
    if isinstance(request.background, Prompt):
        moderate_prompt(request.background.text, request, desk)
    engine = desk.scene(request.background, request.mode)
    if isinstance(request.background, Prompt) and request.background.negative:
        _require_negative(engine)
    if isinstance(engine, Choosy):
        engine.check(request.background)
    for wanted, moderator, flag in (
        (checks.visual_input, desk.image_moderator, "visual_input_content_moderation"),
        (checks.visual_output, desk.result_moderator, "visual_output_content_moderation"),
    ):
        if wanted and moderator is None:
            raise Unavailable(f"{flag}: no image moderator is configured, so this check cannot run.")


def _require_negative(engine: SceneEngine) -> None:
    if not engine.capabilities().negative_prompt:
        raise InvalidRequest(
            f"negative_prompt: {engine.name}, the engine for this mode, does not honour one."
        )


def moderate_prompt(text: str, request: ReplaceBackground, desk: Desk) -> None:
    """Judges the prompt, or the refined one, which is reported as `prompt` too."""
    if not desk.policy.checks(request.checks).prompt:
        return
    moderator = desk.text_moderator
    if moderator is None:
        raise Unavailable(
            "prompt_content_moderation: no text moderator is configured, so this check cannot run."
        )
    policy = desk.policy
    raw = {"text": text} if policy.log_raw else {}
    _enforce(partial(moderator.check, text), "prompt", partial(policy.text_mark, text), policy, **raw)


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
        _enforce(partial(moderator.check, view), parameter, partial(policy.picture_mark, photo), policy)


def views(photo: Photo) -> Iterator[npt.NDArray[np.uint8]]:
    """The picture as it may be seen: what is see-through on white and on black, as either may hide it."""
    if photo.alpha is None:
        yield photo.picture
        return
    for ground in (255, 0):
        plate = np.full_like(photo.picture, ground)
        yield composite(photo.picture, photo.picture, photo.alpha, plate)


def _enforce(
    check: Callable[[], Verdict], parameter: str, mark: Callable[[], str], policy: Policy, **raw: str
) -> None:
    """Lets pass what is allowed or excused, and says in the log what was not, without the thing itself."""
    try:
        verdict = check()
    except Exception as failure:
        # Of what others raise only the kind is logged: their sentences may quote what was judged.
        reason = one_line(failure) if isinstance(failure, OSError) else type(failure).__name__
        _log.warning("moderation_could_not_run", parameter=parameter, reason=reason)
        raise Unavailable(f"{parameter}: the moderation check could not run.", retry_after=30) from failure
    if verdict.allowed:
        return
    content = mark()
    excused = content in policy.excused
    _log.info(
        "moderation_excused" if excused else "moderation_refused",
        parameter=parameter,
        category=verdict.category,
        score=verdict.score,
        detector=verdict.detector,
        content=content,
        **raw,
    )
    if not excused:
        raise ModerationRefused(
            f"Parameter '{parameter}' failed content moderation (category: {verdict.category}).",
            parameter=parameter,
            category=str(verdict.category),
        )
