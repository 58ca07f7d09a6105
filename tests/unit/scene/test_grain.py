"""Noise and sharpness of the subject's photo, and that the plate takes after them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.scene.studio.arrays import as_field
from backcloth.scene.studio.grain import noise_of, softness_of
from backcloth.scene.studio.render import render
from backcloth.scene.studio.scene import Scene

SIZE = (270, 360)


def _matte() -> npt.NDArray[np.float32]:
    matte = np.zeros(SIZE, np.float32)
    matte[60:210, 120:240] = 1.0
    return matte


def _photo(noise: float, blur: float = 0.0) -> npt.NDArray[np.uint8]:
    """Grey stripes with sharp edges every 24 columns, blurred, then noisy."""
    stripes = np.where(np.arange(SIZE[1]) // 24 % 2, 170.0, 70.0).astype(np.float32)
    picture = np.repeat(np.repeat(stripes[None, :, None], SIZE[0], axis=0), 3, axis=2)
    if blur:
        picture = as_field(cv2.GaussianBlur(picture, (0, 0), blur))
    rng = np.random.Generator(np.random.PCG64(4))
    noisy = picture + rng.normal(0, noise, SIZE)[..., None]
    return np.asarray(np.clip(noisy + 0.5, 0, 255), np.uint8)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.5])
def test_noise_is_measured_where_the_subject_is_flat(sigma: float) -> None:
    """Edges between stripes do not count as noise."""
    assert noise_of(_photo(sigma), _matte()) == pytest.approx(sigma, rel=0.2)


def test_noise_stays_within_limits_and_has_a_usual_value() -> None:
    """A computed picture is not without grain, a rough one not drowned in it, an empty one is usual."""
    assert noise_of(_photo(0.0), _matte()) == pytest.approx(0.4)
    assert noise_of(_photo(9.0), _matte()) == pytest.approx(1.6)
    assert noise_of(_photo(1.0), np.zeros(SIZE, np.float32)) == pytest.approx(0.75)


def test_softness_grows_with_the_blur_of_the_subjects_edges() -> None:
    """A sharp photo is not soft, a blurred one is."""
    sharp, little, much = (softness_of(_photo(0.5, blur), _matte()) for blur in (0.0, 1.0, 1.8))
    assert sharp == 0
    assert 0 < little < much <= 2.0


def test_the_plate_has_about_the_subjects_grain() -> None:
    """The noise of a plain wall follows the noise of the subject's photo."""
    spread = []
    for noise in (0.3, 1.5):
        picture = render(Scene("sweep"), _photo(noise), _matte(), 3)[20:100, 250:350, 1].astype(np.float32)
        spread.append(float((picture - cv2.GaussianBlur(picture, (0, 0), 3)).std()))
    assert spread[0] < 0.7
    assert 1.8 * spread[0] < spread[1] < 1.6


def test_the_ground_in_focus_is_as_soft_as_the_subject() -> None:
    """Beside the feet of a subject that is out of focus, the ground has less fine detail."""
    detail = []
    for blur in (0.0, 1.8):
        scene = Scene("parking", light="overcast", grain=0.0)
        ground = render(scene, _photo(0.0, blur), _matte(), 3)[205:225, 20:100, 1].astype(np.float32)
        detail.append(float(np.abs(np.diff(ground, axis=1)).mean()))
    assert detail[1] < 0.75 * detail[0]


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Nothing of a plate depends on anything but its arguments."""
    first = render(Scene("table", surface="marble", light="day"), _photo(1.0), _matte(), 11)
    again = render(Scene("table", surface="marble", light="day"), _photo(1.0), _matte(), 11)
    other = render(Scene("table", surface="marble", light="day"), _photo(1.0), _matte(), 12)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
