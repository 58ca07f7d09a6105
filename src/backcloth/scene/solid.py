"""The engine for a flat colour."""

from __future__ import annotations

import numpy as np

from backcloth.domain.background import Solid
from backcloth.domain.placement import Shadow
from backcloth.domain.provenance import Origin
from backcloth.domain.request import Mode
from backcloth.scene.protocol import Capabilities, Plate, SceneJob


class SolidEngine:
    """Fills the plate with one colour, exactly: no shadow unless one is asked for, no vignette, no grain."""

    @property
    def name(self) -> str:
        """As in the settings and the job notes."""
        return "solid"

    def capabilities(self) -> Capabilities:
        """Flat colours in every mode and at any size."""
        return Capabilities(
            backgrounds=(Solid,),
            modes=tuple(Mode),
            negative_prompt=False,
            max_references=0,
            pixel_limit=2**31 - 1,
            deterministic=True,
            licence="Apache-2.0",
            commercial_use=True,
        )

    def generate(self, job: SceneJob) -> Plate:
        """Fills the plate. The colour's alpha is the compositor's business.

        A shadow darkens the colour where it falls, and leaves it exact where it does not.

        Raises:
            TypeError: the job's background is not a Solid.
        """
        background = job.background
        if not isinstance(background, Solid):
            raise TypeError(f"a flat colour was expected, not {type(background).__name__}")
        width, height = job.size
        picture = np.empty((height, width, 3), np.uint8)
        # Rows are copied thirty times as fast as pixels.
        picture[0] = background.colour.rgb
        picture[1:] = picture[0]
        notices: tuple[str, ...] = ()
        scene = f"flat {background.colour}"
        if job.shadow in (Shadow.SOFT, Shadow.HARD):
            # A process that only accepts jobs is spared OpenCV and all that draws with it.
            from backcloth.scene.solid_shadow import darkness, shade  # noqa: PLC0415

            reason = "the background is see-through"
            dark = None
            if background.colour.alpha == 255:
                reason, dark = "the subject's foot is not in the picture", darkness(job)
            if dark is None:
                notices = (f"shadow: none was cast, because {reason}.",)
            else:
                shade(picture, dark, job.seed)
                scene += f", {job.shadow.value} shadow"
        return Plate(picture=picture, engine="solid 1", scene=scene, notices=notices, origin=Origin.FLAT)
