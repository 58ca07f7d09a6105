"""The request body exactly as on the wire, and its translation into a domain request (contract §1)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)
from pydantic_core import from_json

from backcloth.domain.background import Background, Prompt, References, Solid
from backcloth.domain.colour import solid_colour
from backcloth.domain.placement import PADDING_MAX, Placement, Position, Shadow
from backcloth.domain.request import RANDOM_SEED_MAX, SEED_MAX, Checks, Mode
from backcloth.errors import InvalidRequest

PROMPT_MAX = 4000
"""Characters. The contract advises at most about 110 words; nobody needs more than this."""

_MARKS = (b",", b"[", b"{")
_MARKS_MAX = 20_000
"""Commas and opening brackets in a body, those in texts included, of which two prompts have 8000 at most.
Three million fields fit into 32 MiB, and reading them took ten seconds in which nobody else was answered."""

Text = Annotated[StrictStr, Field(max_length=PROMPT_MAX)]


class ReplaceBackgroundBody(BaseModel):
    """Replace the background of a photo.

    Exactly one of `prompt` and `ref_images` is needed. `null`, `""` and `[]` mean "not given"; unknown
    fields are ignored.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    image: StrictStr = Field(
        description="The photo: an http(s) URL, base64, or a data: URI. JPEG, PNG, WEBP."
    )
    prompt: Text | None = Field(
        None, description="The new background in words, or a hex colour such as `#FF5733` for a flat one."
    )
    ref_images: StrictStr | list[StrictStr] | None = Field(
        None, description="One or more pictures of the background, in the forms `image` takes."
    )
    enhance_ref_images: StrictBool = Field(True, description="Whether reference pictures may be restaged.")
    refine_prompt: StrictBool = Field(True, description="Whether the prompt is rewritten to be drawn better.")
    negative_prompt: Text | None = Field(
        None, description="What the background should not show. Not in fast mode."
    )
    prompt_content_moderation: StrictBool = Field(True, description="Refuses harmful prompts with 422.")
    visual_input_content_moderation: StrictBool = Field(False, description="Judges the input pictures.")
    visual_output_content_moderation: StrictBool = Field(False, description="Judges the result.")
    original_quality: StrictBool = Field(
        False, description="Keeps the input's pixel size; otherwise one megapixel at the same aspect."
    )
    force_background_detection: StrictBool = Field(
        False, description="Cuts the subject out even when the input has an alpha channel."
    )
    sync: StrictBool = Field(False, description="Waits for the result; otherwise 202 and a status URL.")
    fast: StrictBool | None = Field(None, description="Older form of `mode`: true is fast, false is base.")
    mode: Literal["fast", "base", "high_control"] | None = Field(
        None, description="Effort; wins over `fast`. Without either: fast, or base with a negative prompt."
    )
    seed: Annotated[StrictInt, Field(ge=0, le=SEED_MAX)] | None = Field(
        None, description="Same request and same seed give the same picture. Random when not given."
    )
    placement: Literal["keep", "ground", "center"] | None = Field(
        None,
        description="Extension. Where the subject goes: `keep` (default) where it was, `center` to the "
        "middle, `ground` to the middle from left to right, standing in the lower part.",
    )
    padding: Annotated[StrictFloat, Field(ge=0, le=PADDING_MAX)] | None = Field(
        None,
        description="Extension. With `placement` ground or center: room around the subject, as a share of "
        "the picture's shorter side. The subject is scaled to fill the rest, to twice its size at most.",
    )
    shadow: Literal["auto", "none", "soft", "hard"] | None = Field(
        None,
        description="Extension. The subject's shadow: `auto` (default) is what the background's light makes "
        "of it, and none on a flat colour.",
    )
    webhook_url: Annotated[StrictStr, Field(max_length=2048)] | None = Field(
        None, description="Where the final status is posted, signed. Ignored with `sync`."
    )

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Reads a JSON body. Of a name that is given twice the last value counts, as in most parsers.

        Raises:
            InvalidRequest: not JSON, not an object, or a field of the wrong type; names the field.
        """
        if sum(body.count(mark) for mark in _MARKS) > _MARKS_MAX:
            raise InvalidRequest("The body holds too many values.")
        try:
            fields = from_json(body, allow_inf_nan=False)
        except ValueError:
            raise InvalidRequest("The body is not valid JSON.") from None
        if not isinstance(fields, dict):
            raise InvalidRequest("The body must be a JSON object.")
        try:
            return cls.model_validate({name: value for name, value in fields.items() if _given(value)})
        except ValidationError as problem:
            raise InvalidRequest(_sentence(problem)) from None

    @property
    def reference_texts(self) -> list[str]:
        """The reference pictures as a list, blanks dropped."""
        listed = [self.ref_images] if isinstance(self.ref_images, str) else self.ref_images or []
        return [text for text in listed if text]

    def resolved_mode(self) -> Mode:
        """`mode`, else `fast`, else fast unless there is a negative prompt.

        Raises:
            InvalidRequest: a negative prompt with an explicit fast mode.
        """
        if self.mode:
            mode = Mode(self.mode)
        elif self.fast is not None:
            mode = Mode.FAST if self.fast else Mode.BASE
        else:
            mode = Mode.BASE if self.negative_prompt else Mode.FAST
        if self.negative_prompt and mode is Mode.FAST:
            raise InvalidRequest(
                "negative_prompt: not available in fast mode; leave `fast` out, or set `fast` to false "
                "or `mode` to base or high_control."
            )
        return mode

    def background(self) -> Background:
        """What stands behind the subject.

        Raises:
            InvalidRequest: both or neither of `prompt` and `ref_images`.
        """
        prompt = (self.prompt or "").strip()
        references = self.reference_texts
        if bool(prompt) == bool(references):
            which = "both were given" if prompt else "neither was given"
            raise InvalidRequest(f"Exactly one of prompt and ref_images is needed; {which}.")
        if references:
            return References(len(references), enhance=self.enhance_ref_images)
        colour = solid_colour(prompt)
        if colour:
            return Solid(colour, prompt)
        return Prompt(prompt, (self.negative_prompt or "").strip())

    def notices(self) -> tuple[str, ...]:
        """What the kind of background cannot honour."""
        if self.negative_prompt and not isinstance(self.background(), Prompt):
            return ("negative_prompt has no effect on a flat colour or a reference picture.",)
        return ()

    def checks(self) -> Checks:
        """The moderation asked for."""
        return Checks(
            prompt=self.prompt_content_moderation,
            visual_input=self.visual_input_content_moderation,
            visual_output=self.visual_output_content_moderation,
        )

    def resolved_placement(self) -> Placement:
        """Where the subject goes, how large it is, and its shadow."""
        return Placement(
            Position(self.placement or Position.KEEP), self.padding, Shadow(self.shadow or Shadow.AUTO)
        )

    def resolved_seed(self) -> int:
        """The seed given, or a random one."""
        return secrets.randbelow(RANDOM_SEED_MAX + 1) if self.seed is None else self.seed


def _given(value: Any) -> bool:
    return value is not None and not (isinstance(value, str | list) and not value)


def _sentence(problem: ValidationError) -> str:
    found = problem.errors(include_url=False, include_input=False)
    name = found[0]["loc"][0]
    # Of a union's branches, the one that got as far as an element of a list is the one that was meant.
    elements = (each for each in found if each["loc"][0] == name and isinstance(each["loc"][-1], int))
    told = next(elements, found[0])
    if told["type"] == "missing":
        return f"{name}: this field is required."
    index = f"[{told['loc'][-1]}]" if isinstance(told["loc"][-1], int) else ""
    return f"{name}{index}: {told['msg']}."
