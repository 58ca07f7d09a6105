"""The engine that draws a prompt or a scene spec: procedural, on the CPU, without a generative model."""

from __future__ import annotations

from dataclasses import dataclass

from backcloth.domain.background import Background, Prompt, Staged
from backcloth.domain.request import Mode
from backcloth.errors import PromptNotUnderstood
from backcloth.scene.protocol import Capabilities, Plate, SceneJob
from backcloth.scene.studio.meaning import Meaning
from backcloth.scene.studio.spec import from_plain
from backcloth.scene.studio.understand import THRESHOLD, Understanding, understand

PIXEL_LIMIT = 2_500_000
"""Larger plates are enlarged by the pipeline: most of a plate is out of focus."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How prompts are read.

    Attributes:
        meaning: Finds named scenes by meaning; None reads by the vocabulary alone.
        threshold: Score, 0..1, below which a prompt does not count as understood.
        refuse: Whether such a prompt is refused; otherwise a neutral studio stands in, and a notice says so.
    """

    meaning: Meaning | None = None
    threshold: float = THRESHOLD
    refuse: bool = False


class StudioEngine:
    """Draws backgrounds from text: a surface, what stands behind it, light, shadows, a lens.

    Args:
        reader: How prompts are read.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or Reader(Meaning())

    @property
    def name(self) -> str:
        """As in the settings and the job notes."""
        return "studio"

    def capabilities(self) -> Capabilities:
        """Prompts in every mode; negative prompts count where the studio could draw what they name."""
        return Capabilities(
            backgrounds=(Prompt, Staged),
            modes=tuple(Mode),
            negative_prompt=True,
            max_references=0,
            pixel_limit=PIXEL_LIMIT,
            deterministic=True,
            licence="Apache-2.0",
            commercial_use=True,
            refines=True,
        )

    def check(self, background: Background) -> None:
        """Refuses a prompt that is not understood, where the operator wants that.

        Raises:
            PromptNotUnderstood: naming `prompt`.
        """
        if self._reader.refuse and isinstance(background, Prompt):
            self._accepted(background)

    def generate(self, job: SceneJob) -> Plate:
        """Draws the plate.

        Raises:
            TypeError: the job's background is neither a Prompt nor Staged.
            PromptNotUnderstood: as `check`.
        """
        # A process that only accepts jobs is spared OpenCV and all that draws with it.
        from backcloth.scene.studio.drawn import drawn  # noqa: PLC0415

        match job.background:
            case Prompt() as prompt:
                understood = self._accepted(prompt)
                return drawn(understood.scene, job, understood)
            case Staged(spec=spec):
                return drawn(from_plain(spec), job, None)
            case _:
                raise TypeError(f"the studio draws prompts, not {type(job.background).__name__}")

    def _accepted(self, prompt: Prompt) -> Understanding:
        """What the prompt is taken to ask for.

        Raises:
            PromptNotUnderstood: as `check`.
        """
        understood = understand(prompt.text, prompt.negative, self._reader.meaning, self._reader.threshold)
        if self._reader.refuse and understood.score < self._reader.threshold:
            raise PromptNotUnderstood(_refusal(understood))
        return understood


def _refusal(understood: Understanding) -> str:
    return (
        f"prompt: the procedural studio does not understand it well enough (score {understood.score:.2f})"
        f"{': it does not draw ' + ', '.join(understood.unmet) if understood.unmet else ''}."
    )
