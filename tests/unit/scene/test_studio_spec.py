"""Scene specs as plain data and as files."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcloth.domain.colour import Colour
from backcloth.scene.studio import scene as names
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.spec import FILE_LIMIT, SpecError, from_plain, read_spec, to_plain

DOCS = Path(__file__).parents[3] / "docs"

COLOURS = st.none() | st.builds(Colour, *[st.integers(0, 255)] * 3)


def _one_of(known: frozenset[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(known))


SCENES = st.builds(
    Scene,
    setting=_one_of(names.SETTINGS),
    surface=_one_of(names.SURFACES | {""}),
    surface_colour=COLOURS,
    backdrop=_one_of(names.BACKDROPS | {""}),
    backdrop_colour=COLOURS,
    light=_one_of(names.LIGHTS),
    light_colour=COLOURS,
    weather=_one_of(names.WEATHERS),
    season=_one_of(names.SEASONS),
    props=st.lists(_one_of(names.PROPS), unique=True).map(tuple),
    view=st.sampled_from(["level", "top"]),
    shadow=_one_of(names.SHADOWS),
    reflection=st.none() | st.booleans(),
    clouds=st.booleans(),
    sun=st.booleans(),
    wet=st.booleans(),
    pattern=_one_of(names.PATTERNS),
    blur=st.floats(0, 2, allow_nan=False).map(lambda value: round(value, 3)),
    grain=st.floats(0, 4, allow_nan=False).map(lambda value: round(value, 3)),
)


@given(SCENES)
def test_every_scene_survives_the_way_to_plain_data_and_back(scene: Scene) -> None:
    """Nothing is lost, whatever the scene."""
    assert from_plain(to_plain(scene)) == scene


def test_the_scene_that_the_docs_show_is_read(tmp_path: Path) -> None:
    """Who copies the example gets a podium in the light that falls through leaves."""
    example = DOCS.joinpath("prompts.md").read_text("utf-8").split("```toml\n")[1].split("```")[0]
    path = tmp_path / "scene.toml"
    path.write_text(example)
    scene = read_spec(path)
    assert (scene.setting, scene.pattern, scene.props) == ("podium", "leaves", ("arch", "petals"))


@pytest.mark.parametrize(
    "known", ["SETTINGS", "SURFACES", "BACKDROPS", "LIGHTS", "WEATHERS", "SEASONS", "PROPS"]
)
def test_the_docs_list_every_name(known: str) -> None:
    """Who writes a scene finds in docs/prompts.md all that it may hold."""
    words = (
        DOCS.joinpath("prompts.md").read_text("utf-8").split("## What can be asked for")[1].split("\n## ")[0]
    )
    assert not {name for name in getattr(names, known) if not re.search(rf"\b{name}\b", words)}


@pytest.mark.parametrize("field", [entry.name for entry in fields(Scene)])
def test_the_docs_name_every_field(field: str) -> None:
    """In the example or in the list of further fields."""
    part = DOCS.joinpath("prompts.md").read_text("utf-8").split("## Writing a scene by hand")[1]
    assert re.search(rf"(?m)^{field} = |`{field}`", part)


def test_what_has_its_default_is_left_out() -> None:
    """A spec is as short as what it asks for, and its colours are hex."""
    scene = Scene("table", "marble", Colour(36, 36, 39), props=("drops",))
    plain = {"setting": "table", "surface": "marble", "surface_colour": "#242427", "props": ["drops"]}
    assert to_plain(scene) == plain


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({}, "setting is missing"),
        ({"setting": "moon"}, "setting knows no 'moon'"),
        ({"setting": "table", "surfaec": "oak"}, "surfaec is no field"),
        ({"setting": "table", "surface": "cheese"}, "surface knows no 'cheese'"),
        ({"setting": "table", "surface_colour": "red"}, "surface_colour must be a hex colour"),
        ({"setting": "table", "surface_colour": 7}, "surface_colour must be a hex colour"),
        ({"setting": "table", "surface_colour": "#11223344"}, "must not be see-through"),
        ({"setting": "table", "props": "drops"}, "props must be a list"),
        ({"setting": "table", "props": ["dragon"]}, "props knows no 'dragon'"),
        ({"setting": "table", "props": [1]}, "props knows no 1"),
        ({"setting": "table", "wet": "yes"}, "wet must be true or false"),
        ({"setting": "table", "blur": 9}, "blur must be a number from 0 to 2"),
        ({"setting": "table", "blur": True}, "blur must be a number"),
        ({"setting": "table", "grain": float("nan")}, "grain must be a number"),
        ({"setting": "table", "light": ["soft"]}, "light knows no"),
    ],
)
def test_a_wrong_spec_is_refused_with_a_sentence_that_names_the_field(
    plain: dict[str, Any], said: str
) -> None:
    """Each mistake has its own sentence, on one line."""
    with pytest.raises(SpecError, match=said) as refusal:
        from_plain(plain)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"setting = table", "the file is no TOML"),
        (b"\xff\xfe", "the file is no TOML"),
        (b"#" * (FILE_LIMIT + 1), "larger than"),
        (b'[scene]\nsetting = "table"\n', "scene is no field"),
    ],
)
def test_a_file_that_holds_no_spec_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Other formats, other encodings, huge files and nested tables all get a sentence."""
    path = tmp_path / "scene.toml"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=said):
        read_spec(path)
