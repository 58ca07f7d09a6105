"""Reference pictures as backgrounds, from the job to the plate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.background import References
from backcloth.domain.placement import Shadow
from backcloth.errors import InvalidRequest
from backcloth.imaging.geometry import cover
from backcloth.scene.protocol import SceneJob
from backcloth.scene.reference.engine import ReferenceEngine

MakeJob = Callable[..., SceneJob]
Pixels = npt.NDArray[np.uint8]


def _noise(width: int, height: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(60, 200, (height, width, 3), dtype=np.uint8)


def _landscape(width: int = 400, height: int = 300, seed: int = 0, shift: int = 0) -> Pixels:
    """Blue sky over green ground, both speckled, the horizon at 45 % of the height."""
    picture = np.random.default_rng(seed).integers(-12, 13, (height, width, 1)).repeat(3, axis=2)
    picture[: int(0.45 * height)] += (120 + shift, 160, 225)
    picture[int(0.45 * height) :] += (70 + shift, 130, 50)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _with_ball(picture: Pixels, radius: float) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """A bright red ball in the middle, and the map of a network that sees it."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    ball = np.hypot(x - width / 2, y - 0.55 * height) < radius * width
    shown = picture.copy()
    shown[ball] = (230, 20, 30)
    return shown, ball.astype(np.float32)


def _redness(picture: Pixels) -> float:
    """How much redder than green the reddest hundredth of a picture is."""
    wide = picture.astype(np.int16)
    return float(np.quantile(wide[..., 0] - wide[..., 1], 0.99))


def test_a_reference_as_it_is_equals_the_fitted_picture(make_job: MakeJob) -> None:
    """Without `enhance` the plate is the covering crop and nothing else, own subject or not."""
    source, seen = _with_ball(_noise(320, 180), 0.15)
    job = replace(make_job(References(1, enhance=False), references=(source,)), reference_mattes=(seen,))
    plate = ReferenceEngine().generate(job)
    assert np.array_equal(plate.picture, cover(source, (120, 90)))
    assert plate.notices == ()


def test_a_small_own_subject_leaves_no_trace(make_job: MakeJob) -> None:
    """What stood in the reference is gone from the plate, and the caller is told."""
    source, seen = _with_ball(_landscape(), 0.12)
    job = make_job(References(1), (400, 300), references=(source,))
    kept = ReferenceEngine().generate(job)
    plate = ReferenceEngine().generate(replace(job, reference_mattes=(seen,)))
    assert _redness(kept.picture) > 150
    assert _redness(plate.picture) < 20
    assert plate.notices == ("ref_images[0]: its own subject was removed.",)


def test_a_large_own_subject_has_the_scene_rebuilt(make_job: MakeJob) -> None:
    """Too much is missing: a studio scene in the reference's colours stands in, without the subject's."""
    source, seen = _with_ball(_landscape(), 0.42)
    job = make_job(References(1), (400, 300), references=(source,))
    plate = ReferenceEngine().generate(replace(job, reference_mattes=(seen,)))
    assert "its own subject could not be removed: the scene was rebuilt" in plate.notices[0]
    assert "lawn" in plate.scene
    assert _redness(plate.picture) < 40
    sky, ground = plate.picture[:40].reshape(-1, 3).mean(0), plate.picture[-30:].reshape(-1, 3).mean(0)
    assert sky[2] > sky[0]
    assert ground[1] > ground[2] + 20


def test_others_steer_the_colours_of_the_best(make_job: MakeJob) -> None:
    """The clean reference is the plate, the one with a subject lends it colour, and both is said."""
    clean = _landscape()
    warm, seen = _with_ball(_landscape(seed=1, shift=90), 0.12)
    nothing = np.zeros((32, 32), np.float32)
    alone = replace(make_job(References(1), (400, 300), references=(clean,)), reference_mattes=(nothing,))
    both = replace(
        make_job(References(2), (400, 300), references=(warm, clean)), reference_mattes=(seen, nothing)
    )
    before, after = (ReferenceEngine().generate(job) for job in (alone, both))
    assert after.scene.startswith("ref_images[1]")
    assert after.notices == ("ref_images[0] steered the colours and the light.",)
    change = after.picture.astype(float).mean((0, 1)) - before.picture.astype(float).mean((0, 1))
    assert change[0] - change[2] > 8


