"""Which engine makes which kind of background."""

from __future__ import annotations

from backcloth.domain.background import Prompt, References, Solid
from backcloth.scene.protocol import SceneEngine
from backcloth.scene.reference import ReferenceEngine
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import StudioEngine


def open_engines() -> dict[type, SceneEngine]:
    """The embedded engines by the `domain.background` class they serve. They hold no state to close."""
    return {Solid: SolidEngine(), Prompt: StudioEngine(), References: ReferenceEngine()}
