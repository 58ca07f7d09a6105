"""An image classifier of the operator's own, such as a vision transformer trained for moderation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backcloth.domain.verdict import Verdict
from backcloth.moderation.folder import LOADING, Turn, number_type, open_folder
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.moderation.thresholds import Thresholds

KNOB = "BACKCLOTH_MODERATION_CLASSIFIER_DIR"

_PROBE = (64, 64)
"""Size of the grey picture that is classified once at the start."""


def open_classifier(
    folder: Path, labels: Mapping[str, str], thresholds: Thresholds, *, device: str, timeout_s: float
) -> ClassifierModerator:
    """Loads the classifier and has it look at one picture, so that what is wrong with it shows at the start.

    Args:
        folder: Holds `config.json`, `preprocessor_config.json` and the weights as safetensors.
        labels: The category of each label that is not harmless.
        thresholds: From which score on a picture is refused.
        device: `auto` (a GPU where there is one), or a device as torch names it.
        timeout_s: Seconds that a picture waits for its turn.

    Raises:
        ModeratorUnavailable: something is missing, the folder holds no image classifier, or the classifier
            has no such label.
    """

    def load(transformers: Any, place: Any) -> ClassifierModerator:
        processor = transformers.AutoImageProcessor.from_pretrained(folder, **LOADING)
        model = transformers.AutoModelForImageClassification.from_pretrained(
            folder, dtype=number_type(place), use_safetensors=True, **LOADING
        )
        moderator = ClassifierModerator(
            folder.name, processor, model.to(place).eval(), labels, thresholds, Turn(timeout_s)
        )
        moderator.scores(np.full((*_PROBE, 3), 128, np.uint8))
        return moderator

    return open_folder(folder, KNOB, device, load)


class ClassifierModerator:
    """Refuses for the categories that labels stand for. One picture at a time.

    Args:
        name: For the log.
        processor: Prepares pictures.
        model: Ready on its device.
        labels: The category of each label that is not harmless.
        thresholds: From which score on a picture is refused.
        turn: Keeps pictures in line.

    Raises:
        ModeratorUnavailable: the model has no such label.
    """

    def __init__(
        self,
        name: str,
        processor: Any,
        model: Any,
        labels: Mapping[str, str],
        thresholds: Thresholds,
        turn: Turn,
    ) -> None:
        known = {str(label): int(place) for place, label in model.config.id2label.items()}
        if strange := labels.keys() - known.keys():
            raise ModeratorUnavailable(
                f"BACKCLOTH_MODERATION_CLASSIFIER_LABELS has {', '.join(sorted(strange))}, "
                f"but the labels of {name} are {', '.join(known)}"
            )
        self.name = f"classifier/{name}"
        self.categories = frozenset(labels.values())
        self._places = {
            category: [known[label] for label in labels if labels[label] == category]
            for category in self.categories
        }
        self._processor = processor
        self._model = model
        self._thresholds = thresholds
        self._turn = turn

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """See ImageModerator."""
        return self._thresholds.verdict(self.scores(picture), self.name)

    def scores(self, picture: npt.NDArray[np.uint8]) -> dict[str, float]:
        """How likely each category is, 0..1, by an (H, W, 3) uint8 sRGB picture.

        Labels that exclude each other add up; of labels that do not, the likeliest counts.

        Raises:
            TimeoutError: others were looked at all the time.
        """
        import torch  # noqa: PLC0415  # an extra

        several = self._model.config.problem_type == "multi_label_classification"
        with self._turn.taken(), torch.inference_mode():
            feed = self._processor(images=Image.fromarray(picture), return_tensors="pt")
            feed = feed.to(self._model.device, self._model.dtype)
            logits = self._model(**feed).logits[0].float()
            shares = (logits.sigmoid() if several else logits.softmax(-1)).tolist()
        join = max if several else sum
        return {
            category: join(shares[place] for place in places) for category, places in self._places.items()
        }
