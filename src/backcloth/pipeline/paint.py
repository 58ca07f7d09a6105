"""Has a plate made by the engine that was chosen, or by the next in line where that one cannot begin."""

from __future__ import annotations

from backcloth.cutout.subject import CutOut
from backcloth.domain.request import ReplaceBackground
from backcloth.errors import EngineDown
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import Inputs
from backcloth.pipeline.plate import make_plate
from backcloth.pipeline.prompt import refine
from backcloth.pipeline.watch import Watch
from backcloth.scene.protocol import Plate, SceneEngine


def have_painted(
    job_id: str,
    request: ReplaceBackground,
    drawn: ReplaceBackground,
    engine: SceneEngine,
    inputs: Inputs,
    cutout: CutOut,
    engines: Engines,
    watch: Watch,
) -> tuple[Plate, ReplaceBackground]:
    """The plate, and the request as it was drawn.

    An engine that fails to begin has cost nothing: the job goes to the next, for which the caller's own
    prompt is refined anew.

    Args:
        job_id: For logs.
        request: As the caller sent it.
        drawn: The same with its prompt refined for `engine`.
        engine: The one that was chosen.
        inputs: The photo's canvas and the references.
        cutout: The subject in its place.
        engines: Where the next engine is found.
        watch: Hears how far the engine is, and may end the job.

    Raises:
        EngineDown: none of the engines could begin.
        BackclothError: the plate could not be made.
    """
    down: list[str] = []
    while True:
        try:
            return make_plate(job_id, drawn, inputs, cutout, engine, engines.segmenter, watch), drawn
        except EngineDown:
            down.append(engine.name)
            engine = engines.scene(request.background, request.mode, down)
            if engine.name in down:
                raise
            drawn = refine(request, engine, engines)
