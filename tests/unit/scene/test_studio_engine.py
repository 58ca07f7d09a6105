"""The studio engine on small plates."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from backcloth.domain.background import Prompt, Solid, Staged
from backcloth.domain.colour import Colour
from backcloth.errors import PromptNotUnderstood
from backcloth.language.embedding import Embedder, EmbeddingUnavailable
from backcloth.scene.protocol import SceneJob
from backcloth.scene.studio.engine import Reader, StudioEngine
from backcloth.scene.studio.meaning import Meaning

MakeJob = Callable[..., SceneJob]

PROMPTS = [
    "marble table by a window",
    "walnut table, window light",
    "concrete table in a garden at sunset",
    "terrazzo table by the sea",
    "linen tablecloth, flat lay",
    "pink studio",
    "black podium, spotlight",
    "podium in the forest",
    "parking lot at sunset",
    "wet street at night",
    "city, overcast",
    "beach",
    "beach at night",
    "meadow",
    "forest path",
    "mountains at dawn",
    "desert",
    "snow",
    "blue sky with clouds",
    "living room",
    "bedroom with carpet at dusk",
    "office",
    "kitchen",
    "warehouse",
    "a bright room",
    "slate slab",
    "plaster wall",
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_seed_fixes_every_byte_and_another_seed_changes_the_picture(make_job: MakeJob, prompt: str) -> None:
    """Each scene is finished, of the asked size, reproducible, and different for another seed."""
    engine = StudioEngine()
    first = engine.generate(make_job(prompt, seed=5)).picture
    again = engine.generate(make_job(prompt, seed=5)).picture
    other = engine.generate(make_job(prompt, seed=6)).picture
    assert first.shape == (90, 120, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("size", [(1, 1), (37, 311), (700, 100), (2, 3), (64, 1)])
@pytest.mark.parametrize(
    "prompt", ["marble table", "beach", "meadow", "parking lot", "podium", "studio", "room"]
)
def test_any_size_is_drawn_exactly(make_job: MakeJob, prompt: str, size: tuple[int, int]) -> None:
    """Odd and tiny plates come out at their own size."""
    picture = StudioEngine().generate(make_job(prompt, size)).picture
    assert picture.shape == (size[1], size[0], 3)


@pytest.mark.parametrize(
    "prompt", ["oak table", "meadow", "podium", "street", "white studio", "flat lay on marble"]
)
@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_an_empty_or_full_matte_still_gives_a_picture(make_job: MakeJob, prompt: str, fill: float) -> None:
    """A subject that is missing or everywhere breaks nothing."""
    job = make_job(prompt, matte=np.full((90, 120), fill, np.float32))
    picture = StudioEngine().generate(job).picture
    assert picture.std() > 0


@pytest.mark.parametrize(
    "prompt", ["white marble table", "white studio", "white podium", "beach", "oak table", "snow"]
)
def test_the_ground_is_darker_where_the_subject_stands(make_job: MakeJob, prompt: str) -> None:
    """With its shadow, the ground at the subject's foot is darker than the same ground without."""
    engine = StudioEngine()
    foot = np.s_[70:73, 52:68]
    shaded = engine.generate(make_job(prompt)).picture[foot].mean()
    plain = engine.generate(make_job(f"{prompt}, no shadow")).picture[foot].mean()
    assert shaded < 0.9 * plain


def test_a_subject_cut_off_by_the_frame_casts_no_contact_shadow(make_job: MakeJob) -> None:
    """A bust has no ground under it, so asking for no shadow changes nothing."""
    matte = np.zeros((90, 120), np.float32)
    matte[30:, 30:90] = 1.0
    engine = StudioEngine()
    shaded = engine.generate(make_job("beach", matte=matte)).picture
    plain = engine.generate(make_job("beach, no shadow", matte=matte)).picture
    assert np.array_equal(shaded, plain)


def test_a_named_colour_is_the_colour_of_the_studio(make_job: MakeJob) -> None:
    """Under soft light the brightest part of a sweep comes close to the colour asked for."""
    picture = StudioEngine().generate(make_job("#3f7f5f studio")).picture
    brightest = picture.reshape(-1, 3)[picture.sum(axis=2).argmax()].astype(int)
    assert np.abs(brightest - (0x3F, 0x7F, 0x5F)).max() < 14


def test_night_is_darker_than_day(make_job: MakeJob) -> None:
    """The light in the prompt changes the picture's brightness."""
    engine = StudioEngine()
    day = engine.generate(make_job("parking lot, sunny")).picture.mean()
    night = engine.generate(make_job("parking lot at night")).picture.mean()
    assert night < 0.5 * day


