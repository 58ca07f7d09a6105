"""A painted plate is looked at, and painted again where the subject grew or moved."""

from __future__ import annotations

import time
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.background import Prompt
from backcloth.domain.request import SEED_MAX, Mode
from backcloth.errors import Unavailable
from backcloth.pipeline.check import EXPANSION_MAX, RESAMPLES, SHIFT_MAX, expansion, generate_checked, shift
from backcloth.scene.protocol import Capabilities, Plate, SceneJob

Pixels = npt.NDArray[np.uint8]

WIDE, HIGH = 400, 300
BODY = np.s_[80:240, 140:260]


class RedSegmenter:
    """Sees as subject whatever is redder than green."""

    name = "red"
    fingerprint = "red"

    def matte(self, picture: Pixels) -> npt.NDArray[np.float32]:
        """The red at the picture's size."""
        return (picture[..., 0].astype(int) > picture[..., 1].astype(int) + 60).astype(np.float32)

    saliency = matte


def job(**more: object) -> SceneJob:
    """A textured red subject on a grey canvas."""
    rng = np.random.default_rng(1)
    texture = cv2.GaussianBlur(rng.integers(0, 120, (HIGH, WIDE), dtype=np.uint8), (0, 0), 1.5)
    picture = np.full((HIGH, WIDE, 3), 127, np.uint8)
    picture[BODY] = np.stack([200 + texture // 3, texture, texture], -1)[BODY]
    matte = np.zeros((HIGH, WIDE), np.float32)
    matte[BODY] = 1
    made = SceneJob("x", Prompt("a beach"), (WIDE, HIGH), picture, matte, seed=5)
    return replace(made, **more)  # type: ignore[arg-type]  # fields of the job


def grown(share: float) -> Pixels:
    """A plate on which so much of the subject's area is red beside it."""
    plate = np.full((HIGH, WIDE, 3), 127, np.uint8)
    plate[80:240, 300 : 300 + round(120 * share)] = (220, 30, 30)
    return plate


class PlateEngine:
    """Gives the plates it was given, one a call, and remembers the seeds."""

    name = "plates"

    def __init__(self, *plates: Pixels | Exception, extend: bool = True, move: bool = False) -> None:
        self.plates = list(plates)
        self.seeds: list[int] = []
        self._can = Capabilities(
            (Prompt,), tuple(Mode), False, 0, 1 << 20, True, "", True, may_extend=extend, may_move=move
        )

    def capabilities(self) -> Capabilities:
        """As the test says."""
        return self._can

    def generate(self, asked: SceneJob) -> Plate:
        """The next plate."""
        self.seeds.append(asked.seed)
        plate = self.plates.pop(0)
        if isinstance(plate, Exception):
            raise plate
        return Plate(plate, "plates", record={"own": 1})


def test_an_engine_that_cannot_spoil_a_subject_is_not_looked_at() -> None:
    """The studio's plates are taken as they are, and cost no look."""
    engine = PlateEngine(grown(0.9), extend=False)
    plate = generate_checked(engine, job(), RedSegmenter())
    assert (plate.record, plate.notices) == ({"own": 1}, ())


def test_a_good_plate_is_taken_at_once() -> None:
    """One try, its seed the job's own, and the record says so beside the engine's own facts."""
    engine = PlateEngine(grown(0))
    plate = generate_checked(engine, job(), RedSegmenter())
    assert engine.seeds == [5]
    check = {"tries": 1, "seed": 5, "passed": True, "expansion": 0.0, "shift": None}
    assert plate.record == {"own": 1, "plate_check": check}
    assert plate.notices == ()


def test_a_subject_that_grew_is_painted_again_with_another_seed() -> None:
    """The second plate is good, so it is taken; its seed follows from the first."""
    first, second = PlateEngine(grown(0.5), grown(0)), PlateEngine(grown(0.5), grown(0))
    plate = generate_checked(first, job(), RedSegmenter())
    generate_checked(second, job(), RedSegmenter())
    assert first.seeds == second.seeds
    assert len(set(first.seeds)) == 2
    assert np.array_equal(plate.picture, grown(0))
    assert plate.record["plate_check"]["tries"] == 2
    assert plate.record["plate_check"]["seed"] == first.seeds[1]


def test_the_least_bad_plate_is_taken_in_the_end_and_said() -> None:
    """After the last try the job ends with the best there was, and the caller is told."""
    engine = PlateEngine(grown(0.6), grown(0.3), grown(0.5), grown(0))
    plate = generate_checked(engine, job(seed=SEED_MAX), RedSegmenter())
    assert len(engine.seeds) == RESAMPLES + 1
    assert all(0 <= seed <= SEED_MAX for seed in engine.seeds)
    assert np.array_equal(plate.picture, grown(0.3))
    assert plate.record["plate_check"]["expansion"] == pytest.approx(0.3, abs=0.02)
    assert plate.record["plate_check"]["passed"] is False
    assert "another seed" in plate.notices[0]


def test_a_try_that_fails_costs_nothing_but_itself() -> None:
    """When the second try cannot be painted, the first plate is taken; without one, the error is raised."""
    plate = generate_checked(PlateEngine(grown(0.5), Unavailable("no memory")), job(), RedSegmenter())
    assert plate.record["plate_check"]["tries"] == 1
    with pytest.raises(Unavailable):
        generate_checked(PlateEngine(Unavailable("no memory")), job(), RedSegmenter())


def test_there_is_no_second_try_without_the_time_for_it() -> None:
    """A job whose deadline would pass keeps its first plate."""
    engine = PlateEngine(grown(0.5), grown(0))
    generate_checked(engine, job(deadline=time.monotonic()), RedSegmenter())
    assert len(engine.seeds) == 1


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_expansion_is_the_area_beyond_the_subject(share: float) -> None:
    """It is measured as a share of the subject's own area."""
    assert expansion(job(), grown(share), RedSegmenter()) == pytest.approx(share, abs=0.02)
    assert expansion(job(), grown(0), RedSegmenter()) == 0
    assert share > EXPANSION_MAX


def moved(right: float, down: float, scale: float = 1.0) -> Pixels:
    """The photo repainted: shifted and scaled about the subject's middle, dimmed and with noise."""
    matrix = np.array([[scale, 0, right + 200 * (1 - scale)], [0, scale, down + 160 * (1 - scale)]])
    painted = cv2.warpAffine(job().subject, matrix, (WIDE, HIGH), borderValue=(127, 127, 127))
    noise = np.random.default_rng(2).normal(0, 3, painted.shape)
    return np.asarray(np.clip(painted * 0.95 + 5 + noise, 0, 255), np.uint8)


def test_a_subject_in_its_place_is_found_there() -> None:
    """Other tones and noise are no movement."""
    found = shift(job(), moved(0, 0))
    assert found is not None
    assert found < 0.3


@pytest.mark.parametrize(("right", "down", "scale"), [(4, 0, 1.0), (0, -3, 1.0), (2, 2, 1.0), (0, 0, 1.06)])
def test_a_subject_that_moved_or_changed_size_is_found(right: float, down: float, scale: float) -> None:
    """A shift of a few pixels and a zoom by six per cent are beyond the limit."""
    found = shift(job(), moved(right, down, scale))
    assert found is not None
    assert found > SHIFT_MAX


def test_where_nothing_can_be_matched_nothing_is_claimed() -> None:
    """A tiny subject has no structure to match, and its plate passes."""
    small = np.zeros((HIGH, WIDE), np.float32)
    small[100:110, 100:110] = 1
    assert shift(job(matte=small), moved(9, 9)) is None
    engine = PlateEngine(moved(9, 9), extend=False, move=True)
    assert generate_checked(engine, job(matte=small), RedSegmenter()).record["plate_check"]["passed"] is True


def test_a_repainted_subject_that_moved_is_painted_again() -> None:
    """For engines that repaint the subject, its place decides."""
    engine = PlateEngine(moved(6, 0), moved(0, 0), extend=False, move=True)
    plate = generate_checked(engine, job(), RedSegmenter())
    assert plate.record["plate_check"]["tries"] == 2
    assert np.array_equal(plate.picture, moved(0, 0))
