"""What prompts are taken to ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio import scene as names
from backcloth.scene.studio import vocabulary as words
from backcloth.scene.studio.catalogue import CATALOGUE
from backcloth.scene.studio.colours import NAMED, shaded
from backcloth.scene.studio.describe import describe
from backcloth.scene.studio.parse import parse
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.spec import from_plain, to_plain

MEANT = [
    (
        "on a marble table by a window, soft morning light",
        Scene("table", "marble", backdrop="window", light="morning"),
    ),
    ("luxury product photo on a black podium", Scene("podium", surface_colour=Colour(30, 30, 32))),
    ("an empty parking lot at sunset", Scene("parking", light="sunset")),
    ("in a sunny meadow with blue sky", Scene("meadow", light="day")),
    ("cozy living room with warm light", Scene("living room", light="warm")),
    ("table in a cafe", Scene("table", "oak", backdrop="cafe", light="soft")),
    ("oak shelf in front of a brick wall", Scene("shelf", "oak", backdrop="brick", light="window")),
    ("room with an exposed brick wall", Scene("gallery", backdrop="brick", light="soft")),
    ("jetty on a lake at dawn, fog", Scene("lake", light="golden", weather="fog")),
    ("autumn forest", Scene("forest", light="golden", season="autumn")),
    ("snow field, snow falling", Scene("snow", light="overcast", weather="snowfall")),
    (
        "pink podium with palm leaf shadows and rose petals",
        Scene("podium", surface_colour=Colour(242, 172, 190), pattern="leaves", props=("petals",)),
    ),
    (
        "white marble slab, hard shadow",
        Scene("table", "marble", Colour(226, 224, 220), light="window", pattern="window", shadow="hard"),
    ),
    ("table without a window", Scene("table", "oak", light="window", pattern="window")),
    ("meadow with mountains behind", Scene("meadow", backdrop="alps", light="day")),
    ("on a mountain pasture at dusk", Scene("meadow", backdrop="alps", light="dusk")),
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
    assert understood.placed
    assert understood.unmet == ()
    assert understood.share == 1.0


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


def test_a_thing_has_no_see_through_colour() -> None:
    """Eight digits are read as their first six: a spec with alpha could not be drawn again."""
    assert parse("a #10203080 podium").scene == parse("a #102030 podium").scene


@pytest.mark.parametrize(
    ("prompt", "unmet"),
    [
        ("sandy beach with turquoise sea, parrots", ("parrots",)),
        ("on a rustic wooden table with coffee beans and a red spoon", ("coffee beans", "red spoon")),
        ("city street at night, neon signs, billboards", ("billboards",)),
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


@pytest.mark.parametrize(
    ("prompt", "upper", "lower"),
    [
        ("gradient background from light blue to white", shaded(Colour(*NAMED["blue"]), "light"), "white"),
        ("pink to orange gradient", Colour(*NAMED["pink"]), "orange"),
        ("a gradient of teal and navy", Colour(*NAMED["teal"]), "navy"),
        ("studio background fading from mint into cream", Colour(*NAMED["mint"]), "cream"),
    ],
)
def test_a_gradient_has_its_first_colour_above(prompt: str, upper: Colour, lower: str) -> None:
    """Two colours that turn into each other are both the sweep's."""
    understood = parse(prompt)
    assert understood.scene == Scene("sweep", "", Colour(*NAMED[lower]), backdrop_colour=upper)
    assert understood.unmet == ()


def test_two_lamps_have_two_colours() -> None:
    """The first colour of light is the key's, the second the other lamp's."""
    scene = parse("glossy acrylic floor, purple and blue neon light").scene
    assert scene.light_colour == shaded(Colour(*NAMED["purple"]), "vivid")
    assert scene.second_colour == shaded(Colour(*NAMED["blue"]), "vivid")
    assert (scene.setting, scene.surface) == ("gallery", "acrylic")


@pytest.mark.parametrize("phrase", sorted(words.TINTS))
def test_a_material_named_with_its_colour_has_it(phrase: str) -> None:
    """Kraft is brown, teak is no oak; another colour that is said wins, and the name is said back."""
    table = parse(f"table of {phrase}").scene
    assert (table.surface, table.surface_colour) == (words.SURFACES[phrase], words.TINTS[phrase])
    assert parse(f"table of #12f034 {phrase}").scene.surface_colour == Colour(0x12, 0xF0, 0x34)
    first = next(name for name, tint in words.TINTS.items() if tint == words.TINTS[phrase])
    assert first in describe(table)


