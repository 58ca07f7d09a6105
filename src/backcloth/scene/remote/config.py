"""An `[engines.NAME]` table of the kind `remote` in the operator's file, and the flavours of servers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from backcloth.domain.request import Mode
from backcloth.scene.diffusion.preset import Fill, first_problem

Side = Annotated[int, Field(ge=64, le=4096)]


class RemoteError(ValueError):
    """A remote engine cannot be opened as it is configured. The text is one sentence for the operator."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Flavour(_Table):
    """What a kind of server calls the fields, and what it honours. An empty name: it has no such thing."""

    image: str = Field(min_length=1)
    mask: str
    mask_paints: Literal["white", "transparent"]
    """How a mask says where to paint."""
    reference: str
    references: int = Field(ge=0)
    """Reference pictures it takes beside the canvas."""
    negative: str
    negative_honoured: bool
    """Whether a negative prompt changes anything with the model that is meant; a table may say otherwise."""
    seed: str
    steps: str
    guidance: str
    prompts: bool = True
    """Whether it paints without reference pictures."""
    sizes: tuple[tuple[Side, Side], ...] = ()
    """The only sizes it paints, as (width, height); empty: any."""
    constants: dict[str, str]
    """Fields that are always sent."""


FLAVOURS = {
    name: Flavour.model_validate(table)
    for name, table in tomllib.loads(
        (Path(__file__).parent / "flavours.toml").read_text(encoding="utf-8")
    ).items()
}
"""By the name that a table's `flavour` gives."""


class Effort(_Table):
    """How a mode is sampled; what is not given is left to the server."""

    steps: int | None = Field(None, ge=1, le=200)
    guidance: float | None = Field(None, ge=0, le=30)


class Config(_Table):
    """One remote engine."""

    kind: Literal["remote"] = "remote"
    flavour: Literal["vllm-omni", "sglang", "openai", "comfyui"]
    base_urls: tuple[HttpUrl, ...] = Field(min_length=1, max_length=64)
    """Where the API begins, `/v1` included: equal servers, of which the least busy is asked."""
    workflow: Path | None = None
    """Of the flavour comfyui: the workflow's file, see `comfy`. It tells what is honoured."""
    model: str = Field("", pattern=r"^[!-~]*$")
    """The model's name on the server; empty takes the one it serves."""
    api_key_env: str = Field("", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$|^$")
    """The environment variable that holds the key: keys do not belong into files."""
    fast: Effort | None = None
    regular: Effort | None = None
    """The modes base and high_control. With neither table, all modes, as the server thinks best."""
    mask: bool | None = None
    """Whether the model keeps to the mask; else as the flavour says. Without, it paints the subject too."""
    negative_prompt: bool | None = None
    """Whether the model honours a negative prompt; else as the flavour says."""
    references: int | None = Field(None, ge=0, le=16)
    """Reference pictures the model takes; else as the flavour says."""
    extra: dict[str, str] = {}
    """Further form fields, as they are sent."""
    multiple: int = Field(16, ge=8, le=128)
    """What both sides of the canvas must be a multiple of."""
    token: int = Field(16, ge=8, le=64)
    """Side of the square that one token covers, in pixels: the keep-mask shrinks by as much."""
    pixel_area: int = Field(1024 * 1024, ge=4096)
    """Largest canvas, padding included."""
    least_area: int = Field(512 * 512, ge=4096)
    """Canvases below are worked on enlarged."""
    fill: Fill = "grey"
    prompt: str = (
        "{prompt}. The subject of the first picture stands in this scene, whole and unchanged, with the "
        "scene's light and shadow around it."
    )
    """The whole scene, subject included; `{prompt}` is what was asked for."""
    reference_prompt: str = (
        "The subject of the first picture stands, whole and unchanged, in the place that the other pictures "
        "show, with that place's light and shadow around it."
    )
    timeout_s: float = Field(180.0, gt=0, le=86_400)
    """For a whole picture, tries and waiting included; a job's own deadline may be sooner."""
    connect_s: float = Field(5.0, gt=0, le=60)
    health_s: float = Field(5.0, gt=0, le=3600)
    """How long a look at a server's health counts."""
    retries: int = Field(2, ge=0, le=10)
    """Times that a server which asks to be tried later is waited for."""
    check: bool = True
    """Whether plates are checked for a subject that grew or moved, and painted again, twice at most."""
    licence: str = "as the server's operator says"
    commercial_use: bool = False

    @field_validator("base_urls")
    @classmethod
    def _nothing_secret(cls, urls: tuple[HttpUrl, ...]) -> tuple[HttpUrl, ...]:
        if any(url.username or url.password or url.query or url.fragment for url in urls):
            raise ValueError("a URL may hold no user, query or fragment; a key goes into api_key_env")
        if len(set(urls)) < len(urls):
            raise ValueError("each may be named once")
        return urls

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        kind = FLAVOURS[self.flavour]
        if self.flavour == "openai" and not self.model:
            raise ValueError("model: the flavour openai needs it")
        if self.prompt.count("{prompt}") != 1:
            raise ValueError("prompt: must hold {prompt} once")
        for wanted, has, key in (
            (self.mask, kind.mask, "mask"),
            (self.negative_prompt, kind.negative, "negative_prompt"),
            (self.references, kind.reference, "references"),
        ):
            if wanted and not has:
                raise ValueError(f"{key}: the flavour {self.flavour} has no field for it")
        for effort in (self.fast, self.regular):
            if effort and ((effort.steps and not kind.steps) or (effort.guidance and not kind.guidance)):
                raise ValueError(f"steps and guidance: the flavour {self.flavour} has no field for them")
        return self

    @model_validator(mode="after")
    def _workflow_tells(self) -> Self:
        if (self.flavour == "comfyui") != bool(self.workflow):
            raise ValueError("workflow: the flavour comfyui needs it, and no other takes one")
        for key in ("model", "mask", "negative_prompt", "references", "extra") if self.workflow else ():
            if key in self.model_fields_set:
                raise ValueError(f"{key}: is for the workflow to say")
        return self

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that it serves."""
        if not (self.fast or self.regular):
            return tuple(Mode)
        fast = (Mode.FAST,) if self.fast else ()
        return fast + ((Mode.BASE, Mode.HIGH_CONTROL) if self.regular else ())

    def effort(self, mode: Mode) -> Effort:
        """How a mode is sampled."""
        return (self.fast if mode is Mode.FAST else self.regular) or Effort()

    @property
    def honoured(self) -> Flavour:
        """The flavour with what this table says of the model."""
        own = FLAVOURS[self.flavour]
        changes: dict[str, Any] = {}
        if self.mask is False:
            changes["mask"] = ""
        if self.negative_prompt is not None:
            changes["negative_honoured"] = self.negative_prompt
        if self.references is not None:
            changes["references"] = self.references
        return own.model_copy(update=changes)


def read_config(table: Mapping[str, Any]) -> Config:
    """The table, validated.

    Raises:
        RemoteError: naming the key at fault.
    """
    try:
        return Config.model_validate(dict(table))
    except ValidationError as problem:
        raise RemoteError(first_problem(problem)) from None


def read_key(config: Config, environment: Mapping[str, str]) -> SecretStr | None:
    """The key that the table names.

    Raises:
        RemoteError: the variable is not set, or holds what no header can.
    """
    if not config.api_key_env:
        return None
    key = environment.get(config.api_key_env, "").strip()
    if not key or not (key.isascii() and key.isprintable()):
        raise RemoteError(f"api_key_env: the environment variable {config.api_key_env} holds no usable key")
    return SecretStr(key)
