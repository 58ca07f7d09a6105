"""Presets as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcloth.domain.request import Mode
from backcloth.scene.diffusion.preset import NAMES, DiffusionError, read_preset

KLEIN = (Path(__file__).parents[4] / "src/backcloth/scene/diffusion/presets/klein-regular.toml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_packaged_preset_is_valid_and_named_as_its_file(name: str) -> None:
    """A preset that ships reads without complaint and bears its file's name."""
    assert read_preset(name).name == name


def test_the_presets_are_those_of_the_guide() -> None:
    """The packaged presets are the five that the documentation describes."""
    assert NAMES == ("byo", "klein-fast", "klein-regular", "qwen-quality", "sdxl-lowvram")


@pytest.mark.parametrize(
    ("name", "modes", "steps", "guidance", "negative", "references"),
    [
        ("klein-fast", {Mode.FAST}, 4, 1.0, False, 4),
        ("klein-regular", {Mode.BASE, Mode.HIGH_CONTROL}, 28, 4.0, True, 4),
        ("sdxl-lowvram", set(Mode), 8, 0.0, False, 4),
        ("qwen-quality", set(Mode), 4, 1.0, False, 3),
    ],
)
def test_a_preset_says_how_its_first_mode_is_sampled(
    name: str, modes: set[Mode], steps: int, guidance: float, negative: bool, references: int
) -> None:
    """Modes, steps, guidance, negative prompt and references are the model card's."""
    preset = read_preset(name)
    effort = preset.effort(preset.modes[0])
    assert effort
    assert set(preset.modes) == modes
    assert (effort.steps, effort.guidance, effort.negative) == (steps, guidance, negative)
    assert preset.references == references


def test_what_is_not_plainly_commercial_has_to_be_accepted() -> None:
    """Apache-2.0 models load as they are; others ask the operator first."""
    asked = {name for name in NAMES if read_preset(name).ask}
    assert asked == {"byo", "sdxl-lowvram"}
    assert all(read_preset(name).commercial for name in set(NAMES) - asked)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[regular]", "[lasting]", "lasting"),
        ("{prompt}", "a scene", "prompt must hold"),
        ("commercial = true", "commercial = false", "ask = true"),
        ("steps = 28", "steps = 0", "regular.steps"),
        ("multiple = 16", "multiple = 24", "must fit each other"),
        ('family = "klein"', 'family = "sdxl-controlnet"', r"\[controlnet\]"),
        ("negative = true", "negative = true\nlora = true", r"\[lora\]"),
        ("reference_prompt = ", "caveat = ", "reference_prompt"),
        ("references = 4", "references = 4\npixel_area = 5000", "least_area"),
        ('name = "klein-regular"', "name = ", "no TOML"),
    ],
)
def test_a_wrong_preset_is_refused_with_the_key_at_fault(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    """A preset of an operator's own that contradicts itself says where."""
    assert old in KLEIN
    path = tmp_path / "mine.toml"
    path.write_text(KLEIN.replace(old, new))
    with pytest.raises(DiffusionError, match=complaint):
        read_preset(str(path))


def test_an_unknown_preset_names_the_known_ones() -> None:
    """A slip of the pen is answered with the list."""
    with pytest.raises(DiffusionError, match="klein-fast, klein-regular"):
        read_preset("klein")
