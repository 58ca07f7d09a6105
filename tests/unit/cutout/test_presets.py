from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backcloth.cutout.presets import NAMES, MattingSegmenter, SaliencySegmenter, open_segmenter
from backcloth.cutout.protocol import Segmenter
from backcloth.cutout.spec import Map, NetworkSpec, Pixels
from backcloth.cutout.weights import U2NET, U2NETP, WeightsInvalid, WeightsUnavailable
from backcloth.settings import CutoutSettings


def test_finds_the_subject(floor: SaliencySegmenter, ball: SimpleNamespace) -> None:
    """The packaged network finds a ball before a wall, to within its anti-aliased edge."""
    matte = floor.matte(ball.picture)
    assert matte.shape == ball.matte.shape
    assert matte.dtype == np.float32
    assert np.abs(matte - ball.matte).mean() < 0.002


def test_same_picture_same_matte(floor: SaliencySegmenter, ball: SimpleNamespace) -> None:
    """The matte is reproducible, from several threads at once too."""
    with ThreadPoolExecutor(3) as threads:
        mattes = list(threads.map(floor.matte, [ball.picture] * 3))
    assert all(np.array_equal(matte, mattes[0]) for matte in mattes)


def test_serves_the_protocol(floor: SaliencySegmenter) -> None:
    """The embedded segmenter is a Segmenter, with a name and a fingerprint of preset and weights."""
    segmenter: Segmenter = floor
    assert segmenter.name == "floor"
    assert segmenter.fingerprint.startswith("floor.")
    assert U2NETP.sha256[:12] in segmenter.fingerprint


def test_auto_without_weights_is_the_floor_and_says_why(models: Path) -> None:
    """Where the larger weights are missing, the packaged ones serve and the note names the file."""
    segmenter = open_segmenter("auto", models)
    assert segmenter.name == "floor"
    assert "u2net.onnx is not in" in segmenter.note


def test_auto_with_wrong_weights_is_the_floor_and_says_why(tmp_path: Path) -> None:
    """A damaged download is not used and not hidden."""
    (tmp_path / U2NET.file).write_bytes(b"damaged")
    segmenter = open_segmenter("auto", tmp_path)
    assert segmenter.name == "floor"
    assert "7 bytes instead of" in segmenter.note


def test_a_named_preset_is_never_replaced(models: Path, tmp_path: Path) -> None:
    """Asking for `standard` by name fails where its weights are missing or wrong."""
    with pytest.raises(WeightsUnavailable):
        open_segmenter("standard", models)
    with pytest.raises(WeightsUnavailable, match="accept-license"):
        open_segmenter("quality", models)
    (tmp_path / U2NET.file).write_bytes(b"damaged")
    with pytest.raises(WeightsInvalid):
        open_segmenter("standard", tmp_path)


def test_an_unknown_preset_is_refused(models: Path) -> None:
    """A name that is no preset lists those that are."""
    with pytest.raises(ValueError, match="auto, floor, standard, quality, custom, birefnet"):
        open_segmenter("best", models)


def test_the_network_engine_is_imported_late() -> None:
    """Importing the presets does not import onnxruntime."""
    program = "import sys, backcloth.cutout.presets; sys.exit('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_refinement_the_matte_is_only_enlarged(
    floor: SaliencySegmenter, ball: SimpleNamespace, tmp_path: Path
) -> None:
    """The same subject with a coarser edge, under a fingerprint of its own."""
    plain = open_segmenter("floor", tmp_path, refine=False)
    matte = plain.matte(ball.picture)
    assert matte.shape == ball.picture.shape[:2]
    assert matte.dtype == np.float32
    assert (matte.min(), matte.max()) == (0, 1)
    assert np.abs((matte > 0.5) ^ (ball.matte > 0.5)).mean() < 0.02
    assert np.abs(matte - ball.matte).mean() > np.abs(floor.matte(ball.picture) - ball.matte).mean()
    assert plain.fingerprint != floor.fingerprint


