"""Which engines cut out, draw and refine, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from backcloth.settings.values import Group, HeaderSecret, Place


class CutoutSettings(Group):
    """Which segmenter runs."""

    preset: Literal[
        "auto",
        "floor",
        "standard",
        "quality",
        "custom",
        "birefnet",
        "birefnet-portrait",
        "birefnet-matting",
        "birefnet-hr",
        "birefnet-lite",
    ] = "auto"
    """`auto` is `standard` where its weights were pulled and verified, else `floor`, and never another.
    `backcloth models list` describes them."""
    models_dir: Path = Path.home() / ".cache" / "backcloth" / "models"
    """Where pulled weights lie; shared by all checkouts of one user because they are large."""
    refine: bool = True
    """Draws the matte's edge anew from the photo's colours. Without, the networks' matte is only enlarged:
    faster, and coarse on large photos."""
    model: Path | None = None
    """The TOML file of the preset `custom`; `cutout/custom.py` describes it."""
    birefnet_dir: Path | None = None
    """Holds the downloaded folders of the birefnet presets, each under its published name."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """What the birefnet presets run on; `auto` is a GPU where there is one."""
    trust_remote_code: bool = False
    """Lets the Python code in those folders run, with all rights of this process."""


class StudioSettings(Group):
    """How the procedural studio takes prompts."""

    unmatched: Literal["neutral", "refuse"] = "neutral"
    """What becomes of a prompt that is not understood: a neutral studio and a notice, or a 422."""
    threshold: float = Field(0.5, ge=0.0, le=1.0)
    """Score from which a prompt counts as understood; docs/prompts.md says what was measured."""


class RefineSettings(Group):
    """Who refines prompts for scene engines that do not do it themselves; docs/refining.md compares them."""

    url: Place = None
    """Where the API of `openai` begins, such as `http://localhost:8080/v1`; /chat/completions is added."""
    key: HeaderSecret = None
    """Sent to that URL as a bearer token."""
    model: str = ""
    """The model's name there."""
    model_dir: Path | None = None
    """The folder of the model of `local`."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """What `local` runs on; `auto` is a GPU where there is one."""
    timeout_s: float = Field(8.0, gt=0)
    """For an answer; then the rules refine. It leaves two thirds of the sync deadline to the picture."""
    backend: Literal["rules", "local", "openai"] = "rules"
    """`rules` adds fixed phrases; `local` is a language model in this process, `openai` one behind a URL. The
    last knob, because it is checked whether the others have what it needs."""

    @field_validator("backend")
    @classmethod
    def _has_what_it_needs(cls, value: str, others: ValidationInfo) -> str:
        given = others.data
        if value == "openai" and not (given.get("url") and given.get("model")):
            raise ValueError("openai needs BACKCLOTH_REFINE_URL and BACKCLOTH_REFINE_MODEL")
        if value == "local" and not given.get("model_dir"):
            raise ValueError("local needs BACKCLOTH_REFINE_MODEL_DIR")
        return value
