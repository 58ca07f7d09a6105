"""Places under the sky: every setting, every weather and season, and what stands behind a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.studio import render as rendering
from backcloth.scene.studio.environment import SURROUNDINGS, look
from backcloth.scene.studio.scene import NATURE, STREETS, VIEWS, Scene
from backcloth.scene.studio.sets.outdoors import wetted
from backcloth.scene.studio.texture import Tile
from backcloth.scene.studio.tone import develop

WIDTH, HEIGHT = 240, 180
OUTDOORS = sorted(NATURE | STREETS)

Picture = npt.NDArray[np.float32]


def _matte(*, cut: bool = False) -> Picture:
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[60 : HEIGHT if cut else 140, 100:140] = 1.0
    return matte


def _draw(scene: Scene, *, seed: int = 3, cut: bool = False, red: bool = False) -> Picture:
    subject = np.full((HEIGHT, WIDTH, 3), (220, 20, 20) if red else (140, 140, 140), np.uint8)
    return rendering.render(scene, subject, _matte(cut=cut), seed).astype(np.float32)


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("setting", OUTDOORS)
def test_every_setting_is_drawn_and_repeats(
    setting: str, *, cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standing and a cut-off subject get light without holes, the same for a seed, another for the next."""
    lights: list[Picture] = []

    def seen(light: Picture, *args: object, **options: object) -> npt.NDArray[np.uint8]:
        lights.append(light)
        return develop(light, *args, **options)  # type: ignore[arg-type]  # handed through as it came

    monkeypatch.setattr(rendering, "develop", seen)
    first = _draw(Scene(setting, light="day"), cut=cut)
    assert np.isfinite(lights[0]).all()
    assert lights[0].min() >= 0
    assert np.array_equal(first, _draw(Scene(setting, light="day"), cut=cut))
    assert np.abs(first - _draw(Scene(setting, light="day"), cut=cut, seed=4)).mean() > 1.0


@pytest.mark.parametrize("setting", ["meadow", "garden", "lake", "beach"])
def test_a_subject_that_fills_a_wide_strip_gets_its_plate(setting: str) -> None:
    """The ground may lie far below the frame."""
    subject, matte = np.full((120, 900, 3), 120, np.uint8), np.ones((120, 900), np.float32)
    plate = rendering.render(Scene(setting, light="day"), subject, matte, 7)
    assert plate.shape == subject.shape


@pytest.mark.parametrize("light", ["day", "sunset", "night"])
@pytest.mark.parametrize("setting", sorted(set(OUTDOORS) - {"terrace", "lake"}))
def test_ground_and_background_meet_softly(setting: str, light: str) -> None:
    """No single row jumps across the width, unless a built floor ends there."""
    rows = _draw(Scene(setting, light=light, grain=0.0))[:, :95].mean(axis=1)
    assert np.abs(np.diff(rows, axis=0)).max() < 30


@pytest.mark.parametrize("weather", ["fog", "rain", "snowfall"])
def test_bad_weather_takes_contrast_from_the_distance(weather: str) -> None:
    """Above the ground tones lie closer together than on a clear day, most of all in fog."""
    clear = _draw(Scene("city", light="day", weather="clear", grain=0.0))[:80, :95]
    dull = _draw(Scene("city", light="day", weather=weather, grain=0.0))[:80, :95]
    assert dull.std() < (0.45 if weather == "fog" else 0.9) * clear.std()


@pytest.mark.parametrize("light", ["dusk", "night"])
def test_rain_leaves_a_dark_sky_dark(light: str) -> None:
    """A wet evening is no brighter than a dry one, and its sky no flat grey."""
    dry = _draw(Scene("city", light=light, grain=0.0))[:30, :95]
    wet = _draw(Scene("city", light=light, weather="rain", grain=0.0))[:30, :95]
    assert wet.mean() < 1.25 * dry.mean() + 6.0


def test_a_shore_ends_at_the_water_without_an_edge_of_boards() -> None:
    """Gravel by a lake: land at the feet, water behind, the line between them not straight."""
    picture = _draw(Scene("lake", "gravel", light="day", grain=0.0))
    jetty = _draw(Scene("lake", light="day", grain=0.0))
    assert np.abs(picture[100:] - jetty[100:]).mean() > 4.0
    assert np.abs(picture[:70] - jetty[:70]).max() < 3.0


def test_a_terrace_ends_at_a_low_wall() -> None:
    """Between ground and outlook stands a level band of stone that the ground's pattern does not reach."""
    picture = _draw(Scene("terrace", "slabs", light="day", grain=0.0, blur=0.0))
    rows = picture[:, :95].mean(axis=2)
    band = rows.std(axis=1)[50:120]
    assert band.min() < 0.5 * float(np.median(rows.std(axis=1)[150:]))


