"""An operator's image classifier: its labels become categories, and what is wrong is said at the start."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backcloth.moderation.folder import Turn
from backcloth.moderation.image_classifier import ClassifierModerator, open_classifier
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.moderation.thresholds import Thresholds
from harness.extra import needs_diffusion

LABELS = {"nsfw": "sexual", "gore": "violence"}
PICTURE = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier with the labels normal, nsfw and gore."""
    from harness.tiny_guards import tiny_classifier  # noqa: PLC0415  # imports torch

    return tiny_classifier(tmp_path_factory.mktemp("models") / "tiny-vit")


def opened(folder: Path, labels: dict[str, str] = LABELS, threshold: float = 0.4) -> ClassifierModerator:
    """The moderator on a CPU."""
    return open_classifier(folder, labels, Thresholds(threshold), device="cpu", timeout_s=60)


class TestWithAModel:
    """What needs torch and transformers."""

    pytestmark = needs_diffusion

    def test_labels_become_categories(self, folder: Path) -> None:
        """The scores are the shares of the labels, those of one category together."""
        moderator = opened(folder)
        scores = moderator.scores(PICTURE)
        assert moderator.categories == set(scores) == {"sexual", "violence"}
        assert 0 < sum(scores.values()) < 1
        together = opened(folder, {"nsfw": "sexual", "gore": "sexual"}).scores(PICTURE)
        assert together == {"sexual": pytest.approx(sum(scores.values()))}
        everything = opened(folder, {"normal": "other", **LABELS}).scores(PICTURE)
        assert sum(everything.values()) == pytest.approx(1)

    def test_labels_that_go_together_are_not_added(self, tmp_path: Path) -> None:
        """Of several labels of one category the likeliest counts."""
        from harness.tiny_guards import tiny_classifier  # noqa: PLC0415  # imports torch

        folder = tiny_classifier(tmp_path / "several", several=True)
        apart = opened(folder).scores(PICTURE)
        together = opened(folder, {"nsfw": "sexual", "gore": "sexual"}).scores(PICTURE)
        assert together["sexual"] == max(apart.values())

    def test_the_threshold_decides(self, folder: Path) -> None:
        """The same picture passes above its score and is refused below it."""
        scores = opened(folder).scores(PICTURE)
        worst = max(scores, key=lambda category: scores[category])
        assert opened(folder, threshold=scores[worst] + 0.01).check(PICTURE).allowed
        verdict = opened(folder, threshold=scores[worst] - 0.01).check(PICTURE)
        assert (verdict.allowed, verdict.category) == (False, worst)
        assert verdict.detector == "classifier/tiny-vit"

    def test_a_label_that_it_has_not_is_said(self, folder: Path) -> None:
        """With those that it has."""
        with pytest.raises(
            ModeratorUnavailable, match="has porn, but the labels of tiny-vit are normal, nsfw"
        ):
            opened(folder, {"porn": "sexual"})

    @pytest.mark.parametrize("name", ["model.safetensors", "preprocessor_config.json"])
    def test_a_folder_that_lacks_a_file_is_said(self, folder: Path, tmp_path: Path, name: str) -> None:
        """At the start, in one sentence; nothing is asked of any hub."""
        for file in folder.iterdir():
            if file.name != name:
                (tmp_path / file.name).write_bytes(file.read_bytes())
        with pytest.raises(ModeratorUnavailable, match=r"CLASSIFIER_DIR: .* cannot be used") as refused:
            opened(tmp_path)
        assert "\n" not in str(refused.value)

    def test_code_in_the_folder_does_not_run(self, folder: Path, tmp_path: Path) -> None:
        """A model that brings its own is refused."""
        for file in folder.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        config = json.loads((folder / "config.json").read_text())
        code = {"AutoConfig": "trap.Trap", "AutoModelForImageClassification": "trap.Trap"}
        (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "trap", "auto_map": code}))
        (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
        with pytest.raises(ModeratorUnavailable, match="cannot be used"):
            opened(tmp_path)
        assert not (tmp_path / "sprung").exists()

    def test_a_gpu_that_is_not_there_is_said(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the setting's name."""
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(ModeratorUnavailable, match="BACKCLOTH_MODERATION_DEVICE is cuda:1"):
            open_classifier(folder, LABELS, Thresholds(), device="cuda:1", timeout_s=60)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """With the setting's name and the file that is looked for, before torch is."""
    with pytest.raises(ModeratorUnavailable, match=r"CLASSIFIER_DIR: there is no .*config\.json"):
        opened(tmp_path / "nowhere")


def test_who_would_wait_too_long_is_told() -> None:
    """One picture at a time; the turn comes back when it is done."""
    turn = Turn(0.01)
    with turn.taken(), pytest.raises(TimeoutError, match="busy"), turn.taken():
        raise AssertionError("two had the turn")
    with turn.taken():
        pass