def test_the_settings_know_every_preset() -> None:
    """What can be set and what can be opened have the same names."""
    for name in ("auto", *NAMES):
        assert CutoutSettings.model_validate({"preset": name}).preset == name


class Painted:
    """Stands where a network stands: paints its map of a thumbnail."""

    def __init__(self, side: int, paint: Callable[[Pixels], Map]) -> None:
        self.spec = NetworkSpec((side, side))
        self.paint = paint

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        assert thumbnail.shape[:2] == self.spec.size
        return self.paint(thumbnail)


def redder(thumbnail: Pixels) -> Map:
    """The ball, which is redder than the wall."""
    return np.greater(thumbnail[..., 0].astype(int) - thumbnail[..., 1], 40).astype(np.float32)


def test_a_finer_map_is_lifted_by_a_coarser_one(ball: SimpleNamespace) -> None:
    """A ghost that a fine network leaves inside a body is filled where the coarse one is sure."""

    def haunted(thumbnail: Pixels) -> Map:
        fine = redder(thumbnail)
        fine[220:292, 220:292] *= 0.3
        return fine

    fine, coarse = Painted(512, haunted), Painted(160, redder)
    lifted = SaliencySegmenter("x", [fine, coarse], fingerprint="", refine=False).matte(ball.picture)
    assert lifted[210:270, 290:350].min() > 0.95
    assert np.abs(lifted - ball.matte).mean() < 0.005


def test_maps_of_one_size_complete_each_other(ball: SimpleNamespace) -> None:
    """A part that one network drops counts when the other sees it."""

    def right_half(thumbnail: Pixels) -> Map:
        half = redder(thumbnail)
        half[:, :80] = 0
        return half

    networks = [Painted(160, right_half), Painted(160, redder)]
    joined = SaliencySegmenter("x", networks, fingerprint="", refine=False).matte(ball.picture)
    assert np.abs(joined - ball.matte).mean() < 0.01


def test_a_second_look_finds_what_the_first_missed(ball: SimpleNamespace) -> None:
    """A part that a network sees only when the subject is large is there with a second look, else not."""

    def far_sighted(thumbnail: Pixels) -> Map:
        seen = redder(thumbnail)
        if seen.mean() < 0.25:
            seen[:, :60] = 0
        return seen

    once, twice = (
        SaliencySegmenter("x", [Painted(160, far_sighted)], fingerprint="", closer=closer).matte(ball.picture)
        for closer in (False, True)
    )
    assert np.abs(once - ball.matte).mean() > 2 * np.abs(twice - ball.matte).mean()
    assert np.abs(twice - ball.matte).mean() < 0.01


def test_a_hint_is_followed_where_nothing_stands_out() -> None:
    """A subject that is too small for the network to be sure of is found with a second look, else not."""
    picture = np.full((400, 400, 3), (60, 90, 160), np.uint8)
    picture[180:220, 200:240] = (200, 40, 40)

    def far_sighted(thumbnail: Pixels) -> Map:
        seen = redder(thumbnail)
        return seen if seen.mean() > 0.02 else seen * np.float32(0.3)

    once, twice = (
        SaliencySegmenter("x", [Painted(160, far_sighted)], fingerprint="", closer=closer).matte(picture)
        for closer in (False, True)
    )
    assert not once.any()
    assert twice[185:215, 205:235].min() > 0.95
    assert 1400 < np.count_nonzero(twice > 0.5) < 1800


def test_a_matting_network_is_taken_at_its_word(ball: SimpleNamespace) -> None:
    """Its matte is enlarged and otherwise left as it is: half transparent stays half transparent."""
    segmenter: Segmenter = MattingSegmenter(
        "x", Painted(160, lambda thumbnail: redder(thumbnail) * np.float32(0.5)), fingerprint="f"
    )
    matte = segmenter.matte(ball.picture)
    assert matte.shape == ball.matte.shape
    assert np.abs(matte - ball.matte / 2).mean() < 0.005
    assert segmenter.fingerprint.endswith(":f")