def test_fog_swallows_more_the_farther_it_is() -> None:
    """The ground at the feet keeps its texture, ground far off loses it."""
    clear, fog = (
        _draw(Scene("parking", light="overcast", weather=weather, grain=0.0)).mean(axis=2)
        for weather in ("clear", "fog")
    )
    lost = np.abs(clear - fog)[:, :95].mean(axis=1)
    assert lost[90:100].mean() > 2 * lost[165:175].mean()


@pytest.mark.parametrize("setting", ["meadow", "forest", "garden"])
def test_autumn_is_warmer_than_summer(setting: str) -> None:
    """Plants turn: more red against blue and green."""
    summer, autumn = (
        _draw(Scene(setting, light="overcast", season=season)).reshape(-1, 3).mean(axis=0)
        for season in ("summer", "autumn")
    )
    assert autumn[0] / autumn[1] > summer[0] / summer[1] + 0.05


def test_winter_is_paler_than_summer() -> None:
    """Grass and trees lose their colour under frost and old snow."""
    summer, winter = (
        np.ptp(_draw(Scene("meadow", light="overcast", season=season)), axis=2).mean()
        for season in ("summer", "winter")
    )
    assert winter < 0.6 * summer


def test_snowfall_puts_bright_flakes_before_the_background() -> None:
    """Before far mountains many spots are brighter than their surroundings; without snow none is."""

    def spots(weather: str) -> int:
        tone = _draw(Scene("mountain", light="overcast", weather=weather, grain=0.0))[:80].mean(axis=2)
        around = (tone[:-6, 3:-3] + tone[6:, 3:-3] + tone[3:-3, :-6] + tone[3:-3, 6:]) / 4
        return int(np.count_nonzero(tone[3:-3, 3:-3] > around + 12))

    assert spots("snowfall") > 40
    assert spots("cloudy") < 10


def test_rain_leaves_the_ground_dark_and_mirroring() -> None:
    """Paved ground gets a film of water that shows what stands behind it; a lawn only darkens."""
    dry = Tile(np.full((64, 64, 3), 0.3, np.float32), side=1.0)
    rng = np.random.Generator(np.random.PCG64(1))
    paved, grown = wetted(dry, rng, paved=True), wetted(dry, rng, paved=False)
    assert paved.gloss > 0.5
    assert paved.polish is not None
    assert np.ptp(paved.polish) > 0.3
    assert paved.colour.max() < 0.21
    assert grown.gloss < 0.3
    assert grown.colour.mean() < dry.colour.mean()


def test_still_water_mirrors_the_subject() -> None:
    """Below a red subject's foot the water is redder than beside it."""
    scene = Scene("water", light="overcast", grain=0.0)
    plate = _draw(scene, red=True)
    red = plate[..., 0] - plate[..., 2]
    assert red[146:165, 105:135].mean() > red[146:165, 20:60].mean() + 20
    still = _draw(replace(scene, reflection=False), red=True)
    assert (still[..., 0] - still[..., 2])[146:165, 105:135].mean() < red[146:165, 105:135].mean() - 20


def test_a_town_at_night_shines() -> None:
    """Lamps stand out of a dark background; by day nothing is so far from its surroundings."""
    night = _draw(Scene("city", light="night", grain=0.0))[:85]
    assert np.median(night) < 60
    assert np.quantile(night.max(axis=2), 0.995) > 130


@pytest.mark.parametrize("name", ["city", "street", "park", "alps", "ridge"])
def test_land_carries_no_light_of_the_photos_sky(name: str) -> None:
    """Where sky and land share a pixel, land is no brighter than solid land is."""
    around = SURROUNDINGS[name]
    azimuth, elevation = np.meshgrid(np.radians(np.arange(0, 360, 0.4)), np.radians(np.arange(30, -8, -0.4)))
    land, sky = look(around, 0.0, elevation.astype(np.float32), azimuth.astype(np.float32))
    mixed = (sky > 0.1) & (sky < 0.9)
    assert mixed.any()
    assert np.quantile(land[mixed][:, 2], 0.95) < 0.8 * around.sky


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_view_fills_the_plate_out_of_focus(name: str) -> None:
    """A view has no fine detail, and two seeds differ in it."""
    scene = Scene("table", surface="oak", backdrop=name, light="soft", grain=0.0)
    first, second = (_draw(scene, seed=seed)[:60] for seed in (3, 4))
    assert np.abs(np.diff(first[:, :95], axis=1)).mean() < 6.0
    assert np.abs(first - second).mean() > 0.8