def test_shapes_in_a_studio_have_the_colour_that_was_asked_for() -> None:
    """Blocks are painted; things that come in colours of their own are not, and that is reported."""
    understood = parse("sage green background with white blocks and an arch")
    assert understood.scene.surface_colour == Colour(*NAMED["white"])
    assert understood.scene.backdrop_colour == Colour(*NAMED["sage green"])
    assert understood.unmet == ()
    assert parse("marble table with blue petals").unmet == ("blue",)
    assert parse("marble table with green leaves").unmet == ()


@pytest.mark.parametrize(
    ("prompt", "surface", "backdrop"),
    [
        ("pebbles by a lake, calm water, mountains in the distance", "gravel", "alps"),
        ("on a river bank", "gravel", ""),
        ("wooden pier at the lake with pebbles", "", ""),
        ("jetty on a lake", "", ""),
    ],
)
def test_a_lake_has_a_shore_where_no_jetty_is_named(prompt: str, surface: str, backdrop: str) -> None:
    """Pebbles and river banks are shores; boards stay boards."""
    scene = parse(prompt).scene
    assert (scene.setting, scene.surface, scene.backdrop) == ("lake", surface, backdrop)


@pytest.mark.parametrize(
    ("prompt", "setting", "unmet"),
    [
        ("teak deck by a pool", "terrace", "pool"),
        ("on a bed in a hotel room", "bedroom", "bed"),
        ("forest path", "forest", "path"),
    ],
)
def test_what_only_tells_the_place_is_named_as_not_drawn(prompt: str, setting: str, unmet: str) -> None:
    """A pool makes it a terrace, but no pool is drawn, and the caller is told."""
    understood = parse(prompt)
    assert understood.scene.setting == setting
    assert understood.unmet == (unmet,)


def test_flowers_are_drawn_in_grass_alone() -> None:
    """Daisies in a meadow are no word for something else, those on a table are not drawn."""
    assert parse("on grass with daisies on a sunny spring day").unmet == ()
    assert parse("daisies on an oak table").unmet == ("daisy",)


@pytest.mark.parametrize("prompt", ["a dragon fighting a knight", "", "?!", "a red sports car"])
def test_a_prompt_without_a_known_place_places_nothing(prompt: str) -> None:
    """Nothing recognised means the plain sweep, marked as not placed."""
    understood = parse(prompt)
    assert not understood.placed
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
        ("parrots and palm trees", {"props": ("petals",)}),
        ("petals, leaves, palms", {"props": ()}),
    ],
)
def test_a_negative_prompt_switches_off_what_could_be_drawn(
    negative: str, changed: dict[str, object]
) -> None:
    """`background.negative` changes the spec where it names something of the studio's, else nothing."""
    prompt = "beach at sunset, palm trees, petals"
    plain = parse(prompt).scene
    assert parse(prompt, negative).scene == replace(plain, **changed)  # type: ignore[arg-type]  # keys are fields of Scene


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


@pytest.mark.parametrize(
    ("prompt", "colour", "unmet"),
    [
        ("city at night, pink neon", "pink", ()),
        ("stage in blue light", "blue", ()),
        ("pink neon studio", "pink", ()),
        ("studio, purple and blue neon light", "purple", ()),
        ("studio, purple, blue and green neon light", "purple", ("green",)),
        ("meadow in golden light", "", ()),
        ("table in warm white light", "", ()),
    ],
)
def test_a_colour_of_light_is_the_lights(prompt: str, colour: str, unmet: tuple[str, ...]) -> None:
    """A colour before a light makes it a gel, a third one is reported, and a light's own colour is none."""
    understood = parse(prompt)
    wanted = shaded(Colour(*NAMED[colour]), "vivid") if colour else None
    assert understood.scene.light_colour == wanted
    assert understood.unmet == unmet


@pytest.mark.parametrize("phrase", sorted(words.SETTINGS))
def test_every_word_for_a_place_leads_there(phrase: str) -> None:
    """Alone, each phrase for a setting gives it; what only tells the place is named as not drawn."""
    understood = parse(f"in front of {phrase}")
    assert from_plain(to_plain(understood.scene)) == understood.scene
    assert understood.unmet == ((phrase,) if phrase in words.UNSEEN else ())
    assert understood.scene.setting == words.SETTINGS[phrase]


