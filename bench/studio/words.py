"""`python -m bench.studio.words`: how well prompts are understood that are phrased unlike the vocabulary.

`paraphrases.toml` holds prompts with the scenes that would fit them, `undrawable.txt` prompts that no scene
fits. Both were written before the matching was tuned, and it was tuned on their even entries.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backcloth.scene.studio.meaning import Meaning
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.understand import THRESHOLD, Understanding, understand

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A prompt and what would fit it: for each field of the scene that is listed, one of its names."""

    text: str
    fitting: dict[str, list[str]]

    def fits(self, scene: Scene) -> bool:
        """Whether a scene is one of those."""
        return all(getattr(scene, field) in names for field, names in self.fitting.items())


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one half of the lists fared.

    Attributes:
        fitting: Share of paraphrases that got a fitting scene.
        kept: Share of paraphrases whose score reaches the threshold.
        refused: Share of undrawable prompts whose score does not.
        separation: Chance that a paraphrase has the higher score than an undrawable prompt (AUC).
    """

    fitting: float
    kept: float
    refused: float
    separation: float


def paraphrases() -> list[Paraphrase]:
    """The list of paraphrases."""
    plain = tomllib.loads((HERE / "paraphrases.toml").read_text("utf-8"))["case"]
    return [Paraphrase(case.pop("text"), case) for case in plain]


def undrawable() -> list[str]:
    """The list of prompts that cannot be drawn."""
    lines = (HERE / "undrawable.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def judge(asked: Sequence[Paraphrase], foreign: Sequence[str], meaning: Meaning | None) -> Outcome:
    """Reads every prompt and compares."""
    understood = [understand(case.text, meaning=meaning) for case in asked]
    good = np.array([each.score for each in understood])
    bad = np.array([understand(text, meaning=meaning).score for text in foreign])
    above = (good[:, None] > bad[None, :]) + 0.5 * (good[:, None] == bad[None, :])
    fits = [each.matched and case.fits(each.scene) for each, case in zip(understood, asked, strict=True)]
    return Outcome(
        float(np.mean(fits)),
        float(np.mean(good >= THRESHOLD)),
        float(np.mean(bad < THRESHOLD)),
        float(above.mean()),
    )


def main() -> None:
    """Prints a table, and with `--misses` what went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--misses", action="store_true", help="list the prompts that went wrong")
    asked, foreign, meaning = paraphrases(), undrawable(), Meaning()
    print(f"{'reading by':<22}{'half':<8}{'fitting':>8}{'kept':>7}{'refused':>9}{'AUC':>7}")
    for name, reader in (("vocabulary alone", None), ("vocabulary + meaning", meaning)):
        for half, part in (("even", slice(1, None, 2)), ("odd", slice(0, None, 2)), ("all", slice(None))):
            found = judge(asked[part], foreign[part], reader)
            print(
                f"{name:<22}{half:<8}{found.fitting:8.0%}{found.kept:7.0%}{found.refused:9.0%}"
                f"{found.separation:7.3f}"
            )
    begun = time.process_time()
    for case in asked:
        understand(case.text, meaning=meaning)
    print(f"{(time.process_time() - begun) / len(asked) * 1e3:.1f} CPU-milliseconds a prompt")
    if options.parse_args().misses:
        _list_misses(asked, foreign, meaning)


def _list_misses(asked: Sequence[Paraphrase], foreign: Sequence[str], meaning: Meaning) -> None:
    for number, case in enumerate(asked, 1):
        found = understand(case.text, meaning=meaning)
        if not (found.matched and case.fits(found.scene)):
            print(f"{number:>4} {case.text!r}: {_told(found)}")
    for number, text in enumerate(foreign, 1):
        found = understand(text, meaning=meaning)
        if found.score >= THRESHOLD:
            print(f"   undrawable {number} {text!r}: {_told(found)}")


def _told(found: Understanding) -> str:
    scene = found.scene
    by = f", by “{found.meant}”" if found.meant else ""
    return (
        f"{scene.setting}, {scene.surface or '–'}, {scene.backdrop or '–'}, {scene.light}, {found.score}{by}"
    )


if __name__ == "__main__":
    main()
