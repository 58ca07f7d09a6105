"""The seam between the pipeline and whatever makes a background."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from backcloth.domain.background import Background
from backcloth.domain.placement import Shadow
from backcloth.domain.provenance import Origin
from backcloth.domain.request import Mode

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine honours; the pipeline and `backcloth doctor` read it.

    Attributes:
        backgrounds: The `domain.background` classes it can make.
        modes: The modes it knows.
        negative_prompt: Whether a negative prompt changes anything.
        max_references: Reference pictures it uses; 0 for none.
        pixel_limit: Largest plate in pixels; the pipeline enlarges beyond it.
        deterministic: Same job and fingerprint give the same bytes.
        licence: Licence of its weights, or of the engine where it has none.
        commercial_use: Whether that licence allows it.
        refines: Whether it reads the caller's own words and says itself, in `Plate.refined_prompt`, what it
            made of them.
        may_extend: Whether what it paints may make the subject look larger, by parts it adds: the pipeline
            looks, and has such a plate painted again.
        may_move: Whether it paints the subject anew, which may then stand beside its own pixels: likewise.
    """

    backgrounds: tuple[type, ...]
    modes: tuple[Mode, ...]
    negative_prompt: bool
    max_references: int
    pixel_limit: int
    deterministic: bool
    licence: str
    commercial_use: bool
    refines: bool = False
    may_extend: bool = False
    may_move: bool = False


def _unheard(_share: float) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class SceneJob:
    """One background to make.

    Attributes:
        id: The job's id, for logs.
        background: What to make.
        size: (width, height) of the plate.
        subject: (H, W, 3) uint8 sRGB photo at plate size, for scale, colour and shadow shape.
        matte: (H, W) float32 coverage 0..1 at plate size.
        seed: 0..2**63-1.
        mode: Effort.
        references: (H, W, 3) uint8 sRGB pictures, in the caller's order.
        reference_mattes: For the first of them, as many as were looked at: (h, w) float32 0..1 maps of what
            stands out in each, at any size, neither cleaned nor stretched.
        shadow: What shadow the subject casts; `auto` leaves it to the background's light.
        deadline: When it has to be done, as `time.monotonic` counts; None for no haste. Engines that cannot
            stop in the middle ignore it, and the two below.
        progress: Told the share that is done, 0..1, in the thread that called `generate`.
        cancelled: Asked now and then; once it says True, the engine gives up with `Unavailable`.
    """

    id: str
    background: Background
    size: tuple[int, int]
    subject: Picture
    matte: npt.NDArray[np.float32]
    seed: int
    mode: Mode = Mode.FAST
    references: tuple[Picture, ...] = ()
    reference_mattes: tuple[npt.NDArray[np.float32], ...] = ()
    shadow: Shadow = Shadow.AUTO
    deadline: float | None = None
    progress: Callable[[float], None] = _unheard
    cancelled: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class Plate:
    """A background, shadows included, without the subject.

    Attributes:
        picture: (H, W, 3) uint8 sRGB at the job's size.
        engine: Name, version and weights' hash of what made it.
        scene: What was matched or made, in a few words, for the job notes.
        notices: Sentences the caller must see: words not honoured, a scene not matched.
        refined_prompt: What was drawn, as a prompt that would ask for it; None where the engine cannot say.
        record: More facts for the job notes, as JSON values.
        origin: What made the pixels. An engine that does not say counts as a generative model, so that none
            is passed off as something else by an oversight.
    """

    picture: Picture
    engine: str
    scene: str = ""
    notices: tuple[str, ...] = ()
    refined_prompt: str | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin = Origin.GENERATED


class SceneEngine(Protocol):
    """Makes backgrounds."""

    @property
    def name(self) -> str:
        """As in the settings and the job notes."""
        ...

    def capabilities(self) -> Capabilities:
        """What it honours."""
        ...

    def generate(self, job: SceneJob) -> Plate:
        """Makes the plate. Safe to call from several threads."""
        ...


@runtime_checkable
class Chooser(Protocol):
    """Stands where an engine could, and names one of several for each job."""

    @property
    def engines(self) -> tuple[SceneEngine, ...]:
        """All that it may name."""
        ...

    def choose(self, mode: Mode, but: Collection[str] = ()) -> SceneEngine:
        """The engine for a job of that mode.

        Args:
            mode: The job's.
            but: Names of engines that were tried and could not begin.

        Raises:
            Unavailable: none can run at present.
        """
        ...


@runtime_checkable
class Frail(Protocol):
    """A scene engine that may be unable to run for a time."""

    def trouble(self) -> str:
        """Why it cannot run at present, for the operator; empty when it can. May block for some seconds."""
        ...


@runtime_checkable
class Closable(Protocol):
    """A scene engine that holds something: processes, connections."""

    def close(self) -> None:
        """Lets go of it. A `generate` in work may leave by an exception that is no `Exception`."""
        ...


@runtime_checkable
class Choosy(Protocol):
    """A scene engine that may refuse a background before the job is accepted."""

    def check(self, background: Background) -> None:
        """Refuses what it will not make.

        Raises:
            PromptNotUnderstood: naming `prompt`.
        """
        ...
