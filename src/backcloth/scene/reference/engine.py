"""The engine for reference pictures: the best of them becomes the plate."""

from __future__ import annotations

from backcloth.domain.background import References
from backcloth.domain.request import Mode
from backcloth.errors import InvalidRequest
from backcloth.scene.protocol import Capabilities, Plate, SceneJob

MAX_REFERENCES = 4
"""Pictures of a request that are looked at; the others are named as not used."""


class ReferenceEngine:
    """Makes the plate from one to four pictures.

    With `enhance` the best picture is normalised, freed of a subject of its own, placed so that its horizon
    and ground fit the new subject, and shaded by it; where its own subject takes too much, the scene is
    rebuilt in the studio. The others steer colours and light. Without `enhance` the first picture is scaled
    to cover the canvas and cropped at the centre, and nothing else.
    """

    @property
    def name(self) -> str:
        """As in the settings and the job notes."""
        return "reference"

    def capabilities(self) -> Capabilities:
        """Reference pictures in every mode; up to MAX_REFERENCES are used."""
        return Capabilities(
            backgrounds=(References,),
            modes=tuple(Mode),
            negative_prompt=False,
            max_references=MAX_REFERENCES,
            pixel_limit=40_000_000,
            deterministic=True,
            licence="Apache-2.0",
            commercial_use=True,
        )

    def generate(self, job: SceneJob) -> Plate:
        """Makes the plate.

        Raises:
            TypeError: the job's background is not References.
            InvalidRequest: the job carries no reference picture.
        """
        background = job.background
        if not isinstance(background, References):
            raise TypeError(f"reference pictures were expected, not {type(background).__name__}")
        if not job.references:
            raise InvalidRequest("ref_images holds no picture.")
        # A process that only accepts jobs is spared OpenCV and all that looks with it.
        from backcloth.scene.reference.made import made  # noqa: PLC0415

        return made(job, enhance=background.enhance)
