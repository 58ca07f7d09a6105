"""Reading how a subject stands from its matte."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.studio.camera import lens_for, place_camera, seen_from
from backcloth.scene.studio.stance import Stance, read_stance

GREY = np.full((200, 300, 3), 128, np.uint8)


def _read(matte: npt.NDArray[np.float32]) -> Stance:
    return read_stance(GREY, matte)


def _blank() -> npt.NDArray[np.float32]:
    return np.zeros((200, 300), np.float32)


def test_two_feet_are_contacts_and_the_body_between_them_is_not() -> None:
    """Only columns that reach the lower outline stand on the ground."""
    matte = _blank()
    matte[40:120, 100:200] = 1
    matte[120:180, 105:120] = 1
    matte[120:180, 180:195] = 1
    stance = _read(matte)
    assert stance.grounded
    assert stance.contact_row == pytest.approx(180, abs=2)
    assert stance.contact[112] > 0.9
    assert stance.contact[187] > 0.9
    assert stance.contact[150] < 0.05


def test_far_legs_stand_higher_up_and_a_tail_does_not_stand() -> None:
    """The end of a thin steep leg is a foot even above the lower outline; a slanting tail's is none."""
    matte = _blank()
    matte[40:110, 100:200] = 1
    for left, foot in ((102, 180), (130, 164), (160, 184), (190, 170)):
        matte[110:foot, left : left + 6] = 1
    assert [foot.row for foot in _read(matte).feet] == [180, 164, 184, 170]
    assert _read(matte).spread == 20
    tail = matte.copy()
    for step in range(60):
        tail[100 + step // 2 : 112 + step // 2, 99 - step] = 1
    assert [foot.row for foot in _read(tail).feet] == [180, 164, 184, 170]


def test_a_wide_cut_at_the_frame_is_no_ground_and_feet_at_the_frame_are() -> None:
    """A bust leaves through the bottom edge; narrow legs that end there still stand."""
    bust = _blank()
    bust[60:, 80:220] = 1
    assert not _read(bust).grounded
    legs = _blank()
    legs[40:120, 80:220] = 1
    legs[120:, 90:105] = 1
    legs[120:, 190:205] = 1
    assert _read(legs).grounded


def test_the_pitch_is_read_from_a_round_base() -> None:
    """The front of a cylinder's base is half an ellipse whose axes give the camera's pitch."""
    y, x = np.mgrid[0:200, 0:300].astype(np.float32)
    half = np.sqrt(np.clip(1 - ((x - 150) / 60) ** 2, 0, 1))
    wanted = 25.0
    front = 150 + 60 * np.sin(np.radians(wanted)) * half
    matte = ((np.abs(x - 150) <= 60) & (y >= 60) & (y <= front)).astype(np.float32)
    assert _read(matte).pitch == pytest.approx(wanted, abs=3)
    flat = _blank()
    flat[60:150, 90:210] = 1
    assert _read(flat).pitch is None


def test_the_lit_side_is_the_brighter_one() -> None:
    """A subject bright on its left is lit from the left."""
    matte = _blank()
    matte[40:180, 100:200] = 1
    picture = GREY.copy()
    picture[:, 100:150] = 220
    assert read_stance(picture, matte).lit_from < -0.2
    assert read_stance(picture[:, ::-1].copy(), matte).lit_from > 0.2
    assert read_stance(GREY, matte).lit_from == pytest.approx(0, abs=0.05)


def test_an_empty_matte_gives_a_stand_in() -> None:
    """With nobody there, the numbers still describe a plausible place to look at."""
    stance = _read(_blank())
    assert not stance.present
    assert 0 < stance.contact_row < 200


def test_the_camera_shows_the_contact_where_the_subject_stands() -> None:
    """Ground lookups at the contact row give the focus depth, and projecting them comes back."""
    matte = _blank()
    matte[60:150, 120:180] = 1
    camera = place_camera(_read(matte), (300, 200), pitch=12, real_size=0.25)
    x, depth = camera.ground(140.0, camera.contact_row)
    assert depth == pytest.approx(camera.focus)
    assert camera.project(x, depth) == pytest.approx((140.0, camera.contact_row))
    assert camera.pixel * 90 == pytest.approx(0.25, rel=0.02)
    assert camera.foreshortening == pytest.approx(np.tan(np.radians(12)), rel=1e-3)


def _chair(pitch: float, yaw: float) -> npt.NDArray[np.float32]:
    """A seat on four legs, whose square of feet is turned by `yaw` and seen from `pitch` degrees above."""
    matte = _blank()
    matte[20:90, 90:210] = 1
    sine, cosine = np.sin(np.radians(yaw)), np.cos(np.radians(yaw))
    for x, z in ((-32, -32), (-32, 32), (32, -32), (32, 32)):
        column = round(150 + cosine * x - sine * z)
        row = round(150 - np.sin(np.radians(pitch)) * (sine * x + cosine * z))
        matte[90:row, column - 2 : column + 3] = 1
    return matte


@pytest.mark.parametrize(("pitch", "yaw"), [(12.0, 30.0), (20.0, 25.0), (23.0, 22.0)])
def test_the_pitch_is_read_from_the_feet_of_furniture(pitch: float, yaw: float) -> None:
    """Four feet that are the corners of a turned rectangle tell how far the camera looked down on them."""
    assert _read(_chair(pitch, yaw)).pitch == pytest.approx(pitch, abs=2.5)


def test_feet_that_are_no_rectangle_tell_no_pitch() -> None:
    """A walking animal's feet stand anywhere."""
    matte = _blank()
    matte[40:110, 100:200] = 1
    for left, foot in ((102, 180), (125, 164), (140, 184), (190, 172)):
        matte[110:foot, left : left + 6] = 1
    assert _read(matte).pitch is None


def test_a_crumb_beside_a_foot_does_not_stand() -> None:
    """A pebble that the cut-out left below a foot does not move the ground down to it."""
    matte = _blank()
    matte[40:120, 100:200] = 1
    matte[120:180, 105:120] = 1
    matte[120:180, 180:195] = 1
    clean = _read(matte)
    matte[186:190, 108:114] = 1
    assert _read(matte).feet == clean.feet


def test_the_horizon_follows_the_pitch_and_stays_in_view_of_a_place() -> None:
    """Seen from above, the ground fills a product set; outdoors part of the pitch gives way to the place."""
    y, x = np.mgrid[0:200, 0:300].astype(np.float32)
    half = np.sqrt(np.clip(1 - ((x - 150) / 40) ** 2, 0, 1))
    horizons = []
    for pitch in (12.0, 25.0, 40.0):
        front = 120 + 40 * np.sin(np.radians(pitch)) * half
        stance = _read(((np.abs(x - 150) <= 40) & (y >= 20) & (y <= front)).astype(np.float32))
        product, outdoors = seen_from(stance, 9.0), seen_from(stance, None)
        assert product == pytest.approx(pitch, abs=3)
        assert outdoors is not None
        assert outdoors == pytest.approx(12 + 0.45 * (pitch - 12), abs=2)
        horizons.append(place_camera(stance, (300, 200), pitch=product, real_size=1).horizon)
    assert horizons[0] > horizons[1] > horizons[2]
    assert seen_from(_read(_blank()), None) is None


def test_a_large_subject_is_seen_through_a_longer_lens() -> None:
    """The lens shows the subject at its size from the distance it is photographed from, within limits."""
    focals = []
    for top in (160, 110, 20):
        matte = _blank()
        matte[top:185, 130:170] = 1
        focals.append(lens_for(_read(matte), (300, 200)))
    assert focals == sorted(focals)
    assert focals[0] == pytest.approx(1.25 * 300)
    assert focals[2] == pytest.approx(2.9 * 165)
