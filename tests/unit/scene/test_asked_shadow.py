"""The shadow that a job asks for, on a flat colour and in the studio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from backcloth.domain.background import Background, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.placement import Shadow
from backcloth.scene.protocol import Plate, SceneJob
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import StudioEngine

MakeJob = Callable[..., SceneJob]
GREY = Solid(Colour(216, 214, 210))
SIZE = (480, 360)
FOOT = np.s_[282:286, 210:270]
"""Just below the box that `make_job` draws."""


def drawn(make_job: MakeJob, background: Background, shadow: Shadow, *, seed: int = 1) -> Plate:
    """A flat plate with a shadow asked for."""
    return SolidEngine().generate(replace(make_job(background, SIZE, seed=seed), shadow=shadow))


@pytest.mark.parametrize("shadow", [Shadow.AUTO, Shadow.NONE])
def test_a_flat_colour_without_a_shadow_is_exact(make_job: MakeJob, shadow: Shadow) -> None:
    """Every pixel is the colour, and the scene says no more than that."""
    plate = drawn(make_job, GREY, shadow)
    assert (plate.picture == GREY.colour.rgb).all()
    assert (plate.scene, plate.notices) == ("flat #D8D6D2", ())


@pytest.mark.parametrize("shadow", [Shadow.SOFT, Shadow.HARD])
def test_an_asked_shadow_lies_at_the_foot_and_nowhere_far(make_job: MakeJob, shadow: Shadow) -> None:
    """The colour is darker at the foot, no pixel is brighter than it, and far off it is exact."""
    plate = drawn(make_job, GREY, shadow)
    assert plate.picture[FOOT].mean() < 0.8 * np.mean(GREY.colour.rgb)
    assert (plate.picture <= GREY.colour.rgb).all()
    assert (plate.picture[:100] == GREY.colour.rgb).all()
    assert plate.scene == f"flat #D8D6D2, {shadow} shadow"
    assert plate.notices == ()


def test_a_hard_shadow_has_steeper_edges_than_a_soft_one(make_job: MakeJob) -> None:
    """The steepest step across the cast shadow, beside the subject and above its foot."""
    steps = {
        shadow: np.abs(np.diff(drawn(make_job, GREY, shadow).picture[..., 1].astype(float), axis=0))
        for shadow in (Shadow.SOFT, Shadow.HARD)
    }
    beside = np.r_[100:195, 285:380]
    steepest = {shadow: np.sort(step[:, beside], axis=None)[-200:].mean() for shadow, step in steps.items()}
    assert steepest[Shadow.HARD] > 1.5 * steepest[Shadow.SOFT]


def test_an_asked_shadow_repeats_for_a_seed(make_job: MakeJob) -> None:
    """Same seed, same bytes; another seed turns the light."""
    first, again, other = (drawn(make_job, GREY, Shadow.HARD, seed=seed).picture for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_large_plate_has_the_small_ones_shadow(make_job: MakeJob) -> None:
    """The shadow is computed small and enlarged: the same places are as dark."""
    small = drawn(make_job, GREY, Shadow.SOFT).picture
    job = replace(make_job(GREY, (1920, 1440)), shadow=Shadow.SOFT)
    large = SolidEngine().generate(job).picture[2::4, 2::4]
    assert large.shape == small.shape
    outside = np.ones(small.shape[:2], np.bool_)
    outside[100:290, 195:285] = False
    apart = np.abs(large.astype(int) - small).max(axis=2)[outside]
    assert np.percentile(apart, 99) <= 10


@pytest.mark.parametrize(
    ("colour", "reason"),
    [(Colour(255, 255, 255, 0), "see-through"), (Colour(255, 255, 255), "not in the picture")],
)
def test_a_shadow_that_cannot_be_cast_is_told(make_job: MakeJob, colour: Colour, reason: str) -> None:
    """On a see-through colour, and under a subject that the frame cuts off below; the colour stays exact."""
    matte = np.zeros((SIZE[1], SIZE[0]), np.float32)
    matte[100:, 120:360] = 1.0
    job = make_job(Solid(colour), SIZE, matte=matte if colour.alpha == 255 else None)
    plate = SolidEngine().generate(replace(job, shadow=Shadow.SOFT))
    assert reason in plate.notices[0]
    assert (plate.picture == colour.rgb).all()


@pytest.mark.parametrize("size", [(1, 1), (37, 311), (300, 40)])
def test_any_size_of_plate_takes_a_shadow(make_job: MakeJob, size: tuple[int, int]) -> None:
    """Odd canvases are filled exactly."""
    plate = SolidEngine().generate(replace(make_job(GREY, size), shadow=Shadow.HARD))
    assert plate.picture.shape == (size[1], size[0], 3)


def test_the_studio_leaves_a_shadow_out_that_is_not_wanted(make_job: MakeJob) -> None:
    """`none` wins over a prompt that says nothing of shadows; `auto` changes nothing."""
    job = make_job("a plain studio sweep", SIZE)
    usual, auto, none = (
        StudioEngine().generate(each)
        for each in (job, replace(job, shadow=Shadow.AUTO), replace(job, shadow=Shadow.NONE))
    )
    assert np.array_equal(usual.picture, auto.picture)
    assert none.picture[FOOT].mean() > 1.1 * usual.picture[FOOT].mean()
    assert "no shadow" in none.scene
