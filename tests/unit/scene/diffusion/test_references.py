"""Reference pictures as a model is shown them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from backcloth.domain.background import References
from backcloth.scene.diffusion.references import shown_references
from backcloth.scene.protocol import SceneJob

Pixels = npt.NDArray[np.uint8]


def scene(width: int = 300, height: int = 200) -> Pixels:
    """A sky over a sandy ground, with some grain."""
    picture = np.full((height, width, 3), (150, 180, 220), np.int16)
    picture[height // 2 :] = (190, 170, 130)
    grain = np.random.default_rng(1).normal(0, 4, picture.shape)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def job(*references: Pixels, enhance: bool, mattes: tuple[npt.NDArray[np.float32], ...] = ()) -> SceneJob:
    """A job with these references."""
    return SceneJob(
        id="x",
        background=References(len(references), enhance=enhance),
        size=(320, 160),
        subject=np.full((160, 320, 3), 120, np.uint8),
        matte=np.zeros((160, 320), np.float32),
        seed=1,
        references=references,
        reference_mattes=mattes,
    )


def test_a_reference_fills_the_canvas_s_shape() -> None:
    """One has the canvas's size; several share its area; none is below what models take."""
    (one,), notices = shown_references(job(scene(), enhance=False), 4, (320, 160))
    assert (one.shape, notices) == ((160, 320, 3), ())
    several, _ = shown_references(job(*[scene()] * 4, enhance=False), 4, (320, 160))
    assert [each.shape for each in several] == [(80, 160, 3)] * 4
    many, _ = shown_references(job(*[scene()] * 8, enhance=False), 8, (320, 64))
    assert all(min(each.shape[:2]) >= 64 for each in many)


def test_more_references_than_the_model_takes_are_said() -> None:
    """The first ones are used and the caller is told."""
    shown, notices = shown_references(job(*[scene()] * 3, enhance=False), 2, (320, 160))
    assert len(shown) == 2
    assert notices == ("ref_images: 2 pictures were used, 1 were not.",)


def test_a_reference_s_own_subject_is_not_shown() -> None:
    """With `enhance` a red block that stands out is filled from around it; without, it is shown as it is."""
    picture = scene()
    picture[90:140, 130:170] = (220, 20, 20)
    saliency = np.zeros((200, 300), np.float32)
    saliency[90:140, 130:170] = 1

    def reds(enhance: bool) -> int:
        (shown,), _ = shown_references(job(picture, enhance=enhance, mattes=(saliency,)), 1, (300, 200))
        return int(np.count_nonzero(shown[..., 0].astype(int) > shown[..., 1].astype(int) + 80))

    assert reds(enhance=False) > 1500
    assert reds(enhance=True) < 20


def test_a_subject_that_cannot_be_removed_is_said() -> None:
    """A reference that is all subject is shown with it, and the caller is told."""
    saliency = np.ones((200, 300), np.float32)
    shown, notices = shown_references(job(scene(), enhance=True, mattes=(saliency,)), 1, (300, 200))
    assert len(shown) == 1
    assert "ref_images[0]" in notices[0]
