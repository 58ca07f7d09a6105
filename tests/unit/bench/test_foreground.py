from __future__ import annotations

import numpy as np
from bench.cutout.foreground import true_foreground


def test_unmixes_an_edge_between_two_colours() -> None:
    """Across a soft edge between two flat colours the subject's own colour comes back."""
    ramp = np.clip(np.linspace(-0.2, 1.2, 64), 0, 1)
    matte = np.tile(np.rint(ramp * 255).astype(np.uint8), (48, 1))
    share = matte[..., None] / 255
    subject, old = np.array([200, 40, 90]), np.array([30, 160, 220])
    picture = np.rint(share * subject + (1 - share) * old).astype(np.uint8)
    foreground = true_foreground(picture, matte)
    visible = (matte > 25) & (matte < 255)
    assert np.abs(foreground[visible].astype(int) - subject).max() <= 3


def test_leaves_decided_pixels_alone() -> None:
    """Where the true matte is 0 or 255 the photo's colour stands, and a hard matte changes nothing."""
    picture = np.random.default_rng(3).integers(0, 256, (32, 40, 3), dtype=np.uint8)
    matte = np.zeros((32, 40), np.uint8)
    matte[:, :20] = 255
    assert np.array_equal(true_foreground(picture, matte), picture)
    matte[:, 18:22] = 128
    decided = matte != 128
    assert np.array_equal(true_foreground(picture, matte)[decided], picture[decided])
