"""Refines a prompt, says what was drawn, and judges what came out of it."""

from __future__ import annotations

from dataclasses import replace

from backcloth.domain.background import Prompt, Solid
from backcloth.domain.request import ReplaceBackground
from backcloth.pipeline.admit import moderate_prompt
from backcloth.pipeline.engines import Engines
from backcloth.scene.protocol import Plate, SceneEngine


def refine(request: ReplaceBackground, engine: SceneEngine, engines: Engines) -> ReplaceBackground:
    """The request with the prompt that will be drawn, and with what the refiner has to say to the caller.

    Unchanged when it has no prompt, asked for no refinement, or goes to an engine that refines by itself.

    Raises:
        ModerationRefused: the refined prompt fails the check the request asked for.
    """
    background = request.background
    if not (isinstance(background, Prompt) and request.refine_prompt):
        return request
    if engine.capabilities().refines:
        return request
    refined = engines.refiner.refine(background.text, request.seed)
    if refined.text != background.text:
        moderate_prompt(refined.text, request, engines)
    return replace(
        request,
        background=replace(background, text=refined.text),
        notices=request.notices + refined.notices,
    )


def as_drawn(request: ReplaceBackground, plate: Plate, engines: Engines) -> str | None:
    """The prompt as it was drawn: the engine's description if refinement was asked for, else the words used.

    Raises:
        ModerationRefused: the description fails the check the request asked for.
    """
    match request.background:
        case Prompt(text=text):
            if not (request.refine_prompt and plate.refined_prompt):
                return text
            moderate_prompt(plate.refined_prompt, request, engines)
            return plate.refined_prompt
        case Solid(prompt=text) if text:
            return text
        case _:
            return None
