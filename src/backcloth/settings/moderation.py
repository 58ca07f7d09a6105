"""What is refused, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from backcloth.settings.values import Group, HeaderSecret, Listed, Place, pairs

Backend = Literal["nudity", "classifier", "guard", "openai"]
"""Who judges pictures: the embedded network, an operator's image classifier or guard model, a server."""

_NEEDED = {
    "classifier": ("classifier_dir", "classifier_labels"),
    "guard": ("guard_dir",),
    "openai": ("openai_url", "openai_model"),
}
"""The knobs of the group `moderation` without which a backend cannot run."""


class ModerationSettings(Group):
    """What is refused, and by whom; docs/moderation.md has what was measured."""

    blocklist: Path | None = None
    """A file of phrases that are refused in prompts whatever else is judged, one a line."""
    allowlist: Path | None = None
    """A file of phrases that say nothing harmful: prompts are judged as if they were not there."""
    mode: Literal["lax", "standard", "strict"] = "standard"
    """How much is refused. Strict refuses more of what it should, and more of what it should not."""
    thresholds: Annotated[dict[str, Annotated[float, Field(ge=0, lt=1)] | None], NoDecode] = Field(
        default_factory=dict
    )
    """Of pictures: a category's own threshold, or `off`; `sexual=0.6,violence=off`."""
    require: Listed[str] = ()
    """Categories that pictures must be judged for; the start fails where no backend knows one."""
    force: Listed[Literal["prompt", "image", "result"]] = ()
    """Checks that run for every request, whatever it says."""
    excused: Listed[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = ()
    """Keyed hashes, out of the log, of texts and pictures that are let through although they are refused."""
    log_raw: bool = False
    """Writes refused texts into the log. Pictures never are."""
    timeout_s: float = Field(10.0, gt=0)
    """For one picture and one backend that can be late; then the check counts as unavailable."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """What `classifier` and `guard` run on; `auto` is a GPU where there is one."""
    classifier_dir: Path | None = None
    """The folder of the model of `classifier`."""
    classifier_labels: Annotated[
        dict[str, Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]], NoDecode
    ] = Field(default_factory=dict)
    """The category of each of its labels that is not harmless, in a word fit for callers; `nsfw=sexual`."""
    guard_dir: Path | None = None
    """The folder of the model of `guard`."""
    openai_url: Place = None
    """Where the API of `openai` begins, such as `https://api.openai.com/v1`; /moderations is added."""
    openai_key: HeaderSecret = None
    """Sent to that URL as a bearer token."""
    openai_model: str = ""
    """The model's name there."""
    prompt: Listed[Literal["embedded", "openai"]] = ("embedded",)
    """Who judges prompts besides the embedded moderator, which always does. The last knobs, because it is
    checked whether the others have what they need."""
    input: Listed[Backend] = ("nudity",)
    """Who judges `image` and `ref_images`, one after the other; `none` leaves the check unavailable."""
    output: Listed[Backend] = ("nudity",)
    """Who judges results."""

    @field_validator("thresholds", mode="before")
    @classmethod
    def _thresholds(cls, value: object) -> object:
        given = pairs(value) if isinstance(value, str) else value
        if isinstance(given, dict):
            return {category: None if bar == "off" else bar for category, bar in given.items()}
        return given

    @field_validator("classifier_labels", mode="before")
    @classmethod
    def _labels(cls, value: object) -> object:
        return pairs(value) if isinstance(value, str) else value

    @field_validator("prompt", "input", "output")
    @classmethod
    def _have_what_they_need(cls, value: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        for backend, needed in _NEEDED.items():
            missing = [name for name in needed if not others.data.get(name)]
            if backend in value and missing:
                names = " and ".join(f"BACKCLOTH_MODERATION_{name.upper()}" for name in missing)
                raise ValueError(f"{backend} needs {names}")
        return value
