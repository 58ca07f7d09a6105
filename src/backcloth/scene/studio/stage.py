"""Everything a set needs to be drawn for one subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.light import Key, Light
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.stance import Stance

_DEEP = 0.07
"""Depth of field: share of the way from contact to horizon that stays sharp."""

_STEP, _MOST = 128, 1536
"""Tile sides are multiples of the one and at most the other: a tile of 1536 takes 28 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One picture to draw.

    Attributes:
        scene: What to draw.
        camera: The view, with the subject's contact in focus.
        stance: How the subject stands.
        light, key: The light and where it stands.
        subject: (H, W, 3) uint8 sRGB.
        matte: (H, W) 0..1.
        seed: Of the job.
        bokeh: Radius in pixels of the blur circle of the far background.
        depth_blur: How fast the blur circle grows along the ground: its radius at infinity, in pixels.
        softness: Radius of the blur circle in focus, in pixels: as soft as the subject's own photo is.
    """

    scene: Scene
    camera: Camera
    stance: Stance
    light: Light
    key: Key
    subject: npt.NDArray[np.uint8]
    matte: Field
    seed: int
    bokeh: float
    depth_blur: float
    softness: float = 0.0

    def rng(self, stream: int) -> np.random.Generator:
        """A generator of its own for each use, so that one use never shifts another's numbers."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, stream])))

    def circle(self, rows: Field) -> Field:
        """Radius in pixels of the blur circle of the ground in each row; the subject's own at the contact.

        A thin lens focused at depth z0 draws a point at depth z as a circle that grows with |z - z0| / z.
        On the ground that is the distance of the rows over the contact's below the horizon.
        """
        camera = self.camera
        away = np.abs(camera.contact_row - rows) / (camera.contact_row - camera.horizon)
        grown = np.float32(self.depth_blur) * np.clip(away - _DEEP, 0.0, 1.3)
        return np.asarray(np.hypot(grown, np.float32(self.softness)), np.float32)

    @property
    def texels(self) -> int:
        """Side of the surface tiles: about the plate's longer side, and quick to transform."""
        longest = max(self.camera.width, self.camera.height)
        return int(np.clip(-(-longest // _STEP) * _STEP, _STEP, _MOST))
