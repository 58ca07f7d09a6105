from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.presets import SaliencySegmenter
from backcloth.cutout.subject import CutOut, extract
from backcloth.errors import NoSubject
from backcloth.imaging.decode import Photo


class Fixed:
    """A segmenter that always gives the same matte and remembers what it saw."""

    name = "fixed"
    fingerprint = "fixed"

    def __init__(self, matte: npt.NDArray[np.float32]) -> None:
        self.answer = matte
        self.seen: npt.NDArray[np.uint8] | None = None

    def matte(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """The fixed matte."""
        self.seen = picture
        return self.answer

    def saliency(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """The same."""
        return self.matte(picture)


def half(value: float) -> npt.NDArray[np.float32]:
    """A matte whose left half has a value."""
    matte = np.zeros((40, 60), np.float32)
    matte[:, :30] = value
    return matte


PICTURE = np.random.Generator(np.random.PCG64(8)).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def test_a_photo_is_cut_out(floor: SaliencySegmenter, ball: SimpleNamespace) -> None:
    """The subject's pixels are the photo's, the edge's colour is the subject's own."""
    cut = extract(Photo(ball.picture), floor, force=False)
    assert cut.source == "floor"
    assert np.array_equal(cut.picture, ball.picture)
    assert np.array_equal(cut.foreground[cut.matte == 255], ball.picture[cut.matte == 255])
    edge = (cut.matte > 25) & (cut.matte < 255)
    assert edge.sum() > 300
    before = np.abs(ball.picture[edge] - ball.foreground[edge]).mean()
    assert np.abs(cut.foreground[edge] - ball.foreground[edge]).mean() < before / 3


def test_shares_add_up(floor: SaliencySegmenter, ball: SimpleNamespace) -> None:
    """The measured shares cover the frame and match the ball's size."""
    shares = extract(Photo(ball.picture), floor, force=False).measure()
    assert set(shares) == {"opaque", "soft", "empty", "edge_uncertainty"}
    assert shares["opaque"] + shares["soft"] + shares["empty"] == pytest.approx(1)
    assert shares["opaque"] == pytest.approx(float((ball.matte == 1).mean()), abs=0.005)
    assert all(type(share) is float for share in shares.values())


def uncertainty(softness: float, side: int = 400) -> float:
    """What is measured of a disc whose edge is this many pixels wide at a side of 400."""
    down, across = np.mgrid[0:side, 0:side] * (400 / side)
    coverage = np.clip((130 - np.hypot(down - 200, across - 200)) / softness + 0.5, 0, 1)
    matte = np.rint(coverage * 255).astype(np.uint8)
    blank = np.zeros((side, side, 3), np.uint8)
    return CutOut(blank, matte, blank, "test").measure()["edge_uncertainty"]


def test_uncertainty_grows_with_the_edges_softness() -> None:
    """A crisp edge measures near nothing, a matte that decides nowhere near one."""
    crisp, soft, lost = uncertainty(0.5), uncertainty(6), uncertainty(200)
    assert crisp < 0.05
    assert 3 * crisp < soft < lost
    assert lost > 0.95


def test_uncertainty_does_not_depend_on_the_size() -> None:
    """The band grows with the picture, so the same edge measures the same at 0.2 and 4.8 megapixels."""
    assert uncertainty(6, 2200) == pytest.approx(uncertainty(6, 400), rel=0.15)


@pytest.mark.parametrize("fill", [0, 255])
def test_without_an_outline_nothing_is_uncertain(fill: int) -> None:
    """A matte without an edge has an uncertainty of 0, and the frame is no edge."""
    blank = np.zeros((40, 60, 3), np.uint8)
    cut = CutOut(blank, np.full((40, 60), fill, np.uint8), blank, "test")
    assert cut.measure()["edge_uncertainty"] == 0


def test_rgba_is_the_photo_pure_colour_and_nothing() -> None:
    """Opaque pixels are the photo's, soft ones pure foreground with the matte as alpha, empty ones all 0."""
    random = np.random.Generator(np.random.PCG64(5))
    matte = random.choice(np.array([0, 1, 77, 128, 254, 255], np.uint8), (40, 60))
    foreground = random.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    rgba = CutOut(PICTURE, matte, foreground, "test").rgba()
    assert np.array_equal(rgba[..., 3], matte)
    assert np.array_equal(rgba[matte == 255][:, :3], PICTURE[matte == 255])
    soft = (matte > 0) & (matte < 255)
    assert np.array_equal(rgba[soft][:, :3], foreground[soft])
    assert not rgba[matte == 0].any()


def test_an_existing_alpha_is_the_cut_out() -> None:
    """Real transparency is taken as it is, colours included, and no network runs."""
    alpha = np.rint(half(0.4) * 255).astype(np.uint8)
    segmenter = Fixed(half(1))
    cut = extract(Photo(PICTURE, alpha), segmenter, force=False)
    assert cut.source == "alpha"
    assert np.array_equal(cut.matte, alpha)
    assert np.array_equal(cut.foreground, PICTURE)
    assert segmenter.seen is None


def test_an_alpha_that_hides_nothing_is_ignored() -> None:
    """Alpha of 250 and more everywhere is an opaque photo."""
    cut = extract(Photo(PICTURE, np.full((40, 60), 252, np.uint8)), Fixed(half(1)), force=False)
    assert cut.source == "fixed"
    assert cut.matte.max() == 255


def test_force_looks_at_the_picture_and_reveals_nothing() -> None:
    """Forced, the segmenter sees the picture over white; see-through pixels stay so, colours unchanged."""
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:20] = 0
    segmenter = Fixed(half(1))
    cut = extract(Photo(PICTURE, alpha), segmenter, force=True)
    assert segmenter.seen is not None
    assert (segmenter.seen[:20] == 255).all()
    assert np.array_equal(segmenter.seen[20:], PICTURE[20:])
    assert not cut.matte[:20].any()
    assert (cut.matte[20:, :30] == 255).all()
    assert np.array_equal(cut.picture, PICTURE)


def test_forced_soft_pixels_keep_the_files_colours() -> None:
    """Where the file itself is soft, its straight colour is the subject's, not a mixture to be undone."""
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[15:20], alpha[:15] = 120, 0
    cut = extract(Photo(PICTURE, alpha), Fixed(half(1)), force=True)
    assert (cut.matte[15:20, :30] == 120).all()
    assert np.array_equal(cut.foreground[15:20], PICTURE[15:20])


def test_forced_a_background_kept_by_the_file_is_removed() -> None:
    """A file whose alpha hides only a corner is cut out like a photo: the alpha is not the cut-out."""
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:5, :5] = 0
    kept = extract(Photo(PICTURE, alpha), Fixed(half(1)), force=False)
    forced = extract(Photo(PICTURE, alpha), Fixed(half(1)), force=True)
    assert (kept.source, forced.source) == ("alpha", "fixed")
    assert (kept.matte[10:, 30:] == 255).all()
    assert not forced.matte[10:, 30:].any()


