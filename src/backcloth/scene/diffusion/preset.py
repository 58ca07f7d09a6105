"""Presets: what a diffusion model is, how it is called, and on what terms, as data.

A preset is a TOML file; those that come with Backcloth lie in `presets/`. An operator's own file has the same
keys and is named by its path.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backcloth.domain.request import Mode

_PACKAGED = Path(__file__).parent / "presets"

NAMES = tuple(sorted(path.stem for path in _PACKAGED.glob("*.toml")))
"""The presets that come with Backcloth."""

Family = Literal["klein", "sdxl", "sdxl-controlnet", "qwen-edit", "inpaint", "auto"]
"""How a pipeline is called; `auto` reads it from the model's own index."""

Fill = Literal["grey", "white", "mean", "noise"]


class DiffusionError(ValueError):
    """A diffusion engine cannot be opened as it is configured. The text is one sentence for the operator."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Scheduler(_Table):
    """The sampler that takes the place of the model's own."""

    kind: str = Field(pattern=r"^[A-Z]\w+Scheduler$")
    """A scheduler's class in diffusers."""
    options: dict[str, bool | int | float | str] = {}
    """What its configuration changes."""


class Effort(_Table):
    """How a mode is sampled."""

    steps: int = Field(ge=1, le=200)
    guidance: float = Field(ge=0, le=30)
    negative: bool
    """Whether a negative prompt changes anything; false where there is no classifier-free guidance."""
    strength: float = Field(1.0, gt=0, le=1)
    """1 starts from pure noise, so that nothing of the fill shines through."""
    scheduler: Scheduler | None = None
    lora: bool = False
    """Whether the preset's `lora` part is switched on."""


class Part(_Table):
    """Weights beside the pipeline's own folder."""

    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    """Where they are published."""
    folder: str = Field(pattern=r"^[\w.-]+$")
    """Their folder among the operator's models."""
    file: str = ""
    """The file in it, where a folder holds several."""
    subfolder: str = ""
    encoder: str = ""
    """An image adapter's encoder: its folder, seen from the part's own."""
    licence: str
    scale: float = Field(1.0, ge=0, le=2)
    """How strongly it acts."""


class Preset(_Table):
    """One way to paint a background."""

    name: str = Field(pattern=r"^[\w.-]+$")
    about: str
    """What it is good for, in a sentence."""
    family: Family
    pipeline: str = Field("", pattern=r"^([A-Z]\w+Pipeline)?$")
    """The pipeline's class in diffusers; empty takes the one the model's own index names."""
    repository: str = Field("", pattern=r"^([\w.-]+/[\w.-]+)?$")
    """Where the model is published; empty where the operator brings one."""
    folder: str = Field("", pattern=r"^[\w.-]*$")
    """Its folder among the operator's models."""
    licence: str
    commercial: bool
    """Whether that licence allows commercial use, as far as was read."""
    ask: bool = False
    """Whether an operator has to accept the licence before anything is loaded."""
    caveat: str = ""
    """What the licence leaves open."""
    vram_gb: float = Field(gt=0)
    """GPU memory that it is said to need in bfloat16 without offload. Not measured by us."""
    multiple: int = Field(ge=8, le=128)
    """What both sides of its canvas must be a multiple of, in pixels."""
    token: int = Field(ge=8, le=64)
    """Side of the square that one token or latent pixel covers: the keep-mask shrinks by as much."""
    pixel_area: int = Field(1024 * 1024, ge=4096)
    """Largest canvas, padding included. Pipelines squash what is larger without a word."""
    least_area: int = Field(512 * 512, ge=4096)
    """Canvases below are worked on enlarged: models make nothing of a stamp."""
    fill: Fill = "grey"
    """What surrounds the subject before anything is painted. Never the photo: it would shine through."""
    references: int = Field(ge=0, le=16)
    """Reference pictures it takes."""
    batches: bool = False
    """Whether its pipeline may be given several jobs at once."""
    edits: bool = False
    """Whether it repaints the subject too, so that the subject may have moved."""
    prompt: str
    """The whole scene, subject included; `{prompt}` is what was asked for."""
    reference_prompt: str = ""
    """Likewise, for reference pictures alone."""
    negative_prompt: str = ""
    """What is never wanted; the caller's own words come before it."""
    fast: Effort | None = None
    regular: Effort | None = None
    controlnet: Part | None = None
    ip_adapter: Part | None = None
    lora: Part | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not (self.fast or self.regular):
            raise ValueError("needs a table [fast] or [regular]")
        if self.prompt.count("{prompt}") != 1:
            raise ValueError("prompt must hold {prompt} once")
        if self.references and not self.reference_prompt:
            raise ValueError("takes references, so it needs a reference_prompt")
        if not self.commercial and not self.ask:
            raise ValueError("a licence without commercial use has to be asked about: ask = true")
        if self.multiple % self.token and self.token % self.multiple:
            raise ValueError("token and multiple must fit each other")
        if self.least_area > self.pixel_area:
            raise ValueError("least_area must not be more than pixel_area")
        if self.family == "sdxl-controlnet" and not self.controlnet:
            raise ValueError("the family sdxl-controlnet needs a table [controlnet]")
        if any(effort.lora and not self.lora for effort in (self.fast, self.regular) if effort):
            raise ValueError("a mode wants the lora, so it needs a table [lora]")
        return self

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes it serves."""
        fast = (Mode.FAST,) if self.fast else ()
        return fast + ((Mode.BASE, Mode.HIGH_CONTROL) if self.regular else ())

    def effort(self, mode: Mode) -> Effort | None:
        """How a mode is sampled; None where the preset does not serve it."""
        return self.fast if mode is Mode.FAST else self.regular

    @property
    def parts(self) -> dict[str, Part]:
        """The weights beside the pipeline's own, by the name of their table."""
        named = {"controlnet": self.controlnet, "ip_adapter": self.ip_adapter, "lora": self.lora}
        return {name: part for name, part in named.items() if part}


def read_preset(name: str) -> Preset:
    """A preset that comes with Backcloth, by its name, or an operator's own, by the path of its TOML file.

    Raises:
        DiffusionError: there is none, or it is not a valid one.
    """
    path = Path(name) if name.endswith(".toml") else _PACKAGED / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(NAMES)
        raise DiffusionError(f"there is no preset {name}; the presets are {known}, or a path to a .toml file")
    try:
        return Preset.model_validate(_table(path))
    except tomllib.TOMLDecodeError as problem:
        raise DiffusionError(f"{path} is no TOML: {problem}") from None
    except ValidationError as problem:
        raise DiffusionError(f"{path}: {first_problem(problem)}") from None


def first_problem(problem: ValidationError) -> str:
    """The first thing wrong, with the key at fault, in our own words where a check of ours found it."""
    found = problem.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(step) for step in found["loc"])
    said = found["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
