"""Which engine makes which kind of background."""

from __future__ import annotations

from backcloth.domain.background import Prompt, References, Solid, Staged
from backcloth.scene.protocol import SceneEngine
from backcloth.scene.reference.engine import ReferenceEngine
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import Reader, StudioEngine


def open_engines(reader: Reader) -> dict[type, SceneEngine]:
    """The embedded engines by the `domain.background` class they serve. They hold no state to close.

    Args:
        reader: How the studio reads prompts.
    """
    studio = StudioEngine(reader)
    return {Solid: SolidEngine(), Prompt: studio, Staged: studio, References: ReferenceEngine()}
