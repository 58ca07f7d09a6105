"""The engine that draws a prompt or a scene spec: procedural, on the CPU, without a generative model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backcloth.domain.background import Background, Prompt, Staged
from backcloth.domain.placement import Shadow
from backcloth.domain.provenance import Origin
from backcloth.domain.request import Mode
from backcloth.errors import PromptNotUnderstood
from backcloth.scene.protocol import Capabilities, Plate, SceneJob
from backcloth.scene.studio.describe import asks_behind, describe
from backcloth.scene.studio.meaning import Meaning
from backcloth.scene.studio.props.dress import left_out
from backcloth.scene.studio.render import draw, set_up, share_behind
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.spec import from_plain, to_plain
from backcloth.scene.studio.understand import THRESHOLD, Understanding, understand

VERSION = "3"
"""Part of the fingerprint: raised whenever the same job would give other bytes."""

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
        match job.background:
            case Prompt() as prompt:
                understood = self._accepted(prompt)
                return self._drawn(understood.scene, job, understood)
            case Staged(spec=spec):
                return self._drawn(from_plain(spec), job, None)
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

    def _drawn(self, scene: Scene, job: SceneJob, understood: Understanding | None) -> Plate:
        if job.shadow is not Shadow.AUTO:
            scene = replace(scene, shadow=job.shadow.value)
        stage = set_up(scene, job.subject, job.matte, job.seed)
        hidden = asks_behind(scene) and share_behind(stage) < _SEEN
        sentence = describe(replace(scene, backdrop="", backdrop_colour=None) if hidden else scene)
        record = {"spec": to_plain(scene)}
        if understood:
            record["match"] = {"score": understood.score, "scene": understood.meant}
        return Plate(
            picture=draw(stage),
            engine=f"{self.name} {VERSION} (procedural studio, not a generative model)",
            scene=sentence,
            notices=(*(_notices(understood) if understood else ()), *_hidden(scene, hidden=hidden)),
            refined_prompt=sentence,
            record=record,
            origin=Origin.DRAWN,
        )


def _hidden(scene: Scene, *, hidden: bool) -> tuple[str, ...]:
    """What the scene asks for that this picture of it has no room for."""
    props = left_out(scene)
    said = (f"There is no place for {' and '.join(props)} in this scene.",) if props else ()
    return (*said, _OUTSIDE) if hidden else said


_SEEN = 0.04
"""Share of the plate's height that has to show what was asked to stand behind."""

_OUTSIDE = "What stands behind lies outside the picture: the subject is seen from above."


def _refusal(understood: Understanding) -> str:
    return (
        f"prompt: the procedural studio does not understand it well enough (score {understood.score:.2f})"
        f"{': it does not draw ' + ', '.join(understood.unmet) if understood.unmet else ''}."
    )


def _notices(understood: Understanding) -> tuple[str, ...]:
    notices: list[str] = []
    if understood.unread:
        notices.append(
            "The prompt was read by the studio's vocabulary alone: its network of meanings cannot run here."
        )
    if not understood.matched:
        notices.append(
            "The prompt names no place or surface that the procedural studio can draw: "
            "a neutral studio stands in."
        )
    elif understood.guessed:
        notices.append(f"Understood by its meaning, as the studio's scene “{understood.meant}”.")
    if understood.unmet:
        notices.append(f"Not drawn: {', '.join(understood.unmet)}.")
    return tuple(notices)
