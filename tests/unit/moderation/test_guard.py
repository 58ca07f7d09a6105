"""Guard models that see: what they answer becomes a verdict, and what cannot be read becomes none."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backcloth.moderation.guard import LlamaGuardModerator, ShieldGemmaModerator, open_guard
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.moderation.thresholds import Thresholds
from harness.extra import needs_diffusion

GREY, PINK, BLUE, GREEN = (119, 119, 119), (255, 0, 255), (0, 0, 255), (0, 160, 0)
ANSWERS = {GREY: "safe", PINK: "unsafe\nS3", BLUE: "unsafe\nS9,S1", GREEN: "perhaps"}


def plain(colour: tuple[int, int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture of one colour."""
    return np.full((40, 40, 3), colour, np.uint8)


@pytest.fixture(scope="module")
def shield(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ShieldGemma by chance."""
    from harness.tiny_guards import tiny_shield  # noqa: PLC0415  # imports torch

    return tiny_shield(tmp_path_factory.mktemp("models") / "tiny-shield")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama Guard that knows four colours."""
    from harness.tiny_guards import tiny_llama_guard  # noqa: PLC0415  # imports torch

    return tiny_llama_guard(tmp_path_factory.mktemp("models") / "tiny-guard", ANSWERS)


class TestShieldGemma:
    """One step, Yes or No for each policy."""

    pytestmark = needs_diffusion

    def test_yes_refuses(self, shield: Path, tmp_path: Path) -> None:
        """A policy's score is the share of Yes: with Yes and No exchanged, it is what is missing to one."""
        from harness.tiny_guards import tiny_shield  # noqa: PLC0415  # imports torch

        guard = open_guard(shield, Thresholds(), device="cpu", timeout_s=60)
        other = open_guard(
            tiny_shield(tmp_path / "x", yes="N", no="Y"), Thresholds(), device="cpu", timeout_s=60
        )
        assert isinstance(guard, ShieldGemmaModerator)
        assert isinstance(other, ShieldGemmaModerator)
        scores, exchanged = guard.scores(plain(PINK)), other.scores(plain(PINK))
        assert set(scores) == {"sexual", "violence", "illegal"} == guard.categories
        assert len(set(scores.values())) == 3
        for category, score in scores.items():
            assert score == pytest.approx(1 - exchanged[category], abs=1e-5)
        worst = max(scores, key=lambda category: scores[category])
        verdict = open_guard(shield, Thresholds(scores[worst] - 0.001), device="cpu", timeout_s=60).check(
            plain(PINK)
        )
        assert (verdict.allowed, verdict.category, verdict.detector) == (False, worst, "guard/tiny-shield")

    def test_a_policy_that_is_off_is_not_asked(self, shield: Path) -> None:
        """It costs a step like any other."""
        thresholds = Thresholds(own={"violence": None, "illegal": None})
        guard = open_guard(shield, thresholds, device="cpu", timeout_s=60)
        assert isinstance(guard, ShieldGemmaModerator)
        assert set(guard.scores(plain(GREY))) == {"sexual"}


class TestLlamaGuard:
    """It writes its verdict."""

    pytestmark = needs_diffusion

    def opened(self, folder: Path, timeout_s: float = 60, **own: None) -> LlamaGuardModerator:
        """The moderator on a CPU."""
        guard = open_guard(folder, Thresholds(own=own), device="cpu", timeout_s=timeout_s)
        assert isinstance(guard, LlamaGuardModerator)
        return guard

    def test_what_it_writes_is_the_verdict(self, llama: Path) -> None:
        """Greedily, although the folder asks for sampling; a hazard that is turned off is passed over."""
        guard = self.opened(llama)
        assert guard.check(plain(GREY)).allowed
        verdict = guard.check(plain(PINK))
        assert (verdict.allowed, verdict.category, verdict.detector) == (False, "sexual", "guard/tiny-guard")
        assert guard.check(plain(BLUE)).category == "weapons"
        assert self.opened(llama, weapons=None).check(plain(BLUE)).category == "violence"
        assert self.opened(llama, weapons=None, violence=None).check(plain(BLUE)).allowed

    def test_an_answer_that_cannot_be_read_is_none(self, llama: Path) -> None:
        """It must not pass for `safe`."""
        with pytest.raises(ValueError, match="cannot be read"):
            self.opened(llama).check(plain(GREEN))

    def test_a_late_answer_is_none(self, llama: Path) -> None:
        """The writing stops once the time is over."""
        guard = self.opened(llama)
        with pytest.raises(TimeoutError, match="in time"):
            guard.answer(plain(GREY), deadline=time.monotonic())


@pytest.mark.parametrize(
    ("answer", "allowed", "category"),
    [
        ("safe", True, ""),
        ("\n\nsafe\n", True, ""),
        ("unsafe\nS4", False, "sexual"),
        ("unsafe\n S99 , S1", False, "other"),
    ],
)
def test_answers_are_read(answer: str, allowed: bool, category: str) -> None:
    """Blanks do not matter, a hazard that we do not know refuses, and nothing accuses the caller."""
    assert LlamaGuardModerator.read(answer, Thresholds(), "guard").allowed == allowed
    assert LlamaGuardModerator.read(answer, Thresholds(), "guard").category == category


@pytest.mark.parametrize(
    "answer", ["", "Safe.", "unsafe", "unsafe\nS", "safe unsafe\nS1", "not safe", "safe\nS1"]
)
def test_odd_answers_are_failures(answer: str) -> None:
    """Neither a pass nor a refusal."""
    with pytest.raises(ValueError, match="cannot be read"):
        LlamaGuardModerator.read(answer, Thresholds(), "guard")


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """With the setting's name."""
    with pytest.raises(ModeratorUnavailable, match=r"GUARD_DIR: there is no .*config\.json"):
        open_guard(tmp_path, Thresholds(), device="auto", timeout_s=60)
