"""The engine that draws a prompt: procedural, on the CPU, without a learned model."""

from __future__ import annotations

from dataclasses import replace

from backcloth.domain.background import Prompt
from backcloth.domain.placement import Shadow
from backcloth.domain.request import Mode
from backcloth.scene.protocol import Capabilities, Plate, SceneJob
from backcloth.scene.studio.describe import describe
from backcloth.scene.studio.parse import Understanding, parse
from backcloth.scene.studio.render import render

VERSION = "2"
"""Part of the fingerprint: raised whenever the same job would give other bytes."""

PIXEL_LIMIT = 2_500_000
"""Larger plates are enlarged by the pipeline: most of a plate is out of focus."""


class StudioEngine:
    """Draws backgrounds from text: a surface, what stands behind it, light, shadows, a lens."""

    @property
    def name(self) -> str:
        """As in the settings and the job notes."""
        return "studio"

    def capabilities(self) -> Capabilities:
        """Prompts in every mode; negative prompts count where the studio could draw what they name."""
        return Capabilities(
            backgrounds=(Prompt,),
            modes=tuple(Mode),
            negative_prompt=True,
            max_references=0,
            pixel_limit=PIXEL_LIMIT,
            deterministic=True,
            licence="Apache-2.0",
            commercial_use=True,
        )

    def generate(self, job: SceneJob) -> Plate:
        """Draws the plate.

        Raises:
            TypeError: the job's background is not a Prompt.
        """
        background = job.background
        if not isinstance(background, Prompt):
            raise TypeError(f"the studio draws prompts, not {type(background).__name__}")
        understood = parse(background.text, background.negative)
        scene = understood.scene
        if job.shadow is not Shadow.AUTO:
            scene = replace(scene, shadow=job.shadow.value)
        picture = render(scene, job.subject, job.matte, job.seed)
        return Plate(
            picture=picture,
            engine=f"{self.name} {VERSION} (procedural studio, not a generative model)",
            scene=describe(scene),
            notices=_notices(understood),
        )


def _notices(understood: Understanding) -> tuple[str, ...]:
    notices: list[str] = []
    if not understood.matched:
        notices.append(
            "The prompt names no place or surface that the procedural studio can draw: "
            "a neutral studio stands in."
        )
    if understood.unmet:
        notices.append(f"Not drawn: {', '.join(understood.unmet)}.")
    return tuple(notices)
