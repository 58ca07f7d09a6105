"""Lights: their colour, their size, and what two of them do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.colour import Colour
from backcloth.scene.studio.floor import fill_light
from backcloth.scene.studio.light import LIGHTS, Key, lamps, light_of, place_key, sun_in_view
from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import LIGHTS as NAMES
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.weather import under

KEY = Key(-1.0, (0.7, 0.7), 1.0)


def _draw(scene: Scene) -> npt.NDArray[np.float32]:
    matte = np.zeros((270, 360), np.float32)
    matte[90:210, 150:210] = 1.0
    return render(scene, np.full((270, 360, 3), 140, np.uint8), matte, 3).astype(np.float32)


def test_every_light_of_the_spec_is_there() -> None:
    """A scene may name any light of the spec."""
    assert set(LIGHTS) == NAMES


@pytest.mark.parametrize("setting", ["sweep", "table"])
def test_a_light_colour_tints_the_picture(setting: str) -> None:
    """Under a red key a white studio is red, under a blue one it is blue."""
    red = _draw(Scene(setting, surface="plaster", light="dramatic", light_colour=Colour(255, 40, 20)))
    blue = _draw(Scene(setting, surface="plaster", light="dramatic", light_colour=Colour(20, 60, 255)))
    ground = (slice(225, 265), slice(20, 340))
    assert red[ground][..., 0].mean() > 1.8 * red[ground][..., 2].mean()
    assert blue[ground][..., 2].mean() > 1.8 * blue[ground][..., 0].mean()


@pytest.mark.parametrize("light", ["neon", "soft"])
def test_a_second_colour_of_light_comes_from_the_other_side(light: str) -> None:
    """With a red and a blue lamp one half of the floor is redder, the other bluer, whatever the light was."""
    picture = _draw(
        Scene("sweep", light=light, light_colour=Colour(255, 40, 20), second_colour=Colour(20, 60, 255))
    )
    ground = picture[225:265]
    left, right = (part[..., 0].mean() / part[..., 2].mean() for part in (ground[:, :60], ground[:, -60:]))
    assert max(left, right) > 1.3 * min(left, right)


@pytest.mark.parametrize("weather", ["cloudy", "fog", "rain", "snowfall"])
def test_a_hard_shadow_that_was_asked_for_outlasts_the_weather(weather: str) -> None:
    """Clouds soften the light, unless a hard shadow was named."""
    light = LIGHTS["day"]
    assert under(light, weather).softness > 5 * light.softness
    hard = under(light, weather, "hard")
    assert hard.softness == light.softness
    assert sum(hard.key) > 1.5 * sum(under(light, weather).key) or weather == "cloudy"


def test_neon_has_two_colours_one_from_each_side() -> None:
    """Two lamps light their own sides of a wall and of the floor in their own colours."""
    picture = _draw(Scene("sweep", light="neon"))
    for rows in (slice(20, 60), slice(230, 260)):
        left, right = picture[rows, :60].mean(axis=(0, 1)), picture[rows, -60:].mean(axis=(0, 1))
        pink, blue = (left, right) if left[0] > right[0] else (right, left)
        assert pink[0] > 1.3 * pink[1]
        assert blue[2] > 1.3 * blue[0]


def test_a_single_lamp_lights_all_columns_alike() -> None:
    """Only a second lamp makes the key fall off to the other side."""
    key, second = lamps(LIGHTS["day"], KEY, 50)
    assert np.ptp(key, axis=1).max() == 0
    assert second.max() == 0
    key, second = lamps(LIGHTS["neon"], KEY, 50)
    assert key[0, 0, 0] > 3 * key[0, -1, 0]
    assert second[0, -1, 2] > 3 * second[0, 0, 2]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_shadow_that_was_asked_for_changes_the_size_of_the_key_and_keeps_the_brightness(name: str) -> None:
    """Soft makes the key large and hard makes it small; the ground stays as bright as it was."""
    plain, soft, hard = (light_of(Scene("sweep", light=name, shadow=s)) for s in ("auto", "soft", "hard"))
    assert soft.softness >= max(plain.softness, 0.3)
    assert hard.softness <= 0.012
    weight = np.asarray((0.2126, 0.7152, 0.0722))
    for light in (soft, hard):
        total = (np.asarray(light.key) + np.asarray(light.ambient)) @ weight
        assert total == pytest.approx((np.asarray(plain.key) + np.asarray(plain.ambient)) @ weight, rel=1e-5)
    assert np.sum(hard.key) > 0.5 * (np.sum(hard.key) + np.sum(hard.ambient))


def test_the_surroundings_tint_the_ambient_light_mildly() -> None:
    """A green wood gives green fill, a bright side more light from there, darkness nothing."""
    green = np.zeros((100, 90, 3), np.float32) + np.asarray((0.1, 0.4, 0.1), np.float32)
    fill = fill_light(green, 60.0)
    assert 1.1 < fill[0, :, 1].mean() / fill[0, :, 0].mean() < 2.0
    assert fill.mean() == pytest.approx(1.0, abs=1e-4)
    lit = np.full((100, 90, 3), 0.2, np.float32)
    lit[:, :30] = 1.0
    fill = fill_light(lit, 60.0)
    assert fill[0, 0, 1] > fill[0, -1, 1] + 0.05
    assert np.all(fill_light(np.zeros_like(lit), 60.0) == 1.0)


def test_a_sun_in_the_picture_throws_shadows_towards_the_camera() -> None:
    """On a beach at sunset the key stands behind the subject; by day, in a wood or in fog it does not."""
    rng = np.random.Generator(np.random.PCG64(1))
    assert sun_in_view(Scene("beach", light="sunset"))
    for other in (
        Scene("beach", light="day"),
        Scene("forest", light="sunset"),
        Scene("beach", light="sunset", weather="fog"),
        Scene("beach", light="sunset", sun=False),
        Scene("sweep", light="sunset"),
    ):
        assert not sun_in_view(other)
    assert place_key(LIGHTS["sunset"], 0.5, rng, behind=True).away[1] < -0.3
    assert place_key(LIGHTS["sunset"], 0.5, rng).away[1] > 0.3


def test_the_shadow_of_a_low_sun_lies_before_the_subject() -> None:
    """In a desert at golden hour the ground in front of the subject is darker than behind it."""
    plain = _draw(Scene("desert", light="golden", shadow="none", grain=0.0))
    lost = (plain - _draw(Scene("desert", light="golden", grain=0.0))).mean(axis=2)
    assert lost[216:260].mean() > 3 * max(lost[150:195].mean(), 0.05)
