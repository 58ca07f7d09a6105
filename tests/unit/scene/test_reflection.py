"""What glossy ground mirrors."""

from __future__ import annotations

import numpy as np
import pytest

from backcloth.scene.studio.arrays import Radiance
from backcloth.scene.studio.camera import place_camera
from backcloth.scene.studio.light import LIGHTS, place_key
from backcloth.scene.studio.reflection import mirror_share, mirrored, with_reflection
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.stance import read_stance
from backcloth.scene.studio.texture import Tile

SIZE = (320, 300)
FOOT = 200


def _stage(reflection: bool | None = None) -> Stage:
    """A post, blue above and red for its lowest 20 rows, seen from 12 degrees above."""
    matte = np.zeros(SIZE[::-1], np.float32)
    matte[60:FOOT, 140:180] = 1.0
    subject = np.zeros((*matte.shape, 3), np.uint8)
    subject[:, :] = (20, 20, 230)
    subject[FOOT - 20 :] = (230, 20, 20)
    stance = read_stance(subject, matte)
    camera = place_camera(stance, SIZE, pitch=12, real_size=0.25)
    key = place_key(LIGHTS["soft"], 1.0, np.random.Generator(np.random.PCG64(3)))
    return Stage(
        Scene("table", reflection=reflection), camera, stance, LIGHTS["soft"], key, subject, matte, 1, 8, 8
    )


def _tile(roughness: float, slope: float = 0.0) -> Tile:
    colour = np.full((64, 64, 3), 0.1, np.float32)
    wave = np.sin(np.arange(64, dtype=np.float32) / 64 * 2 * np.pi)
    waves = np.dstack([np.zeros((64, 64), np.float32), np.repeat(slope * wave[:, None], 64, axis=1)])
    return Tile(colour, 0.2, 1.0, roughness, slope=waves if slope else None)


def _image(stage: Stage, tile: Tile) -> Radiance:
    """What the ground from the horizon down mirrors before a black backdrop, as a whole picture."""
    behind = np.zeros((*stage.matte.shape, 3), np.float32)
    first = int(stage.camera.horizon) + 1
    image = behind.copy()
    image[first:] = mirrored(stage, tile, behind, (first, SIZE[1]), yaw=0.0, offset=(0.0, 0.0))[0]
    return image


def test_the_mirrored_subject_starts_at_its_contact_with_its_own_colours() -> None:
    """Right below the foot the mirror is red, 30 rows further it is blue, and above and beside it empty."""
    image = _image(_stage(), _tile(0.02))
    below = image[FOOT : FOOT + 3, 150:170].mean(axis=(0, 1))
    assert below[0] > 0.6
    assert below[0] > 20 * below[2]
    deeper = image[FOOT + 28 : FOOT + 34, 150:170].mean(axis=(0, 1))
    assert deeper[2] > 0.4
    assert deeper[2] > 20 * deeper[0]
    assert image[: FOOT - 2].max() < 0.01
    assert image[:, :130].max() < 0.01


def _edge(image: Radiance, row: int) -> int:
    """Columns over which the left edge of the mirrored post rises from a fifth to four fifths."""
    line = image[row].sum(axis=1)
    line = line / line.max()
    return int(np.argmax(line > 0.8) - np.argmax(line > 0.2))


def test_a_rough_mirror_is_sharp_at_the_contact_and_blurs_with_distance() -> None:
    """The edge of a rough reflection widens away from the foot; a polished one's stays."""
    rough, polished = _image(_stage(), _tile(0.5)), _image(_stage(), _tile(0.02))
    assert _edge(rough, FOOT + 2) <= 2
    assert _edge(rough, FOOT + 80) >= _edge(rough, FOOT + 2) + 4
    assert _edge(polished, FOOT + 80) <= 2


def test_waves_tear_the_mirrored_subject_but_not_from_its_foot() -> None:
    """Waves move what is mirrored away from the foot; right below it the foot stays red."""
    calm, rippled = _image(_stage(), _tile(0.02)), _image(_stage(), _tile(0.02, slope=0.08))
    inner = (slice(FOOT + 4, FOOT + 60), slice(150, 170))
    assert np.abs(calm[inner] - rippled[inner]).mean() > 0.02
    assert rippled[FOOT, 150:170, 0].min() > 0.5