@pytest.mark.parametrize("phrase", sorted({*words.SURFACES, *words.BACKDROPS, *words.LIGHTS, *words.PROPS}))
@pytest.mark.parametrize("place", ["table", "living room", "meadow"])
def test_every_word_for_a_thing_is_understood(place: str, phrase: str) -> None:
    """Alone nothing of a phrase is left over; beside a place it is drawn, or reported as it stands there."""
    assert parse(phrase).unmet == ()
    understood = parse(f"{place}, {phrase}")
    assert from_plain(to_plain(understood.scene)) == understood.scene
    assert understood.unmet in ((), (phrase,))
    if place == "table" and phrase in words.PROPS:
        assert words.PROPS[phrase] in understood.scene.props


@pytest.mark.parametrize("phrase", sorted(words.FLAGS))
def test_every_word_that_switches_something_does(phrase: str) -> None:
    """Outdoors, where weather and season are seen, each phrase sets its fields."""
    scene = parse(f"meadow, {phrase}").scene
    assert from_plain(to_plain(scene)) == scene
    for field, value in words.FLAGS[phrase]:
        assert getattr(scene, field) == value


@pytest.mark.parametrize("phrase", sorted(words.NEGATED))
def test_every_word_that_can_be_denied_is(phrase: str) -> None:
    """After `no`, each phrase sets its fields."""
    scene = parse(f"meadow, no {phrase}").scene
    for field, value in words.NEGATED[phrase]:
        assert getattr(scene, field) == value


def test_every_name_of_the_spec_has_a_word_or_a_named_scene() -> None:
    """Whatever the studio can draw, a prompt can ask for."""
    scenes = [named.scene for named in CATALOGUE.scenes]
    asked = {
        "setting": (names.SETTINGS, words.SETTINGS.values()),
        "surface": (names.SURFACES, [*words.SURFACES.values(), "water"]),
        "backdrop": (names.BACKDROPS, [*words.BACKDROPS.values(), *words.VIEW_OF_SETTING.values()]),
        "light": (names.LIGHTS, words.LIGHTS.values()),
        "props": (names.PROPS, words.PROPS.values()),
    }
    for field, (known, said) in asked.items():
        named = {getattr(scene, field) for scene in scenes} if field != "props" else set()
        assert known <= {*said, *named}, field
    switched = {(field, value) for fields in words.FLAGS.values() for field, value in fields}
    for field, known in (
        ("weather", names.WEATHERS),
        ("season", names.SEASONS),
        ("pattern", names.PATTERNS),
    ):
        assert {(field, value) for value in known if value} <= switched
    assert set(words.HOME_OF_SURFACE) == names.SURFACES


@pytest.mark.parametrize(
    ("prompt", "unmet"),
    [
        ("a desk in a forest next to a pool", ("pool",)),
        ("a brick wall in a meadow", ("brick wall",)),
        ("marble table on a wooden floor", ("wooden",)),
        ("linen on an oak table", ("oak",)),
        ("mountains behind a snow field", ()),
        ("oak table, rustic wood, in a kitchen", ()),
        ("autumn scene with fallen leaves on an old wooden table", ()),
        ("living room with bokeh lights", ()),
        ("garden patio with stone slabs and a window", ("window",)),
    ],
)
def test_known_words_that_the_scene_has_no_room_for_are_reported(prompt: str, unmet: tuple[str, ...]) -> None:
    """A second place or material is named as not drawn, unless the scene shows it some other way."""
    assert parse(prompt).unmet == unmet


@pytest.mark.parametrize(
    ("prompt", "setting", "backdrop"),
    [
        ("rocks by the sea", "rocks", "sea"),
        ("street in the mountains", "street", "alps"),
        ("terrace with sea view", "terrace", "sea"),
        ("rooftop terrace, city lights out of focus", "terrace", "lights"),
        ("meadow with a sea view", "meadow", ""),
    ],
)
def test_what_stands_behind_a_place_under_the_sky(prompt: str, setting: str, backdrop: str) -> None:
    """A second place or an outlook becomes the backdrop where the set can show it."""
    scene = parse(prompt).scene
    assert (scene.setting, scene.backdrop) == (setting, backdrop)
