"""The three points at which a job may be refused: its words, its pictures, its result."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import structlog

from backcloth.domain.background import Prompt
from backcloth.domain.request import ReplaceBackground
from backcloth.domain.verdict import Verdict
from backcloth.errors import InvalidRequest, ModerationRefused, Unavailable
from backcloth.imaging.decode import Photo
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import Inputs
from backcloth.scene.protocol import Choosy, SceneEngine

_log = structlog.get_logger(__name__)


def admit(request: ReplaceBackground, engines: Engines) -> None:
    """Before acceptance: judges the prompt, asks the engine, refuses checks that could not run later.

    A hex colour is no text to judge, and `negative_prompt` normally names what must not appear.

    Raises:
        ModerationRefused: naming `prompt` and a neutral category.
        PromptNotUnderstood: the scene engine will not draw it.
        InvalidRequest: naming `negative_prompt`, which the engine for this mode does not honour.
        Unavailable: an enabled check has nothing to run on, or failed to run; or no scene engine can run.
    """
    if request.checks.prompt and isinstance(request.background, Prompt):
        moderate_prompt(request.background.text, request, engines)
    engine = engines.scene(request.background, request.mode)
    if isinstance(request.background, Prompt) and request.background.negative:
        _require_negative(engine)
    if isinstance(engine, Choosy):
        engine.check(request.background)
    for wanted, flag in (
        (request.checks.visual_input, "visual_input_content_moderation"),
        (request.checks.visual_output, "visual_output_content_moderation"),
    ):
        if wanted and engines.image_moderator is None:
            raise Unavailable(f"{flag}: no image moderator is configured, so this check cannot run.")


def _require_negative(engine: SceneEngine) -> None:
    if not engine.capabilities().negative_prompt:
        raise InvalidRequest(
            f"negative_prompt: {engine.name}, the engine for this mode, does not honour one."
        )


def moderate_prompt(text: str, request: ReplaceBackground, engines: Engines) -> None:
    """Judges the prompt, or the refined one, which is reported as `prompt` too."""
    if not request.checks.prompt:
        return
    moderator = engines.text_moderator
    if moderator is None:
        raise Unavailable(
            "prompt_content_moderation: no text moderator is configured, so this check cannot run."
        )
    _enforce(lambda: moderator.check(text), "prompt")


def moderate_inputs(inputs: Inputs, request: ReplaceBackground, engines: Engines) -> None:
    """Judges the photo and every reference picture."""
    if not request.checks.visual_input:
        return
    _moderate_photo(inputs.photo, "image", engines)
    for index, reference in enumerate(inputs.references):
        _moderate_photo(reference, f"ref_images[{index}]", engines)


def moderate_result(picture: npt.NDArray[np.uint8], request: ReplaceBackground, engines: Engines) -> None:
    """Judges the finished picture."""
    if request.checks.visual_output:
        _moderate_photo(Photo(picture[..., :3], None), "result", engines)


def _moderate_photo(photo: Photo, parameter: str, engines: Engines) -> None:
    moderator = engines.image_moderator
    if moderator is None:
        raise Unavailable(f"{parameter}: no image moderator is configured, so this check cannot run.")
    _enforce(lambda: moderator.check(photo.picture), parameter)


def _enforce(check: Callable[[], Verdict], parameter: str) -> None:
    try:
        verdict = check()
    except Exception as failure:
        raise Unavailable(f"{parameter}: the moderation check could not run.", retry_after=30) from failure
    if not verdict.allowed:
        _log.info(
            "moderation_refused", parameter=parameter, category=verdict.category, detector=verdict.detector
        )
        raise ModerationRefused(
            f"Parameter '{parameter}' failed content moderation (category: {verdict.category})."
        )
