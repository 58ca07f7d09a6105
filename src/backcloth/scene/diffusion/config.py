"""An `[engines.NAME]` table of the kind `diffusion` in the operator's file, validated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backcloth.scene.diffusion.preset import DiffusionError, first_problem

Device = Annotated[str, Field(pattern=r"^(auto|cpu|mps|(cuda|xpu)(:\d+)?)$")]
Dtype = Literal["auto", "bfloat16", "float16", "float32"]
Offload = Literal["none", "model", "group"]
Quantisation = Literal["none", "fp8", "int8", "nf4"]
Side = Annotated[int, Field(ge=64, le=4096)]

OFFLOADS: tuple[Offload, ...] = ("none", "model", "group")
"""From the fastest to the one that needs the least memory."""


class Hardware(BaseModel):
    """How a model is loaded and run. The defaults change no pixel and need no package beyond the extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dtype: Dtype = "auto"
    """`auto` is bfloat16 on an accelerator and float32 on the CPU."""
    offload: Offload = "none"
    """What waits in main memory: nothing; each model until it is its turn; or each layer, slow and small."""
    quantisation: Quantisation = "none"
    """The denoiser's weights: `fp8` stores them in 8 bits and computes in dtype; `int8` and `nf4` need the
    package bitsandbytes and a CUDA GPU."""
    attention: str = Field("", pattern=r"^[a-z0-9_]*$")
    """An attention backend by its name in diffusers, such as `flash` or `sage`; empty is torch's own."""
    compile: bool = False
    """Compiles the denoiser's repeated blocks. Each canvas size costs a compilation, so give buckets."""
    cache: Literal["none", "taylorseer"] = "none"
    """Skips steps of the denoiser by extrapolation. Changes the picture; pays from some twenty steps on."""
    embeds: int = Field(64, ge=0, le=4096)
    """Encoded prompts that each process keeps."""


class Config(Hardware):
    """One diffusion engine."""

    kind: Literal["diffusion"] = "diffusion"
    preset: str = Field(min_length=1)
    """A preset's name, or the path of a preset of one's own."""
    model_dir: Path | None = None
    """The model's folder; else the preset's folder in the models directory."""
    controlnet_dir: Path | None = None
    ip_adapter_dir: Path | None = None
    lora_dir: Path | None = None
    devices: tuple[Device, ...] = Field(("auto",), min_length=1, max_length=16)
    """One process each. `auto` is the first GPU, else the CPU."""
    max_batch: int = Field(1, ge=1, le=16)
    """Jobs painted at once, of one size and mode, without references. Above 1 a job's bytes depend, by the
    last bit or two, on the company it had."""
    max_wait_ms: int = Field(10, ge=0, le=1000)
    """How long a job waits for company when there is room for it."""
    buckets: tuple[tuple[Side, Side], ...] = ()
    """The only canvas sizes there may be, as (width, height)."""
    warm_up: bool = True
    """Whether a process paints every bucket once, or one canvas without buckets, before its first job."""
    preload: bool = False
    """Whether processes load at the start, instead of at their first job."""
    check: bool = True
    """Whether plates are checked for a subject that grew or moved, and painted again."""
    timeout_s: float = Field(600.0, gt=0, le=86_400)
    """A job that is not painted by then, its waiting included, is cancelled and answered 503."""
    accept_license: bool = False
    """Whether the operator has read the preset's licence, and takes the model on its terms."""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if len(set(self.devices)) < len(self.devices):
            raise ValueError("devices: each may be named once")
        if self.compile and not self.buckets:
            raise ValueError(
                "compile: needs buckets, or every new canvas size would be compiled for a minute"
            )
        if self.compile and self.offload == "group":
            raise ValueError("compile: does not go with offload = group")
        return self

    @property
    def hardware(self) -> Hardware:
        """The part that a process is told."""
        return Hardware(**{name: getattr(self, name) for name in Hardware.model_fields})


def read_config(table: Mapping[str, Any]) -> Config:
    """The table, validated.

    Raises:
        DiffusionError: naming the key at fault.
    """
    try:
        return Config.model_validate(dict(table))
    except ValidationError as problem:
        raise DiffusionError(first_problem(problem)) from None
