"""Refines a prompt, and judges what came out of it."""

from __future__ import annotations

from dataclasses import replace

from backcloth.domain.background import Prompt
from backcloth.domain.request import ReplaceBackground
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.moderation import moderate_prompt


def refine(request: ReplaceBackground, engines: Engines) -> ReplaceBackground:
    """The request with the prompt that will be drawn; unchanged when it has none or asked for none.

    Raises:
        ModerationRefused: the refined prompt fails the check the request asked for.
    """
    background = request.background
    if not (isinstance(background, Prompt) and request.refine_prompt):
        return request
    refined = engines.refiner.refine(background.text, request.seed)
    if refined != background.text:
        moderate_prompt(refined, request, engines)
    return replace(request, background=replace(background, text=refined))
