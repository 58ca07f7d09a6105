"""`backcloth` with diffusion engines for prompts and references, one a mode: run as a module, with its words.

The environment's TEST_DIFFUSION holds the engines' tables as JSON.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace

import backcloth.service
from backcloth.cli.main import app
from backcloth.domain.background import Prompt, References
from backcloth.scene.diffusion.engine import DiffusionEngine, open_diffusion
from backcloth.scene.protocol import Capabilities, Chooser, Plate, SceneEngine, SceneJob
from backcloth.scene.registry import open_engines
from backcloth.scene.studio.engine import Reader


class ByMode:
    """Hands each job to the first engine that has its mode."""

    name = "diffusion"

    def __init__(self, engines: list[DiffusionEngine]) -> None:
        self._engines = engines

    def capabilities(self) -> Capabilities:
        """The first one's, with the modes of all."""
        own = [engine.capabilities() for engine in self._engines]
        modes = tuple(mode for each in own for mode in each.modes)
        return replace(own[0], modes=modes, may_extend=any(each.may_extend for each in own))

    def generate(self, job: SceneJob) -> Plate:
        """See SceneEngine."""
        engine = next(each for each in self._engines if job.mode in each.capabilities().modes)
        return engine.generate(job)

    def close(self) -> None:
        """Closes all of them."""
        for engine in self._engines:
            engine.close()


def open_scenes(reader: Reader, _around: object = None) -> dict[type, SceneEngine | Chooser]:
    """The embedded engines, and the diffusion engines in two places."""
    tables = json.loads(os.environ["TEST_DIFFUSION"])
    scenes = ByMode([open_diffusion(table, name=name) for name, table in tables.items()])
    return {**open_engines(reader), Prompt: scenes, References: scenes}


if __name__ == "__main__":
    vars(backcloth.service)["open_scenes"] = open_scenes  # imported there under this name
    app()
