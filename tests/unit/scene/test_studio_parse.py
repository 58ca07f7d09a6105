"""What prompts are taken to ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio.describe import describe
from backcloth.scene.studio.light import LIGHTS
from backcloth.scene.studio.parse import parse
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.surfaces import SURFACES
from backcloth.scene.studio.vocabulary import HOME_OF_SURFACE
from backcloth.scene.studio.vocabulary import LIGHTS as LIGHT_WORDS
from backcloth.scene.studio.vocabulary import SURFACES as SURFACE_WORDS

MEANT = [
    (
        "on a marble table by a window, soft morning light",
        Scene("table", "marble", backdrop="window", light="morning"),
    ),
    ("luxury product photo on a black podium", Scene("podium", surface_colour=Colour(30, 30, 32))),
    ("an empty parking lot at sunset", Scene("parking", light="sunset")),
    ("in a sunny meadow with blue sky", Scene("meadow", light="day")),
    ("cozy living room with warm light", Scene("living room", light="warm")),
    ("wooden table in a garden, bokeh", Scene("table", "wood", backdrop="park", blur=1.3)),
    ("on stone in the forest", Scene("table", "slate", backdrop="forest")),
    ("walnut desk near a window, evening", Scene("table", "walnut", backdrop="window", light="sunset")),
    ("wet tarmac after rain", Scene("parking", "asphalt", light="overcast", wet=True)),
    (
        "flat lay on linen, soft window light",
        Scene("table", "linen", light="window", view="top", pattern="window"),
    ),
    ("sunlit desert dunes", Scene("desert", light="day")),
    ("industrial loft with concrete floor", Scene("warehouse", "concrete", light="window")),
    ("Beach at golden hour, without people or clouds", Scene("beach", light="golden", clouds=False)),
    (
        "studio, #ff8800 background, no shadow",
        Scene("sweep", backdrop_colour=Colour(255, 136, 0), shadow="none"),
    ),
    ("on dark slate", Scene("table", "slate", light="window", pattern="window")),
]


@pytest.mark.parametrize(("prompt", "scene"), MEANT)
def test_a_prompt_gives_the_scene_it_describes(prompt: str, scene: Scene) -> None:
    """Setting, surface, light, colours and switches are all read, and nothing is left over."""
    understood = parse(prompt)
    assert understood.scene == scene
    assert understood.matched
    assert understood.unmet == ()
    assert understood.score == 1.0


@pytest.mark.parametrize(
    ("prompt", "surface", "backdrop"),
    [
        ("black marble podium against a gold wall", (36, 36, 39), (206, 164, 82)),
        ("a podium in black with pink walls", (30, 30, 32), (242, 172, 190)),
        ("white wooden table, navy background", None, (30, 44, 82)),
        ("sandy beach with turquoise sea", None, (64, 184, 180)),
        ("navy blue studio", None, (30, 44, 82)),
        ("a #102030 podium", (16, 32, 48), None),
    ],
)
def test_a_colour_belongs_to_the_noun_beside_it(
    prompt: str, surface: tuple[int, int, int] | None, backdrop: tuple[int, int, int] | None
) -> None:
    """Colours before or after a noun reach that noun, and materials have their own shade of a name."""
    scene = parse(prompt).scene
    assert (scene.surface_colour.rgb if scene.surface_colour else None) == surface
    assert (scene.backdrop_colour.rgb if scene.backdrop_colour else None) == backdrop


@pytest.mark.parametrize(
    ("prompt", "unmet"),
    [
        ("sandy beach with turquoise sea, palm trees", ("palm trees",)),
        ("on a rustic wooden table with coffee beans and a red napkin", ("coffee beans", "red napkin")),
        ("city street at night, neon signs", ("neon signs",)),
        ("meadow with a purple sky", ("purple",)),
        (
            "marble table, professional product photography, 8k, high detail, shallow depth of field",
            (),
        ),
        ("podium without people, text or logos", ()),
    ],
)
def test_what_is_not_drawn_is_reported_and_small_talk_is_not(prompt: str, unmet: tuple[str, ...]) -> None:
    """Every telling word is drawn or named; photographers' filler and unwanted things are neither."""
    assert parse(prompt).unmet == unmet


@pytest.mark.parametrize("prompt", ["a dragon fighting a knight", "", "?!", "a red sports car's showroom"])
def test_a_prompt_without_a_known_place_falls_back_to_the_neutral_studio(prompt: str) -> None:
    """Nothing recognised means the plain sweep, marked as not matched."""
    understood = parse(prompt)
    assert not understood.matched
    assert understood.scene == Scene("sweep")


@pytest.mark.parametrize(
    ("negative", "changed"),
    [
        ("shadow", {"shadow": "none"}),
        ("clouds, people", {"clouds": False}),
        ("sun", {"sun": False}),
        ("reflections", {"reflection": False}),
        ("grain, noise", {"grain": 0.0}),
        ("blur", {"blur": 0.7}),
        ("text, watermark", {}),
    ],
)
def test_a_negative_prompt_switches_off_what_could_be_drawn(
    negative: str, changed: dict[str, object]
) -> None:
    """`background.negative` changes the spec where it names something of the studio's, else nothing."""
    plain = parse("beach at sunset").scene
    assert parse("beach at sunset", negative).scene == replace(plain, **changed)  # type: ignore[arg-type]  # keys are fields of Scene


@pytest.mark.parametrize("prompt", ["white background", "beach", "black podium"])
def test_what_a_refiner_adds_changes_no_place_and_leaves_nothing_unmet(prompt: str) -> None:
    """Photographers' additions are understood, and a plain backdrop stays one."""
    refined = f"{prompt}, soft natural light, soft contact shadow, shallow depth of field, high detail"
    understood = parse(refined)
    assert replace(understood.scene, blur=1.0) == parse(prompt).scene
    assert understood.unmet == ()


@pytest.mark.parametrize("phrase", ["no shadow", "without shadows", "shadow-free", "free of shadow"])
def test_every_way_of_saying_no_counts(phrase: str) -> None:
    """Negations switch off, and never switch on the thing they name."""
    assert parse(f"white studio, {phrase}").scene.shadow == "none"


def test_every_name_in_the_vocabulary_can_be_drawn() -> None:
    """No word leads to a surface or light that does not exist."""
    assert set(SURFACE_WORDS.values()) <= set(SURFACES)
    assert set(SURFACE_WORDS.values()) <= set(HOME_OF_SURFACE)
    assert set(LIGHT_WORDS.values()) <= set(LIGHTS)


def test_a_scene_is_described_in_plain_words() -> None:
    """The job notes name setting, surface, what stands behind, and light."""
    scene = parse("on a white marble table by a window, soft morning light").scene
    assert describe(scene) == "table top, white marble, by a window, low morning light"
