"""What the demo asks for: which photo goes before which background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PHOTOS = HERE / "photos"
REFERENCES = HERE / "references"


@dataclass(frozen=True, slots=True)
class DemoJob:
    """One request.

    Attributes:
        photo: File name in `photos/`.
        background: A word or two for the result's file name.
        prompt: The new background in words, or a hex colour; empty when there is a reference.
        reference: File name in `references/`; empty when there is a prompt.
        seed: Fixed, so that everyone's demo shows the same pictures.
        sync: True holds the connection until the picture is done, False submits and polls.
    """

    photo: str
    background: str
    prompt: str = ""
    reference: str = ""
    seed: int = 1
    sync: bool = False

    @property
    def asked(self) -> str:
        """What was asked for, as a caption."""
        return self.prompt or f"reference picture {self.reference}"

    @property
    def slug(self) -> str:
        """`photo-background`, for file names."""
        return f"{Path(self.photo).stem}-{self.background}"


JOBS = (
    DemoJob("dropper-bottle.jpg", "marble", "a white marble table top, soft light from a window", seed=11),
    DemoJob("dropper-bottle.jpg", "podium", "on a terracotta podium in a studio", seed=12),
    DemoJob("astronaut.jpg", "sweep", "a navy blue studio backdrop", seed=21, sync=True),
    DemoJob("astronaut.jpg", "colour", "#F4D35E", seed=22, sync=True),
    DemoJob("shepherd-dog.jpg", "meadow", reference="autumn-meadow.jpg", seed=31),
    DemoJob("shepherd-dog.jpg", "beach", "a sandy beach at sunset", seed=32),
    DemoJob("espresso.jpg", "wood", "a rustic wooden table, soft light from a window", seed=41),
    DemoJob("fig-bowl.jpg", "colour", "#BFD7EA", seed=42, sync=True),
    DemoJob("spindle-chair.jpg", "room", "a bright living room", seed=51),
    DemoJob("spindle-chair.jpg", "studio", "a sage green studio sweep", seed=52, sync=True),
    DemoJob("sheep.jpg", "meadow", "a green meadow on a sunny day", seed=61),
    DemoJob("sheep.jpg", "colour", "solid #14213D background", seed=62, sync=True),
)
