"""Presets for the tiny models: the packaged ones, on canvases of a few thousand pixels."""

from __future__ import annotations

import re
from pathlib import Path

from backcloth.scene.diffusion import preset as module

_PACKAGED = Path(module.__file__).parent / "presets"

AREA = 160 * 128


def tiny(folder: Path, packaged: str, **values: object) -> Path:
    """Writes a packaged preset with a small canvas, few steps and the given keys changed or added.

    Args:
        folder: Where to.
        packaged: The preset's name.
        values: Keys of its first level, as TOML values; None leaves a key out. `steps` counts for all modes.
    """
    text = (_PACKAGED / f"{packaged}.toml").read_text()
    steps = values.pop("steps", 2)
    text = re.sub(r"^steps = \d+", f"steps = {steps}", text, flags=re.MULTILINE)
    head, _, tables = text.partition("\n[")
    for key, value in {"pixel_area": AREA, "least_area": 4096, **values}.items():
        head = re.sub(rf"^{key} = .*\n", "", head + "\n", flags=re.MULTILINE).rstrip("\n")
        if value is not None:
            head += f"\n{key} = {value}"
    path = folder / f"tiny-{packaged}.toml"
    path.write_text(f"{head}\n\n[{tables}")
    return path
