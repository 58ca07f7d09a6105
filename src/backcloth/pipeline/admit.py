"""What a request meets before it is accepted: its words are judged, and its engine is asked."""

from __future__ import annotations

from functools import partial

from backcloth.domain.background import Prompt
from backcloth.domain.request import ReplaceBackground
from backcloth.errors import InvalidRequest, Unavailable
from backcloth.pipeline.desk import Desk
from backcloth.pipeline.enforce import enforce
from backcloth.scene.protocol import Choosy, SceneEngine


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
    enforce(partial(moderator.check, text), "prompt", partial(policy.text_mark, text), policy, **raw)