def test_the_horizon_lies_behind_the_subject_and_the_ground_under_it(make_job: MakeJob) -> None:
    """A reference whose horizon is low is moved so that the subject stands on its ground."""
    source = np.concatenate([_landscape()[:135], _landscape()[:135], _landscape()[135:]])
    job = make_job(References(1), (400, 300), references=(source,))
    greener = ReferenceEngine().generate(job).picture.astype(int)
    greener = greener[..., 1] - greener[..., 2]
    assert (greener[240:] > 20).mean() > 0.95
    assert (greener[:60] < 0).mean() > 0.95


@pytest.mark.parametrize("wish", [Shadow.AUTO, Shadow.SOFT, Shadow.HARD])
def test_the_subject_darkens_the_ground_unless_it_shall_not(make_job: MakeJob, wish: Shadow) -> None:
    """Contact shadow lies at the feet; `none` takes it away and nothing else, and a job repeats."""
    job = replace(make_job(References(1), (400, 300), references=(_landscape(),)), shadow=wish)
    shaded, again = ReferenceEngine().generate(job).picture, ReferenceEngine().generate(job).picture
    bare = ReferenceEngine().generate(replace(job, shadow=Shadow.NONE)).picture
    assert np.array_equal(shaded, again)
    foot = np.s_[234:238, 175:225]
    assert shaded[foot].mean() < 0.8 * bare[foot].mean()
    assert np.array_equal(shaded[:60], bare[:60])


def test_a_plate_lit_from_the_wrong_side_is_mirrored(make_job: MakeJob) -> None:
    """Subject lit from the left, plate clearly from the right: the plate is turned."""
    fall = np.linspace(0.5, 1.0, 400)[None, :, None]
    source = np.clip(_landscape() * fall, 0, 255).astype(np.uint8)
    job = make_job(References(1), (400, 300), references=(source,))
    lit = np.zeros((300, 400, 3), np.uint8)
    lit[:, 160:240] = np.linspace(230, 40, 80)[None, :, None]
    turned = ReferenceEngine().generate(replace(job, subject=lit)).picture[:60].astype(float)
    kept = ReferenceEngine().generate(replace(job, subject=lit[:, ::-1])).picture[:60].astype(float)
    assert turned[:, :50].mean() > turned[:, -50:].mean()
    assert kept[:, :50].mean() < kept[:, -50:].mean()


def test_a_small_reference_and_unused_ones_are_told(make_job: MakeJob) -> None:
    """The caller learns that a picture was enlarged a lot, and which were not looked at."""
    job = make_job(References(5), references=(_noise(40, 30), *[_noise(20, 20)] * 4))
    notices = ReferenceEngine().generate(job).notices
    assert "ref_images[0] is small: it was enlarged 3.0 times and may look soft." in notices
    assert notices[-1] == "Not used: ref_images[4]."


def test_a_job_without_reference_pictures_is_refused(make_job: MakeJob) -> None:
    """The error names the field."""
    with pytest.raises(InvalidRequest, match="ref_images"):
        ReferenceEngine().generate(make_job(References(0)))


@pytest.mark.parametrize("size", [(1, 1), (37, 311), (300, 40)])
@pytest.mark.parametrize("radius", [0.0, 0.2, 0.45])
def test_any_size_of_reference_plate_is_exact(
    make_job: MakeJob, size: tuple[int, int], radius: float
) -> None:
    """Odd canvases are covered exactly, whatever stands in the reference."""
    source, seen = _with_ball(_landscape(64, 48), radius)
    job = replace(make_job(References(1), size, references=(source,)), reference_mattes=(seen,))
    assert ReferenceEngine().generate(job).picture.shape == (size[1], size[0], 3)


def test_a_reference_that_is_all_subject_still_gives_a_plate(make_job: MakeJob) -> None:
    """Nothing of it can be kept; its colours are."""
    seen = np.ones((32, 32), np.float32)
    seen[:, :2] = 0.0
    job = make_job(References(1), (200, 150), references=(_noise(60, 60),))
    plate = ReferenceEngine().generate(replace(job, reference_mattes=(seen,)))
    assert plate.picture.shape == (150, 200, 3)
    assert "rebuilt" in plate.notices[0]
