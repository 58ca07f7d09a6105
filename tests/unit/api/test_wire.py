from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcloth.api.wire import ReplaceBackgroundBody
from backcloth.domain.background import Prompt, References, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.placement import KEPT, Placement, Position, Shadow
from backcloth.domain.request import RANDOM_SEED_MAX, SEED_MAX, Checks, Mode
from backcloth.errors import InvalidRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def parsed(**fields: Any) -> ReplaceBackgroundBody:
    """A body with an image, a prompt and these fields; None leaves one out."""
    return ReplaceBackgroundBody.parse(json.dumps({"image": "AAAA", "prompt": "a beach", **fields}).encode())


def details(**fields: Any) -> str:
    """What a refused body is told."""
    with pytest.raises(InvalidRequest) as refused:
        parsed(**fields)
    return refused.value.details


def test_defaults() -> None:
    """What a body means that says no more than it must."""
    body = parsed()
    assert body.background() == Prompt("a beach")
    assert body.resolved_mode() is Mode.FAST
    assert body.checks() == Checks(prompt=True, visual_input=False, visual_output=False)
    assert body.resolved_placement() == KEPT
    assert body.refine_prompt
    assert body.enhance_ref_images
    assert not body.sync
    assert not body.original_quality
    assert not body.force_background_detection
    assert 0 <= body.resolved_seed() <= RANDOM_SEED_MAX


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({}, Mode.FAST),
        ({"negative_prompt": "text"}, Mode.BASE),
        ({"fast": True}, Mode.FAST),
        ({"fast": False}, Mode.BASE),
        ({"fast": False, "negative_prompt": "text"}, Mode.BASE),
        ({"mode": "base"}, Mode.BASE),
        ({"mode": "high_control"}, Mode.HIGH_CONTROL),
        ({"mode": "fast", "fast": False}, Mode.FAST),
        ({"mode": "high_control", "fast": True, "negative_prompt": "text"}, Mode.HIGH_CONTROL),
    ],
)
def test_mode_and_fast(fields: dict[str, Any], mode: Mode) -> None:
    """`mode` wins over `fast`; neither means fast, unless a negative prompt needs more."""
    assert parsed(**fields).resolved_mode() is mode


@pytest.mark.parametrize("fields", [{"mode": "fast"}, {"fast": True}, {"mode": "fast", "fast": False}])
def test_a_negative_prompt_in_fast_mode_is_refused(fields: dict[str, Any]) -> None:
    """With a sentence that says what to do."""
    with pytest.raises(InvalidRequest, match=r"negative_prompt.*fast"):
        parsed(negative_prompt="text", **fields).resolved_mode()


def test_backgrounds() -> None:
    """A colour, a scene with what it should not show, references as one string and as a list."""
    assert parsed(prompt=" #F53 ").background() == Solid(Colour(255, 85, 51), "#F53")
    assert parsed(prompt=" a beach\n", negative_prompt=" people ").background() == Prompt("a beach", "people")
    assert parsed(prompt=None, ref_images="AAAA").background() == References(1)
    listed = parsed(prompt="", ref_images=["AAAA", "", "BBBB"], enhance_ref_images=False)
    assert listed.background() == References(2, enhance=False)
    assert listed.reference_texts == ["AAAA", "BBBB"]


@pytest.mark.parametrize(
    ("fields", "which"),
    [
        ({"prompt": None}, "neither"),
        ({"prompt": " \t"}, "neither"),
        ({"prompt": "", "ref_images": [""]}, "neither"),
        ({"ref_images": "AAAA"}, "both"),
    ],
)
def test_exactly_one_background(fields: dict[str, Any], which: str) -> None:
    """Both and neither are refused, and the sentence says which it was."""
    with pytest.raises(InvalidRequest, match=f"prompt and ref_images.*{which}"):
        parsed(**fields).background()


@pytest.mark.parametrize("nothing", [None, "", []])
@pytest.mark.parametrize("field", sorted(set(ReplaceBackgroundBody.model_fields) - {"image", "prompt"}))
def test_null_empty_text_and_empty_list_are_not_given(field: str, nothing: Any) -> None:
    """Each field then has its default."""
    assert parsed(**{field: nothing}) == parsed()


def test_zero_and_false_are_given() -> None:
    """Only three values mean "not given"."""
    assert parsed(seed=0).resolved_seed() == 0
    assert parsed(fast=False).resolved_mode() is Mode.BASE
    assert not parsed(prompt_content_moderation=False).checks().prompt


def test_seeds() -> None:
    """The whole range is taken as it is, and its neighbours are not."""
    assert parsed(seed=SEED_MAX).resolved_seed() == SEED_MAX
    for wrong in (-1, SEED_MAX + 1, 10**400, 1.0, True, "1", {"a": 1}):
        assert details(seed=wrong).startswith("seed: ")


def test_placements() -> None:
    """Each field by itself and all of them; an integer is a number too."""
    assert parsed(placement="center").resolved_placement() == Placement(Position.CENTER)
    assert parsed(shadow="hard").resolved_placement() == Placement(shadow=Shadow.HARD)
    for padding in (0, 0.0, 0.25, 0.4):
        assert parsed(padding=padding).resolved_placement() == Placement(padding=padding)
    every = parsed(placement="ground", padding=0.1, shadow="none").resolved_placement()
    assert every == Placement(Position.GROUND, 0.1, Shadow.NONE)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("placement", value) for value in ("bottom", "Ground", 1, ["ground"], {"a": 1}, True)),
        *(("padding", value) for value in (-0.01, 0.41, 5, 10**400, "0.1", "10%", True, [0.1])),
        *(("shadow", value) for value in ("drop", "SOFT", 0, ["soft"], False)),
    ],
)
def test_no_placement_is_guessed(field: str, wrong: Any) -> None:
    """A value that is none of the field's is refused, by the field's name."""
    assert details(**{field: wrong}).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"image": None}, "image: this field is required."),
        ({"image": 5}, "image: "),
        ({"sync": 1}, "sync: "),
        ({"sync": "true"}, "sync: "),
        ({"mode": "slow"}, "mode: "),
        ({"prompt": "x" * 4001}, "prompt: "),
        ({"ref_images": {"a": 1}}, "ref_images: "),
        ({"ref_images": ["AAAA", 5]}, "ref_images[1]: "),
    ],
)
def test_a_refusal_names_the_field(fields: dict[str, Any], start: str) -> None:
    """And the place in a list."""
    assert details(**fields).startswith(start)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"a"',
        b"\xff",
        b'{"a": NaN}',
        b'{"a": 1} x',
        b"[" * 5000,
        b'{"a": "\\ud800"}',
    ],
)
def test_no_json_object_is_refused(body: bytes) -> None:
    """Malformed, of another kind, too deep, with a lone surrogate."""
    with pytest.raises(InvalidRequest, match="body"):
        ReplaceBackgroundBody.parse(body)


@given(st.dictionaries(st.sampled_from([*ReplaceBackgroundBody.model_fields, "other"]), JSON))
def test_any_json_object_is_parsed_or_refused(fields: dict[str, Any]) -> None:
    """With one sentence that begins with a field of ours."""
    assert said(json.dumps(fields).encode()) in {"", *ReplaceBackgroundBody.model_fields}


def said(body: bytes) -> str:
    """The field that a refusal names first; empty when there is none."""
    try:
        ReplaceBackgroundBody.parse(body)
    except InvalidRequest as refused:
        return refused.details.partition(":")[0].partition("[")[0]
    return ""


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    """And nothing else is raised."""
    with pytest.raises(InvalidRequest):
        ReplaceBackgroundBody.parse(body)
