"""The operator's file: what it may say, who then serves whom, and one clear sentence for each mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backcloth.domain.background import Prompt, References, Solid, Staged
from backcloth.domain.request import Mode
from backcloth.scene.engines_file import EnginesFileError
from backcloth.scene.protocol import Chooser
from backcloth.scene.registry import Around, Scenes, open_engines
from backcloth.scene.studio.engine import Reader
from harness.fakes import DECODER
from harness.images_server import KEY, ImagesServer

REMOTE = """
[engines.painter]
kind = "remote"
flavour = "vllm-omni"
base_urls = ["http://127.0.0.1:9/v1"]
"""

EVERYTHING = """
[[route]]
references = false
engines = ["studio"]

[[route]]
references = true
engines = ["reference"]
"""


@pytest.fixture
def server() -> Iterator[ImagesServer]:
    """A server that is well."""
    with ImagesServer() as running:
        yield running


def opened(folder: Path, text: str) -> Scenes:
    """The engines of a file with this text."""
    path = folder / "engines.toml"
    path.write_text(text, encoding="utf-8")
    return open_engines(Reader(), Around(path, DECODER, folder, {"PAINTER_KEY": KEY}))


def chosen(scenes: Scenes, kind: type, mode: Mode) -> str:
    """Who serves a mode."""
    scene = scenes[kind]
    return (scene.choose(mode) if isinstance(scene, Chooser) else scene).name


def test_without_other_engines_everything_is_as_without_a_file(tmp_path: Path) -> None:
    """The embedded engines need no table."""
    scenes = opened(tmp_path, EVERYTHING)
    assert {chosen(scenes, Prompt, mode) for mode in Mode} == {"studio"}
    assert {chosen(scenes, References, mode) for mode in Mode} == {"reference"}


def test_modes_and_references_choose_the_engine(tmp_path: Path, server: ImagesServer) -> None:
    """The first row that fits counts; a colour and a scene spelled out stay where they are."""
    scenes = opened(
        tmp_path,
        f"""
[engines.painter]
kind = "remote"
flavour = "vllm-omni"
base_urls = ["{server.url}"]
api_key_env = "PAINTER_KEY"

[engines.plain]
kind = "studio"

[[route]]
modes = ["fast"]
references = false
engines = ["plain"]

[[route]]
engines = ["painter"]
""",
    )
    assert [chosen(scenes, Prompt, mode) for mode in Mode] == ["studio", "painter", "painter"]
    assert [chosen(scenes, References, mode) for mode in Mode] == ["painter"] * 3
    assert (chosen(scenes, Solid, Mode.BASE), chosen(scenes, Staged, Mode.BASE)) == ("solid", "studio")


def test_where_the_row_says_so_the_embedded_engines_stand_in(tmp_path: Path) -> None:
    """The studio for words, and the engine for reference pictures for those."""
    scenes = opened(tmp_path, f'{REMOTE}\n[[route]]\nengines = ["painter"]\nfallback = "studio"')
    assert chosen(scenes, Prompt, Mode.FAST) == "studio"
    assert chosen(scenes, References, Mode.FAST) == "reference"


def test_of_a_row_for_everything_each_kind_takes_who_makes_it(tmp_path: Path) -> None:
    """The studio knows no pictures, so that in a row for both it serves words alone."""
    scenes = opened(tmp_path, '[[route]]\nengines = ["studio", "reference"]')
    assert (chosen(scenes, Prompt, Mode.FAST), chosen(scenes, References, Mode.FAST)) == (
        "studio",
        "reference",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[route", "is no TOML"),
        ("", "route: Field required"),
        ("route = []", "route: "),
        ("colour = 1" + EVERYTHING, "colour: "),
        ('[[route]]\nengines = ["klein"]', "route 1: there is no engine klein"),
        ("[[route]]\nengines = []", "route 1.engines"),
        ('[[route]]\nengines = ["studio", "studio"]', "route 1: an engine is named twice"),
        ('[[route]]\nmodes = ["slow"]\nengines = ["studio"]', "route 1.modes"),
        ('[[route]]\nengines = ["studio"]\nfallback = "klein"', "route 1.fallback"),
        ('[[route]]\nengines = ["studio"]\ncolour = 1', "route 1.colour"),
        ("[engines.a]\n" + EVERYTHING, "engines.a: kind must be one of studio, reference, diffusion, remote"),
        ('[engines.a]\nkind = "magic"\n' + EVERYTHING, "engines.a: kind must be one of"),
        ('[engines."A b"]\nkind = "studio"\n' + EVERYTHING, "engines.A b"),
        ('[engines.studio]\nkind = "reference"\n' + EVERYTHING, "the name belongs to the embedded engine"),
        (
            '[engines.a]\nkind = "studio"\nseed = 1\n' + EVERYTHING,
            "engines.a: seed: the kind studio has no keys",
        ),
        (REMOTE + "colour = 1" + EVERYTHING, "engines.painter: colour: "),
        (REMOTE.replace("vllm-omni", "comfy") + EVERYTHING, "engines.painter: flavour: "),
        (
            REMOTE + 'api_key_env = "GONE"' + EVERYTHING,
            "engines.painter: api_key_env: the environment variable GONE",
        ),
        (
            '[engines.k]\nkind = "diffusion"\npreset = "none"' + EVERYTHING,
            "engines.k: there is no preset none",
        ),
        ('[engines.k]\nkind = "diffusion"\npreset = "klein-fast"' + EVERYTHING, "engines.k: "),
        (
            '[[route]]\nreferences = true\nengines = ["studio"]',
            "studio makes nothing with reference pictures",
        ),
        (
            '[[route]]\nengines = ["studio"]',
            "none of its engines serves the mode fast with reference pictures",
        ),
        (
            REMOTE + 'regular = {steps = 28}\n[[route]]\nmodes = ["fast"]\nengines = ["painter"]',
            "route 1: painter does not have the mode fast",
        ),
        (
            '[[route]]\nreferences = true\nengines = ["reference"]',
            "no route serves the mode fast with a prompt",
        ),
        (
            '[[route]]\nmodes = ["fast"]\nengines = ["studio", "reference"]',
            "no route serves the mode base with a prompt",
        ),
    ],
)
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    """It names the file and the place."""
    with pytest.raises(EnginesFileError) as mistake:
        opened(tmp_path, text)
    sentence = str(mistake.value)
    assert sentence.startswith(f"{tmp_path / 'engines.toml'}: ")
    assert says in sentence
    assert "\n" not in sentence


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, a folder, or no text."""
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    for name, says in (("none.toml", "No such file"), ("", "cannot be read"), ("latin.toml", "not UTF-8")):
        with pytest.raises(EnginesFileError, match=says):
            open_engines(Reader(), Around(tmp_path / name, DECODER))