def test_all_transparent_has_no_subject() -> None:
    """An alpha of 0 everywhere has nothing to keep."""
    with pytest.raises(NoSubject, match=r"^image: every pixel is transparent"):
        extract(Photo(PICTURE, np.zeros((40, 60), np.uint8)), Fixed(half(1)), force=False)


@pytest.mark.parametrize("value", [0.0, 0.45])
def test_an_empty_matte_has_no_subject(value: float) -> None:
    """Where nothing is more subject than not, there is none."""
    with pytest.raises(NoSubject, match=r"^image: no subject stands out"):
        extract(Photo(PICTURE), Fixed(half(value)), force=False)


def pictures_of_nothing() -> dict[str, npt.NDArray[np.uint8]]:
    """Pictures in which nothing stands out."""
    random = np.random.Generator(np.random.PCG64(0))
    down, across = np.mgrid[0:240, 0:320]
    distance = np.hypot(down - 120, across - 160)
    return {
        "white": np.full((240, 320, 3), 255, np.uint8),
        "black": np.zeros((240, 320, 3), np.uint8),
        "blue": np.full((240, 320, 3), (20, 90, 200), np.uint8),
        "graded": np.dstack([down] * 3).astype(np.uint8),
        "vignette": np.dstack([220 - distance / 2] * 3).astype(np.uint8),
        "noise": random.integers(0, 256, (240, 320, 3), dtype=np.uint8),
        "stripes": np.dstack([across // 20 % 2 * 200 + 20] * 3).astype(np.uint8),
    }


@pytest.mark.parametrize("kind", sorted(pictures_of_nothing()))
def test_a_picture_of_nothing_is_refused(floor: SaliencySegmenter, kind: str) -> None:
    """Plain, graded, patterned and noisy pictures have no subject."""
    with pytest.raises(NoSubject):
        extract(Photo(pictures_of_nothing()[kind]), floor, force=False)
