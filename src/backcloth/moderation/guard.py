"""A guard model that sees: ShieldGemma 2, or a Llama Guard (3 Vision, 4), from a folder of the operator's.

Both are language models with eyes, and need a GPU to answer within a request's time. ShieldGemma 2 says Yes
or No for each of its policies, in one step; Llama Guard writes `safe`, or `unsafe` and on the next line the
hazards (MLCommons' taxonomy, S1 to S14).
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backcloth.domain.verdict import Verdict
from backcloth.moderation.folder import LOADING, Turn, number_type, open_folder
from backcloth.moderation.protocol import ImageModerator
from backcloth.moderation.thresholds import Thresholds

KNOB = "BACKCLOTH_MODERATION_GUARD_DIR"

POLICIES = {"dangerous": "illegal", "sexual": "sexual", "violence": "violence"}
"""Our category for each policy of ShieldGemma 2."""

HAZARDS = {
    "S1": "violence",
    "S2": "illegal",
    "S3": "sexual",
    "S4": "sexual",
    "S5": "other",
    "S6": "other",
    "S7": "other",
    "S8": "other",
    "S9": "weapons",
    "S10": "hate",
    "S11": "self_harm",
    "S12": "sexual",
    "S13": "other",
    "S14": "other",
}
"""Our category for each hazard of Llama Guard. None is passed on that accuses the caller."""

_ANSWER = re.compile(r"safe|unsafe\s+(S\d+(?:\s*,\s*S\d+)*)")

_TOKENS = 40
"""Longest answer: `unsafe` and all fourteen hazards."""

_PROBE = np.full((64, 64, 3), 128, np.uint8)
"""Looked at once at the start."""


def open_guard(folder: Path, thresholds: Thresholds, *, device: str, timeout_s: float) -> ImageModerator:
    """Loads the model and has it look at one picture, so that what is wrong with it shows at the start.

    Args:
        folder: Holds the model, its processor and its weights as safetensors.
        thresholds: From which score on a picture is refused.
        device: `auto` (a GPU where there is one), or a device as torch names it.
        timeout_s: Seconds that a picture waits for its turn, and that an answer may take.

    Raises:
        ModeratorUnavailable: something is missing, or the folder holds no guard model.
    """

    def load(transformers: Any, place: Any) -> ImageModerator:
        processor = transformers.AutoProcessor.from_pretrained(folder, **LOADING)
        options = {"dtype": number_type(place), "use_safetensors": True, **LOADING}
        shield = transformers.AutoConfig.from_pretrained(folder, **LOADING).model_type == "shieldgemma2"
        kind = "AutoModelForImageClassification" if shield else "AutoModelForImageTextToText"
        model = getattr(transformers, kind).from_pretrained(folder, **options).to(place).eval()
        turn = Turn(timeout_s)
        if shield:
            guard = ShieldGemmaModerator(folder.name, processor, model, thresholds, turn)
            guard.scores(_PROBE)
            return guard
        written = LlamaGuardModerator(folder.name, processor, model, thresholds, turn, timeout_s)
        written.answer(_PROBE, deadline=float("inf"))
        return written

    return open_folder(folder, KNOB, device, load)


class ShieldGemmaModerator:
    """Asks ShieldGemma 2 for the policies that are not turned off, one picture at a time.

    Args:
        name: For the log.
        processor: Prepares a picture and the questions about it.
        model: Ready on its device.
        thresholds: From which score on a picture is refused.
        turn: Keeps pictures in line.
    """

    categories = frozenset(POLICIES.values())

    def __init__(self, name: str, processor: Any, model: Any, thresholds: Thresholds, turn: Turn) -> None:
        self.name = f"guard/{name}"
        self._processor = processor
        self._model = model
        self._thresholds = thresholds
        self._turn = turn

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """See ImageModerator."""
        return self._thresholds.verdict(self.scores(picture), self.name)

    def scores(self, picture: npt.NDArray[np.uint8]) -> dict[str, float]:
        """How likely a picture breaks each policy, 0..1, by category: the share of Yes against No.

        Raises:
            TimeoutError: others were looked at all the time.
        """
        import torch  # noqa: PLC0415  # an extra

        asked = [policy for policy, category in POLICIES.items() if self._thresholds.wants(category)]
        if not asked:
            return {}
        with self._turn.taken(), torch.inference_mode():
            feed = self._processor(images=[Image.fromarray(picture)], policies=asked, return_tensors="pt")
            feed = feed.to(self._model.device, self._model.dtype)
            shares = self._model(**feed).probabilities[:, 0].float().tolist()
        return {POLICIES[policy]: share for policy, share in zip(asked, shares, strict=True)}


class LlamaGuardModerator:
    """Has Llama Guard write its verdict, greedily, one picture at a time.

    Its answer has no score, so that of the thresholds only `off` means something to it.

    Args:
        name: For the log.
        processor: Prepares a picture and the question about it.
        model: Ready on its device.
        thresholds: Which categories are turned off.
        turn: Keeps pictures in line.
        timeout_s: Seconds for an answer.
    """

    categories = frozenset(HAZARDS.values())

    def __init__(
        self, name: str, processor: Any, model: Any, thresholds: Thresholds, turn: Turn, timeout_s: float
    ) -> None:
        import transformers  # noqa: PLC0415  # an extra

        self.name = f"guard/{name}"
        self._processor = processor
        self._model = model
        self._thresholds = thresholds
        self._turn = turn
        self._timeout_s = timeout_s
        ends = model.generation_config.eos_token_id
        # Built anew: sampling and penalties that a model ships with have no place here.
        model.generation_config = transformers.GenerationConfig(
            do_sample=False, eos_token_id=ends, pad_token_id=ends[0] if isinstance(ends, list) else ends
        )

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """See ImageModerator.

        Raises:
            TimeoutError: the answer did not come in time.
            ValueError: the answer is neither of the two.
        """
        answer = self.answer(picture, time.monotonic() + self._timeout_s)
        return self.read(answer, self._thresholds, self.name)

    @staticmethod
    def read(answer: str, thresholds: Thresholds, detector: str) -> Verdict:
        """What an answer says: the first hazard that is not turned off refuses.

        Raises:
            ValueError: it is neither of the two.
        """
        read = _ANSWER.fullmatch(answer.strip())
        if read is None:
            raise ValueError("the guard model gave an answer that cannot be read")
        for hazard in re.findall(r"S\d+", read[1] or ""):
            category = HAZARDS.get(hazard, "other")
            if thresholds.wants(category):
                return Verdict(allowed=False, category=category, detector=detector)
        return Verdict(allowed=True, detector=detector)

    def answer(self, picture: npt.NDArray[np.uint8], deadline: float) -> str:
        """What the model writes about a picture.

        Raises:
            TimeoutError: others were looked at all the time, or the deadline passed.
        """
        import torch  # noqa: PLC0415  # an extra

        def late(tokens: Any, _scores: Any, **_more: Any) -> Any:
            over = time.monotonic() >= deadline
            return torch.full((tokens.shape[0],), over, dtype=torch.bool, device=tokens.device)

        with self._turn.taken(), torch.inference_mode():
            feed = self._processor.apply_chat_template(
                [{"role": "user", "content": [{"type": "image", "image": Image.fromarray(picture)}]}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
            ).to(self._model.device, self._model.dtype)
            written = self._model.generate(**feed, max_new_tokens=_TOKENS, stopping_criteria=[late])
        if time.monotonic() >= deadline:
            raise TimeoutError("the guard model did not answer in time")
        return str(self._processor.decode(written[0, feed["input_ids"].shape[1] :], skip_special_tokens=True))
