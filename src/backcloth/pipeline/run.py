"""The picture's whole way, one line an arrow.

replace_background: inputs → moderate → refine → cut out → place → scene plate → composite → moderate result
                    → encode → sign
remove_background: inputs → cut out → encode → sign
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.domain.provenance import Provenance
from backcloth.domain.request import ReplaceBackground, Source
from backcloth.imaging.encode import encode_png
from backcloth.imaging.provenance import xmp
from backcloth.pipeline.composite import put_back
from backcloth.pipeline.cutout import cut_out, facts
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import load, load_photo
from backcloth.pipeline.moderation import moderate_inputs, moderate_result
from backcloth.pipeline.paint import have_painted
from backcloth.pipeline.place import place
from backcloth.pipeline.prompt import as_drawn, refine
from backcloth.pipeline.watch import Watch


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished picture.

    Attributes:
        png: The encoded picture.
        refined_prompt: The prompt as drawn; None without a prompt.
        notices: What the caller must see.
        record: Facts for the job notes.
    """

    png: bytes
    refined_prompt: str | None
    notices: tuple[str, ...]
    record: dict[str, Any]


def replace_background(
    job_id: str, request: ReplaceBackground, engines: Engines, watch: Watch | None = None
) -> Outcome:
    """Replaces the background of one photo.

    Args:
        job_id: For logs.
        request: What to do; `seed` decides every random choice.
        engines: What to do it with.
        watch: Told about stages as they begin and end; may end the job.

    Raises:
        BackclothError: what the caller is told; anything else is a fault of ours.
    """
    watch = watch or Watch()
    with watch.stage("inputs"):
        inputs = load(request, engines)
    with watch.stage("moderate"):
        moderate_inputs(inputs, request, engines)
        engine = engines.scene(request.background, request.mode)
        drawn = refine(request, engine, engines)
    with watch.stage("cutout"):
        cutout = cut_out(inputs.photo, engines, force=request.force_background_detection)
    with watch.stage("place"):
        placed = place(cutout, request.placement)
    with watch.stage("plate"):
        plate, drawn = have_painted(job_id, request, drawn, engine, inputs, placed.cutout, engines, watch)
        refined_prompt = as_drawn(drawn, plate, engines)
    with watch.stage("composite"):
        picture = put_back(placed.cutout, plate, request.background)
    with watch.stage("moderate_result"):
        moderate_result(picture, request, engines)
    made = Provenance(plate.origin)
    png = _file(picture, made, engines, watch)
    record = {
        **facts(placed.cutout, engines, picture),
        **_said(made, engines),
        **placed.facts,
        "engine": plate.engine,
        "scene": plate.scene,
        **plate.record,
        "seconds": watch.seconds,
    }
    notices = drawn.notices + placed.notices + plate.notices
    return Outcome(png, refined_prompt, notices, record)


def remove_background(
    image: Source, engines: Engines, *, original_quality: bool, force: bool, watch: Watch | None = None
) -> Outcome:
    """The subject of one photo without its background: an RGBA PNG with straight alpha.

    Args:
        image: Where the photo is.
        engines: What to do it with.
        original_quality: True keeps the photo's pixel size, False scales it to one megapixel.
        force: True cuts out even when the photo has an alpha channel.
        watch: Told about stages as they begin and end; may end the job.

    Raises:
        BackclothError: what the caller is told; anything else is a fault of ours.
    """
    watch = watch or Watch()
    with watch.stage("inputs"):
        photo = load_photo(image, engines, original=original_quality)
    with watch.stage("cutout"):
        cutout = cut_out(photo, engines, force=force)
        picture = cutout.rgba()
    made = Provenance(None)
    png = _file(picture, made, engines, watch)
    record = {**facts(cutout, engines, picture), **_said(made, engines), "seconds": watch.seconds}
    return Outcome(png, None, (), record)


def _file(picture: npt.NDArray[np.uint8], made: Provenance, engines: Engines, watch: Watch) -> bytes:
    """The PNG that leaves: it says how it was made, signed where there is a key, and no more."""
    with watch.stage("encode"):
        png = encode_png(picture, xmp(made))
    if engines.credentials is None:
        return png
    with watch.stage("sign"):
        return engines.credentials.sign(png, made)


def _said(made: Provenance, engines: Engines) -> dict[str, Any]:
    """The same for the job notes."""
    return {"digital_source_type": made.source_type.value, "signed": engines.credentials is not None}
