"""The studio's named scenes."""

from __future__ import annotations

import pytest

from backcloth.scene.studio.catalogue import CATALOGUE, read_catalogue
from backcloth.scene.studio.scene import SETTINGS

ENTRY = '[[scene]]\nname = "a"\nsays = ["a table"]\nscene = { setting = "table" }\n'
HEAD = 'undrawable = ["a dragon"]\n'


def test_there_are_at_least_forty_scenes_in_every_setting() -> None:
    """Scenes differ from each other, and together they use every setting."""
    scenes = [named.scene for named in CATALOGUE.scenes]
    assert len(scenes) >= 40
    assert len(set(scenes)) == len(scenes)
    assert {scene.setting for scene in scenes} == SETTINGS


def test_no_description_stands_for_two_scenes() -> None:
    """A text leads to one place, and nothing is both drawable and not."""
    said = [text for named in CATALOGUE.scenes for text in named.says] + list(CATALOGUE.undrawable)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + ENTRY + ENTRY, "two scenes are named a"),
        (HEAD + ENTRY.replace('["a table"]', "[]"), "a has no description"),
        (HEAD + ENTRY.replace('"table" }', '"moon" }'), "a: setting knows no 'moon'"),
    ],
)
def test_a_wrong_catalogue_is_refused(text: str, said: str) -> None:
    """A mistake names its entry."""
    with pytest.raises(ValueError, match=said):
        read_catalogue(text)