def test_notices_name_what_was_not_drawn_and_when_the_studio_stands_in(make_job: MakeJob) -> None:
    """Unmet words and an unmatched prompt are both told to the caller."""
    engine = StudioEngine()
    assert engine.generate(make_job("beach with parrots")).notices[-1] == "Not drawn: parrots."
    unmatched = engine.generate(make_job("a dragon"))
    assert "neutral studio" in unmatched.notices[0]
    assert unmatched.notices[1] == "Not drawn: dragon."
    assert engine.generate(make_job("beach")).notices == ()


def test_a_plate_says_which_scene_it_shows(make_job: MakeJob) -> None:
    """The sentence is the refined prompt, and the spec in the record draws the same picture."""
    engine = StudioEngine()
    plate = engine.generate(make_job("white marble table by a window, no shadow"))
    assert plate.refined_prompt == "A white marble table by a window, soft window light, no shadow."
    assert plate.record["spec"]["setting"] == "table"
    assert plate.record["match"] == {"score": 1.0, "scene": ""}
    staged = engine.generate(make_job(Staged(plate.record["spec"])))
    assert np.array_equal(staged.picture, plate.picture)
    assert staged.notices == ()


def test_a_prompt_that_is_not_understood_is_refused_where_the_operator_wants_that(make_job: MakeJob) -> None:
    """The refusal names the prompt and what is not drawn; what is understood is drawn as ever."""
    engine = StudioEngine(Reader(Meaning(), refuse=True))
    with pytest.raises(PromptNotUnderstood, match=r"prompt: .*dragon, knight"):
        engine.check(Prompt("a dragon and a knight"))
    with pytest.raises(PromptNotUnderstood):
        engine.generate(make_job("a dragon and a knight"))
    engine.check(Prompt("marble table"))
    assert engine.generate(make_job("marble table")).notices == ()


def test_without_the_network_a_job_says_that_words_alone_were_read(make_job: MakeJob) -> None:
    """What the vocabulary knows is drawn without a word; otherwise a notice says what could not run."""

    def missing() -> Embedder:
        raise EmbeddingUnavailable("not installed")

    engine = StudioEngine(Reader(Meaning(missing)))
    assert engine.generate(make_job("beach")).notices == ()
    assert "vocabulary alone" in engine.generate(make_job("beach with parrots")).notices[0]


@pytest.mark.parametrize("setting", ["meadow", "street", "terrace", "rocks"])
def test_a_place_under_the_sky_stands_before_what_was_asked_for(make_job: MakeJob, setting: str) -> None:
    """Whatever the seed, two outlooks of one place differ behind, and each differs from the place's own."""
    engine = StudioEngine()
    for seed in range(3):
        views = [
            engine.generate(make_job(Staged({"setting": setting, "backdrop": view}), seed=seed)).picture[:40]
            for view in ("alps", "city", "forest")
        ]
        assert not any(np.array_equal(one, other) for one, other in itertools.combinations(views, 2))


@pytest.mark.parametrize("backdrop", ["park", "window", "cafe"])
def test_what_lies_outside_the_picture_is_not_promised(make_job: MakeJob, backdrop: str) -> None:
    """A dish seen from above hides what was asked to stand behind it, and caller and sentence are told."""
    rows, columns = np.mgrid[0:90, 0:120].astype(np.float32)
    dish = (((columns - 60) / 50) ** 2 + ((rows - 46) / 40) ** 2 < 1).astype(np.float32)
    spec = Staged({"setting": "table", "surface": "wood", "backdrop": backdrop})
    from_above = StudioEngine().generate(make_job(spec, matte=dish))
    level = StudioEngine().generate(make_job(spec))
    assert level.notices == ()
    assert level.scene != from_above.scene
    assert from_above.notices == (
        "What stands behind lies outside the picture: the subject is seen from above.",
    )
    assert from_above.scene == "A wooden table, soft light."


def test_props_without_a_place_are_named(make_job: MakeJob) -> None:
    """An arch cannot stand in a flat lay, and the caller is told."""
    flat = Staged({"setting": "table", "surface": "linen", "props": ["arch", "leaves"], "view": "top"})
    assert StudioEngine().generate(make_job(flat)).notices == ("There is no place for arch in this scene.",)


def test_only_prompts_are_drawn(make_job: MakeJob) -> None:
    """A background of another kind is a programming error, not a picture."""
    engine = StudioEngine()
    assert engine.capabilities().backgrounds == (Prompt, Staged)
    with pytest.raises(TypeError):
        engine.generate(make_job(Solid(Colour(1, 2, 3))))
