"""The flat colour, the reference picture, and which engine serves what."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.background import Prompt, References, Solid, Staged
from backcloth.domain.colour import Colour
from backcloth.errors import InvalidRequest
from backcloth.imaging.geometry import cover
from backcloth.scene.protocol import SceneJob
from backcloth.scene.reference import ReferenceEngine
from backcloth.scene.registry import open_engines
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import Reader

MakeJob = Callable[..., SceneJob]


def _picture(width: int, height: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return rng.integers(60, 200, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (37, 91), (200, 30)])
def test_a_flat_colour_is_exact_in_every_pixel(make_job: MakeJob, size: tuple[int, int]) -> None:
    """No shadow, vignette or dither touches a solid background."""
    plate = SolidEngine().generate(make_job(Solid(Colour(255, 87, 51)), size))
    assert plate.picture.shape == (size[1], size[0], 3)
    assert (plate.picture == (255, 87, 51)).all()


def test_a_reference_as_it_is_equals_the_fitted_picture(make_job: MakeJob) -> None:
    """Without `enhance` the plate is the covering crop and nothing else."""
    source = _picture(320, 180)
    plate = ReferenceEngine().generate(make_job(References(1, enhance=False), references=(source,)))
    assert np.array_equal(plate.picture, cover(source, (120, 90)))
    assert plate.notices == ()


def test_an_enhanced_reference_is_softer_above_and_darker_under_the_subject(make_job: MakeJob) -> None:
    """`enhance` blurs towards the top and lays a contact shadow at the feet; it repeats for a seed."""
    source = _picture(1200, 900, seed=3)
    size = (1200, 900)
    job = make_job(References(1, enhance=True), size, references=(source,))
    first, again = ReferenceEngine().generate(job), ReferenceEngine().generate(job)
    assert np.array_equal(first.picture, again.picture)
    assert first.picture[:60].std() < 0.5 * source[:60].std()
    foot = np.s_[702:706, 540:660]
    assert first.picture[foot].mean() < 0.8 * source[foot].mean()


def test_a_small_reference_and_unused_ones_are_told(make_job: MakeJob) -> None:
    """The caller learns that a picture was enlarged a lot, and that only the first one counts."""
    job = make_job(References(2), references=(_picture(40, 30), _picture(300, 300)))
    notices = ReferenceEngine().generate(job).notices
    assert "enlarged 3.0 times" in notices[0]
    assert "Only ref_images[0]" in notices[1]


def test_a_job_without_reference_pictures_is_refused(make_job: MakeJob) -> None:
    """The error names the field."""
    with pytest.raises(InvalidRequest, match="ref_images"):
        ReferenceEngine().generate(make_job(References(0)))


@pytest.mark.parametrize("size", [(1, 1), (37, 311), (300, 40)])
def test_any_size_of_reference_plate_is_exact(make_job: MakeJob, size: tuple[int, int]) -> None:
    """Odd canvases are covered exactly."""
    plate = ReferenceEngine().generate(make_job(References(1), size, references=(_picture(64, 48),)))
    assert plate.picture.shape == (size[1], size[0], 3)


def test_every_kind_of_background_has_an_engine_that_says_it_can() -> None:
    """The registry and the capabilities agree."""
    engines = open_engines(Reader())
    assert set(engines) == {Solid, Prompt, Staged, References}
    assert all(kind in engine.capabilities().backgrounds for kind, engine in engines.items())
    assert [engine.name for engine in engines.values()] == ["solid", "studio", "studio", "reference"]
