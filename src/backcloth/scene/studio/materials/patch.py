"""What a material is asked to make."""

from __future__ import annotations

from dataclasses import dataclass

from backcloth.scene.studio.arrays import Rgb
from backcloth.scene.studio.materials.relief import Ray


@dataclass(frozen=True, slots=True)
class Patch:
    """A square of surface that is to be made.

    Attributes:
        texels: Side in texels; a multiple of 64 makes everything quicker.
        side: Side in metres.
        base: Linear colour that the surface is to show under unit light.
        ray: The key light, which its relief is shaded by.
    """

    texels: int
    side: float
    base: Rgb
    ray: Ray

    @property
    def metre(self) -> float:
        """Texels to a metre."""
        return self.texels / self.side