def test_no_reflection_leaves_the_subject_out() -> None:
    """Where reflections are not wanted the ground mirrors only what stands behind."""
    assert _image(_stage(reflection=False), _tile(0.02)).max() == 0


def test_the_ground_mirrors_more_at_grazing_view_and_where_it_is_polished() -> None:
    """The share grows towards the horizon, and a polish map of zero switches it off."""
    stage = _stage()
    rows = (int(stage.camera.horizon) + 2, SIZE[1])
    share = mirror_share(stage, _tile(0.1), rows, yaw=0.0, offset=(0.0, 0.0))
    assert np.all(np.diff(share[:, 10]) < 0)
    assert 0.03 < share.min() < share.max() <= 0.9
    polish = np.zeros((64, 64), np.float32)
    tile = Tile(np.full((64, 64, 3), 0.1, np.float32), 0.1, 1.0, 0.1, polish=polish)
    assert mirror_share(stage, tile, rows, yaw=0.0, offset=(0.0, 0.0)).max() == pytest.approx(0, abs=1e-6)


def test_the_backdrop_is_mirrored_about_the_horizon_or_the_foot_of_a_wall() -> None:
    """A bright band above the horizon shows as far below it; a near wall's as far below its foot."""
    stage = _stage(reflection=False)
    behind = np.zeros((*stage.matte.shape, 3), np.float32)
    horizon = int(stage.camera.horizon)
    behind[horizon - 24 : horizon - 16] = 1.0
    rows = (horizon + 1, SIZE[1])
    for foot in (None, horizon + 10.0):
        image = mirrored(stage, _tile(0.0), behind, rows, yaw=0.0, offset=(0.0, 0.0), foot=foot)[0]
        line = stage.camera.horizon if foot is None else foot
        shown = rows[0] + float(np.average(np.arange(len(image)), weights=image[:, 10, 0] + 1e-9)) + 0.5
        assert shown == pytest.approx(2 * line - (horizon - 20), abs=1.5)


def test_a_plain_ground_can_be_given_the_subjects_reflection_alone() -> None:
    """On a lit white sweep the mirror is red right below the foot; beside it the sweep stays as it was."""
    stage = _stage(reflection=True)
    white = np.full((*stage.matte.shape, 3), 0.8, np.float32)
    shown = with_reflection(stage, white, gloss=0.9, roughness=0.1)
    below = shown[FOOT : FOOT + 3, 150:170].mean(axis=(0, 1))
    assert below[0] > 1.15 * below[2]
    assert np.array_equal(shown[:, :120], white[:, :120])
    assert np.array_equal(shown[: FOOT - 2], white[: FOOT - 2])


def test_a_reflection_that_was_asked_for_shows_more_of_the_subject() -> None:
    """The mirror's share doubles where it shows the subject, and nowhere else."""
    shares = []
    for asked in (None, True):
        stage = _stage(reflection=asked)
        rows = (int(stage.camera.horizon) + 1, SIZE[1])
        black = np.zeros((*stage.matte.shape, 3), np.float32)
        shares.append(mirrored(stage, _tile(0.02), black, rows, yaw=0.0, offset=(0.0, 0.0))[1])
    foot = FOOT + 2 - rows[0]
    assert shares[1][foot, 160] == pytest.approx(2 * shares[0][foot, 160], rel=0.1)
    assert np.array_equal(shares[0][:, 20], shares[1][:, 20])


def test_bare_metal_mirrors_from_above_in_its_own_colour() -> None:
    """Of two grounds of one gloss the metal one mirrors more at any angle, and brass turns white golden."""
    stage = _stage()
    brass = np.broadcast_to(np.asarray([0.55, 0.36, 0.11], np.float32), (64, 64, 3))
    plain = Tile(brass, 0.2, 0.75, 0.3)
    metal = Tile(brass, 0.2, 0.75, 0.3, metal=0.5)
    rows = (FOOT, SIZE[1])
    shares = [mirror_share(stage, tile, rows, yaw=0.0, offset=(0.0, 0.0)) for tile in (plain, metal)]
    assert (shares[1] >= 0.5).all()
    assert (shares[1] > shares[0]).all()
    white = np.ones((*stage.matte.shape, 3), np.float32)
    image = mirrored(stage, metal, white, rows, yaw=0.0, offset=(0.0, 0.0))[0][:, :60].mean(axis=(0, 1))
    assert image[0] > image[1] > 1.2 * image[2]
